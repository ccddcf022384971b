"""What people do to events and to many of their members at once; each verb leaves the single things' own entries."""

from apps.activities.events.services.acting import extend_members, pause_members, submit_members
from apps.activities.events.services.confirming import confirm_members
from apps.activities.events.services.copying import copy_event
from apps.activities.events.services.joining import join, leave
from apps.activities.events.services.saving import conclude, document_of, hand_over, save_event

__all__ = [
    "conclude",
    "confirm_members",
    "copy_event",
    "document_of",
    "extend_members",
    "hand_over",
    "join",
    "leave",
    "pause_members",
    "save_event",
    "submit_members",
]
