"""A pack file as plain values: UTF-8, YAML or JSON, not too big, every fault noted."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from apps.packs.json_text import parse_json
from apps.packs.yaml_text import parse_yaml
from apps.pricing.faults import Findings

MAX_BYTES = 512 * 1024 * 1024


def load_file(path: Path, findings: Findings) -> Any:
    """The raw pack of a file; None after a fault."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            findings.fault("", "too_big", "is bigger than %(mib)s MiB", mib=MAX_BYTES >> 20)
            return None
        data = path.read_bytes()
    except OSError as error:
        findings.fault("", "file", "cannot be read: %(what)s", what=error.strerror or str(error))
        return None
    return load_bytes(data, findings, is_json=path.suffix.lower() == ".json")


def load_bytes(data: bytes, findings: Findings, *, is_json: bool = False) -> Any:
    """The raw pack of some bytes. What begins like a JSON object is read as JSON, if it is JSON."""
    text = decode(data, findings)
    if text is None:
        return None
    with without_collection():
        if is_json:
            return parse_json(text, findings)
        return _parse_either(text, findings)


def _parse_either(text: str, findings: Findings) -> Any:
    if text.lstrip()[:1] != "{":
        return parse_yaml(text, findings)
    as_json, as_yaml = Findings(), Findings()
    value = parse_json(text, as_json)
    if any(fault.code == "json" for fault in as_json.faults):  # {pack: 1} is YAML
        found = parse_yaml(text, as_yaml)
        if not as_yaml.faults:
            return found
    findings.faults += as_json.faults
    return value


@contextmanager
def without_collection() -> Iterator[None]:
    """Millions of new containers and no garbage among them: collecting would only cost time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def decode(data: bytes, findings: Findings) -> str | None:
    """UTF-8 with or without a byte order mark."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.fault("", "encoding", "is not UTF-8 (byte %(position)s)", position=error.start)
        return None
