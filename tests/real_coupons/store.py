"""The eleven-line store's terms, as its own sales give them."""

from apps.packs.realdata.campaigns import terms_of
from apps.packs.realdata.survey import survey
from tests.packs_data.test_realdata import PETROL, SOURCE

_FACTS = survey(SOURCE, {PETROL}).facts
TERMS = {one.campaign: terms_of(one, SOURCE.campaigns, _FACTS) for one in SOURCE.campaigns}
