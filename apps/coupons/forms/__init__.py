"""The forms of coupon templates and claim campaigns."""

from apps.coupons.forms.campaign import CampaignForm
from apps.coupons.forms.template import TemplateForm

__all__ = ["CampaignForm", "TemplateForm"]
