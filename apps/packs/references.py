"""Codes that a pack names: each must be in the pack or, on import, in the portal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from apps.pricing.faults import Findings, Reference

UNKNOWN = {
    "shop": "there is no shop %(name)s",
    "category": "there is no category %(name)s",
    "brand": "there is no brand %(name)s",
    "sku": "there is no SKU %(name)s",
    "audience": "there is no audience %(name)s",
    "template": "there is no coupon template %(name)s",
    "event": "there is no event %(name)s",
}


class Known(Protocol):
    """What a portal has beside the pack."""

    def existing(self, type_: str, codes: Collection[str]) -> Collection[str]:
        """Those of the codes that the portal knows."""
        ...

    def category_parents(self) -> Mapping[str, str | None]:
        """The tree as it stands."""
        ...

    def offer_owners(self, codes: Collection[str]) -> Mapping[str, str]:
        """activity or template, for the codes that are taken."""
        ...


class Nothing:
    """A pack by itself."""

    def existing(self, type_: str, codes: Collection[str]) -> Collection[str]:
        return ()

    def category_parents(self) -> Mapping[str, str | None]:
        return {}

    def offer_owners(self, codes: Collection[str]) -> Mapping[str, str]:
        return {}


def resolve(findings: Findings, inside: Mapping[str, Collection[str]], known: Known) -> None:
    """Note every reference that neither the pack (`inside`, by type) nor the portal answers."""
    missing: dict[str, set[str]] = {}
    for reference in findings.references:
        if reference.code not in inside[reference.type]:
            missing.setdefault(reference.type, set()).add(reference.code)
    for type_, codes in missing.items():
        codes.difference_update(known.existing(type_, codes))
    if any(missing.values()):
        for reference in findings.references:
            if reference.code in missing.get(reference.type, ()):
                _note(reference, findings)


def _note(reference: Reference, findings: Findings) -> None:
    findings.fault(reference.path, f"unknown_{reference.type}", UNKNOWN[reference.type], name=reference.code)
