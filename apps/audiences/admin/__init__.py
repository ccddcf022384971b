"""Customers and audiences in the admin."""

from apps.approvals.admin import presenters
from apps.audiences.admin.audience import AudienceAdmin
from apps.audiences.admin.customer import CustomerAdmin
from apps.audiences.admin.presenting import AudiencePresenter
from apps.audiences.admin.tag import TagAdmin, TagCategoryAdmin

__all__ = ["AudienceAdmin", "CustomerAdmin", "TagAdmin", "TagCategoryAdmin"]

presenters.register("audience", AudiencePresenter())
