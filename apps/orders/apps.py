from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "apps.orders"
    verbose_name = _("Orders and prices")

    def ready(self) -> None:
        from apps.activities.events import spending
        from apps.activities.grid import selling
        from apps.activities.services import revocation
        from apps.approvals import uses
        from apps.core import outbox, readiness, warmup
        from apps.orders import proofs
        from apps.orders.book import KEEPER, readiness_problem
        from apps.orders.paid_events import note_paid

        warmup.register("offer book", KEEPER.load)
        readiness.register("offer_book", readiness_problem)
        from apps.orders.services.voiding import HeldOrders
        from apps.orders.spent import spent_by
        from apps.orders.stock_taken import taken_by_sku
        from apps.orders.uses import offers_of_categories, offers_of_skus

        proofs.register_all()
        uses.register("sku", offers_of_skus)
        uses.register("category", offers_of_categories)
        outbox.consume("order.paid", "coupons", note_paid)
        revocation.register(HeldOrders())
        spending.register(spent_by)
        selling.register(taken_by_sku)
