"""The editor's form for activities."""

from apps.activities.forms.activity import ActivityForm

__all__ = ["ActivityForm"]
