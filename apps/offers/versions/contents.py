"""Reading a document into the canonical content of a version, with every fault or none."""

from collections.abc import Mapping
from typing import Any

from apps.offers.documents import read_activity, read_campaign, read_template
from apps.offers.versions.errors import DocumentFaults
from apps.offers.versions.references import unknown_codes
from apps.pricing.faults import Fault, Findings, Reader

READERS = {"activity": read_activity, "template": read_template, "campaign": read_campaign}


def read(
    document: str, raw: Mapping[str, Any], *, resolve: bool = True
) -> tuple[dict[str, Any], list[Fault]]:
    """The canonical content and its faults. Without `resolve` the caller knows the codes it names (a pack)."""
    findings = Findings()
    content = READERS[document](Reader(raw, "", findings))
    return content, findings.faults + (unknown_codes(findings.references) if resolve else [])


def normalise(document: str, raw: Mapping[str, Any], *, resolve: bool = True) -> dict[str, Any]:
    """The canonical content; raises DocumentFaults."""
    content, faults = read(document, raw, resolve=resolve)
    if faults:
        raise DocumentFaults(faults)
    return content
