"""The report's long work: batch by batch over the classes of goods that a document reaches, then what is said once.

The classes that their bound does not clear are searched alone, the most suspicious first; among other goods those that
are still clean, and the first of the others, as far as the budget of searches goes (counted, never timed). What was
searched alone only is told as `open`, what not at all as `unsearched`.
"""

from __future__ import annotations

import time
from typing import Any

from apps.core import jobs
from apps.core.clock import database_now
from apps.impact.models.reports import ImpactReport
from apps.impact.reports.findings import MOST_KEPT, Price, price_of, worse_first
from apps.impact.reports.limits import limits
from apps.impact.reports.scene import Scene
from apps.impact.reports.sections import sections
from apps.impact.reports.subjects import content_of, document_of
from apps.impact.worst_case import PriceClass, Worst

SECONDS = 5.0
#: classes that one report searches in carts of their own: minutes on a slow machine
MOST_ALONE = 50_000
#: carts that it prices among other goods; one class may take thousands where an offer reaches everything
MOST_CARTS = 200_000
#: prices too low from which on others are no news
ENOUGH_LOWS = 20

_scenes: dict[int, Scene] = {}


def step(job: jobs.Job) -> jobs.Batch:
    """The classes behind the cursor for a few seconds; in the last batch the rest of the report."""
    report = ImpactReport.objects.select_related("request").get(job=job)
    scene = _scene_of(job, report)
    at, search = job.cursor.get("at", 0), _Search(scene, dict(job.cursor))
    ends = time.monotonic() + SECONDS
    done = 0
    suspects = scene.suspects[:MOST_ALONE]
    for one in suspects[at:]:
        search.look_at(one)
        done += 1
        if time.monotonic() > ends:
            break
    finished = at + done >= len(suspects)
    lows = worse_first([*(Price(**one) for one in report.found.get("lows", ())), *search.lows])[:MOST_KEPT]
    found: dict[str, Any] = {"lows": [low.to_json() for low in lows], **search.counts}
    if finished:
        found |= {**_extent(scene), **sections(report.request, scene)}
        report.book_version, report.done_at = scene.version, database_now()
        _scenes.pop(job.pk, None)
    report.found = found
    report.save(update_fields=["found", "book_version", "done_at"])
    return jobs.Batch(
        cursor={"at": at + done, **search.counts}, done=done, total=len(suspects), finished=finished
    )


def _scene_of(job: jobs.Job, report: ImpactReport) -> Scene:
    if job.pk not in _scenes:
        _scenes.clear()
        request = report.request
        _scenes[job.pk] = Scene(document_of(request), content_of(request), depth_bps=limits().depth_bps)
    return _scenes[job.pk]


def _extent(scene: Scene) -> dict[str, Any]:
    """What was looked at."""
    return {
        "classes": len(scene.classes),
        "skus": sum(len(one.skus) for one in scene.classes),
        "offers": len(scene.market.offers),
        "unsearched": max(len(scene.suspects) - MOST_ALONE, 0),
        "window": [scene.starts.isoformat(), scene.ends.isoformat()],
    }


class _Search:
    """What one batch finds, on top of what those before it counted."""

    def __init__(self, scene: Scene, before: dict[str, Any]) -> None:
        self.scene = scene
        self.lows: list[Price] = []
        names = ("searched", "carts", "open", "below_cost", "below_floor")
        self.counts: dict[str, Any] = {name: before.get(name, 0) for name in names}
        self.counts["deepest"] = before.get("deepest")

    def look_at(self, one: PriceClass) -> None:
        self.counts["searched"] += 1
        worst = self.scene.finder.alone(one)
        if worst is None or not self._settled(one, worst):
            if self.counts["carts"] < MOST_CARTS:
                before = self.scene.finder.carts
                more = self.scene.finder.among_others(one)
                self.counts["carts"] += self.scene.finder.carts - before
                worst = more if more is not None and more.below(worst) else worst
            else:
                self.counts["open"] += 1
        if worst is not None:
            self._note(one, worst)

    def _settled(self, one: PriceClass, worst: Worst) -> bool:
        """Whether searching on could only make known worse what is bad enough already."""
        known = self.counts["below_cost"] + self.counts["below_floor"]
        return known >= ENOUGH_LOWS and worst.amount < self.scene.alarm_of(one) * worst.units

    def _note(self, one: PriceClass, worst: Worst) -> None:
        for sku in one.skus:
            price = price_of(sku.sku, sku.price, worst, self.scene.guards.get(sku.sku))
            deepest = self.counts["deepest"]
            if deepest is None or price.depth_bps > Price(**deepest).depth_bps:
                self.counts["deepest"] = price.to_json()
            if price.below_cost or price.below_floor:
                self.counts["below_cost"] += price.below_cost
                self.counts["below_floor"] += price.below_floor
                self.lows.append(price)
