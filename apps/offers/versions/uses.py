"""Which approved and running things are meant for an audience."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.db.models import Q
from django.urls import reverse

from apps.approvals.uses import MOST, Use
from apps.core.clock import DatabaseNow
from apps.offers.lifecycle import State
from apps.offers.versions import known
from apps.offers.versions.models import Running


def things_for_audiences(codes: Sequence[str]) -> list[Use]:
    named = reduce(or_, (Q(current__content__targeting__audiences__contains=[code]) for code in codes))
    found: list[Use] = []
    for model in known.models():
        rows = model.rows().filter(named).exclude(status=State.ENDED)
        if issubclass(model, Running):
            rows = rows.filter(ends_at__gt=DatabaseNow())
        options = model._meta
        page = f"admin:{options.app_label}_{options.model_name}_change"
        found += [
            Use(one.code, one.name, str(options.verbose_name), reverse(page, args=[one.pk]))
            for one in rows.order_by("id")[:MOST]
        ]
    return found
