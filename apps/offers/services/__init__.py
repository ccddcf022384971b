"""The verbs of offers: taking codes, and telling the offer book what has changed."""

from apps.offers.services.book_changes import note_change
from apps.offers.services.codes import claim_codes, release_code

__all__ = ["claim_codes", "note_change", "release_code"]
