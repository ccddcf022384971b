"""The only writers of customers and audiences."""

from apps.audiences.services.audiences import save_audience, upsert_audiences
from apps.audiences.services.customers import PutOutcome, ensure_customer, put_customer, upsert_customers
from apps.audiences.services.guard import guard_audience_change, register_guard
from apps.audiences.services.happenings import listen
from apps.audiences.services.lists import ListReport, import_members

__all__ = [
    "ListReport",
    "PutOutcome",
    "ensure_customer",
    "guard_audience_change",
    "import_members",
    "listen",
    "put_customer",
    "register_guard",
    "save_audience",
    "upsert_audiences",
    "upsert_customers",
]
