"""What a portal holds comes out of an exported pack as it went in, whatever letters it has."""

import pytest

from apps.packs.loading import load_bytes
from apps.packs.yaml_writer import blocks, rows
from apps.pricing.faults import Findings

TEXTS = [
    "plain", "满减", "", "  ", "\t", "line\nbreak", "~", "null", "yes", "1", "1.0", "2026-01-01", "10:00", "0x1f",
    "<<",
    "'quoted'", '"quoted"', "\\", "# no comment", "a: b", "- a", "{x}", "[y]", "&a", "*a", "!t", "%p", "@x", "`x", "|",
    ">",
    "\x01\x1f", "a\x7fb", "\x80\x9f", "\x85", "\u2028x\u2029",
    "\ufeffx", "\ufffe\uffff", "😀", "\U0010ffff", "x" * 1_500,
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("write", [rows, blocks])
def test_texts_and_keys_come_back(write, text: str) -> None:
    entry = {"code": "a", "name": text, "attributes": {text: [text, {text: None}]}}
    findings = Findings()
    found = load_bytes(("customers:\n" + "".join(write([entry]))).encode(), findings)
    assert findings.faults == []
    assert found == {"customers": [entry]}
