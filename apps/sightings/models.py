"""What customers were shown and what they clicked, as the shop's servers tell it; one partition a day."""

from enum import StrEnum

from django.db import models

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField


class SightingType(StrEnum):
    EXPOSURE = "exposure"
    CLICK = "click"


class Sighting(models.Model):
    """`day` is the partition, in UTC. `event` is the shop's own id: once per client and day. `code` is what was seen:
    an activity, a coupon template or a claim campaign.

    `transaction` lets the roll-up take what has committed, each row once. The table is made by its migration, since
    partitioned tables have no place in Django's; it has no key of one column, and `id` is only a number.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    at = models.DateTimeField()
    client = models.BigIntegerField()
    event = models.CharField(max_length=64)
    type = models.CharField(max_length=8, choices=[(one.value, one.value) for one in SightingType])
    code = CodeField()
    placement = CodeField(blank=True)
    customer_code = CodeField(blank=True)
    channel = models.CharField(max_length=200, blank=True)
    terminal = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.type} {self.code} {self.at}"
