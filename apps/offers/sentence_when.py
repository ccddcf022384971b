"""When an offer runs, in words: its window, how long a coupon is valid, its sessions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from apps.pricing.kinds import Wording

Json = Mapping[str, Any]

DAY_NAMES = (
    ("一", "Mon"),
    ("二", "Tue"),
    ("三", "Wed"),
    ("四", "Thu"),
    ("五", "Fri"),
    ("六", "Sat"),
    ("日", "Sun"),
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def window(content: Json, words: Wording, tz: tzinfo, now: datetime | None) -> str:
    validity = content.get("validity") or {}
    starts = content.get("starts_at") or validity.get("from")
    ends = content.get("ends_at") or validity.get("until")
    if validity.get("mode") == "relative":
        return _relative(validity, words)
    year = now.astimezone(tz).year if now else None
    start = _moment(starts, words, tz, year) if starts else ""
    end = _moment(ends, words, tz, year, ends=True) if ends else ""
    if start and end:
        return words.pick(f"{start}至{end}", f"{start} to {end}")
    if start:
        return words.pick(f"{start}起", f"from {start}")
    return words.pick(f"{end}止", f"until {end}") if end else ""


def _relative(validity: Json, words: Wording) -> str:
    days, delay = validity.get("days"), validity.get("delay_days") or 0
    if not delay:
        return words.pick(f"领取后{days}天内有效", f"valid for {count(days, 'day')} after it is claimed")
    return words.pick(
        f"领取{delay}天后生效，有效{days}天",
        f"valid for {count(days, 'day')}, from {count(delay, 'day')} after it is claimed",
    )


def _moment(text: str, words: Wording, tz: tzinfo, this_year: int | None, ends: bool = False) -> str:
    """`11月10日20:00` or `10 Nov 20:00`; an end at midnight is 24:00 of the day before."""
    local = datetime.fromisoformat(text).astimezone(tz)
    clock = local.strftime("%H:%M:%S" if local.second else "%H:%M")
    if ends and local.time() == time():
        local, clock = local - timedelta(days=1), "24:00"
    year_zh = "" if this_year in (None, local.year) else f"{local.year}年"
    year_en = "" if this_year in (None, local.year) else f" {local.year}"
    return words.pick(
        f"{year_zh}{local.month}月{local.day}日{clock}",
        f"{local.day} {MONTHS[local.month - 1]}{year_en} {clock}",
    )


def schedule(content: Json, words: Wording) -> str:
    weekly = content.get("schedule")
    if not weekly:
        return ""
    days = weekly.get("days") or []
    spans = [f"{one['from']}–{one['to']}" for one in weekly["sessions"] if one["from"] != one["to"]]
    zh_days = f"每周{'、'.join(DAY_NAMES[day - 1][0] for day in days)}" if days else "每天"
    en_days = f"on {', '.join(DAY_NAMES[day - 1][1] for day in days)}" if days else "every day"
    return words.pick(zh_days + "、".join(spans), f"{en_days} {', '.join(spans)}".strip())


def count(number: object, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
