"""What people type and what is stored: ¥ and minor units, 折 and basis points, local time and UTC."""

from apps.core.forms.discount import DiscountField
from apps.core.forms.local_time import LocalDateTimeField
from apps.core.forms.money import MoneyField

__all__ = ["DiscountField", "LocalDateTimeField", "MoneyField"]
