"""Sessions: times of day on days of the week."""

from django.utils.translation import gettext_lazy as _

from apps.offers.forms import inputs
from apps.offers.forms.slots import Group, Rows, Slot

DAYS = [
    (1, _("Mon")),
    (2, _("Tue")),
    (3, _("Wed")),
    (4, _("Thu")),
    (5, _("Fri")),
    (6, _("Sat")),
    (7, _("Sun")),
]


def session_group() -> Group:
    return Group(
        _("Only at certain hours"),
        [
            Slot("schedule.days", inputs.ticks(_("On these days"), DAYS, coerce=int), wide=True),
            Rows(
                "schedule.sessions",
                _("Sessions"),
                (
                    Slot("from", inputs.text(_("From"), placeholder="10:00", longest=5)),
                    Slot("to", inputs.text(_("To"), placeholder="12:00", longest=5)),
                ),
                add=_("Add a session"),
            ),
            Slot("schedule.tz", inputs.text(_("Time zone"), longest=64)),
        ],
        folded=True,
    )
