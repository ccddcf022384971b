"""The command as people run it: a process of its own, without a database."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
DEMO = ROOT / "apps/packs/demo"


def run(*options: str, carts: bytes, tmp_path: Path) -> "subprocess.CompletedProcess[bytes]":
    """No DATABASE_URL, and a data folder in which no server ever ran."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name
        not in ("DATABASE_URL", "CACHE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "PORTAL_MODE")
    }
    environment["PORTAL_DATA_DIR"] = str(tmp_path / "data")
    return subprocess.run(
        [sys.executable, "manage.py", "price_carts", *options],
        input=carts,
        capture_output=True,
        cwd=ROOT,
        env=environment,
        timeout=120,
        check=False,
    )


def answers(done: "subprocess.CompletedProcess[bytes]") -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_demos_carts_one_quote_a_line_in_order(tmp_path: Path) -> None:
    carts = (DEMO / "carts.jsonl").read_bytes()
    done = run("--pack", str(DEMO / "pack.yaml"), carts=carts, tmp_path=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    quotes = answers(done)
    assert len(quotes) == 9
    assert [quote["as_of"] for quote in quotes] == [json.loads(line)["as_of"] for line in carts.splitlines()]
    assert quotes[1]["discount_total"] == 34000
    twice = run("--pack", str(DEMO / "pack.yaml"), "--processes", "2", carts=carts * 20, tmp_path=tmp_path)
    assert (twice.returncode, answers(twice)) == (0, quotes * 20)


def test_a_refused_cart_is_an_error_on_its_line_and_the_run_goes_on(tmp_path: Path) -> None:
    lines = [
        b"not json",
        b"",
        b'{"currency": "CNY", "lines": [{"line": "1", "sku": "X", "quantity": 1}]}',
        b'{"\\ud800": 1, "pack": {}}',
        (DEMO / "carts.jsonl").read_bytes().splitlines()[0],
    ]
    done = run("--pack", str(DEMO / "pack.yaml"), carts=b"\n".join(lines), tmp_path=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    first, second, third, last = answers(done)
    assert (first["error"]["code"], first["error"]["errors"]) == ("invalid_json", [])
    assert [error["path"] for error in second["error"]["errors"]] == ["as_of", "lines[0].sku"]
    assert third["error"]["errors"][0]["message"] == "holds a character that cannot be stored"
    assert last["payable_total"] == 97600


def test_a_lines_own_pack_is_used_instead(tmp_path: Path) -> None:
    cart = {
        "pack": {"pack": 1, "currency": "USD", "catalog": {"skus": [{"sku": "A", "price": 700}]}},
        "currency": "USD",
        "lines": [{"line": "1", "sku": "A", "quantity": 2}],
        "as_of": "2026-11-11T00:00:00Z",
    }
    line = json.dumps(cart).encode() + b"\n"
    with_file = run("--pack", str(DEMO / "pack.yaml"), carts=line * 2, tmp_path=tmp_path)
    without = run(carts=line * 2, tmp_path=tmp_path)
    assert [quote["payable_total"] for quote in answers(with_file) + answers(without)] == [1400] * 4


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "pack: 1\ncurrency: yuan\nactivities: [{code: x}]\n",
            [
                "currency: must be three letters of ISO 4217, like CNY",
                "activities[0].name: is required",
                "activities[0].kind: is required",
                "activities[0].layer: is required",
                "activities[0].params: is required",
                "activities[0].starts_at: is required",
                "activities[0].ends_at: is required",
            ],
        ),
        ("pack: [", ["(document): is not YAML: did not find expected node content (line 2)"]),
    ],
)
def test_a_broken_pack_is_refused_whole(text: str, faults: list[str], tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text(text, encoding="utf-8")
    done = run("--pack", str(path), carts=(DEMO / "carts.jsonl").read_bytes(), tmp_path=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().splitlines() == faults


def test_a_pack_that_is_not_there(tmp_path: Path) -> None:
    done = run("--pack", str(tmp_path / "none.yaml"), carts=b"", tmp_path=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().splitlines() == ["(document): cannot be read: No such file or directory"]


def test_members_of_a_file_beside_the_pack_count(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("customer\nc1\n", encoding="utf-8")
    tiers = [{"at": 0, "benefit": {"amount_off": 100}}]
    pack = {
        "pack": 1,
        "currency": "CNY",
        "catalog": {"skus": [{"sku": "A", "price": 1000}]},
        "audiences": [{"code": "crm", "members_file": "list.csv"}],
        "activities": [
            {
                "code": "x",
                "name": "x",
                "layer": "platform",
                "kind": "threshold",
                "params": {"metric": "amount", "tiers": tiers},
                "starts_at": "2026-11-01T00:00:00Z",
                "ends_at": "2026-12-01T00:00:00Z",
                "targeting": {"audiences": ["crm"]},
            }
        ],
    }
    (tmp_path / "pack.json").write_text(json.dumps(pack), encoding="utf-8")
    cart = {
        "currency": "CNY",
        "as_of": "2026-11-11T00:00:00Z",
        "lines": [{"line": "1", "sku": "A", "quantity": 1}],
    }
    carts = b"".join(json.dumps({**cart, "customer": who}).encode() + b"\n" for who in ("c1", "c2"))
    done = run("--pack", str(tmp_path / "pack.json"), carts=carts, tmp_path=tmp_path)
    assert [quote["payable_total"] for quote in answers(done)] == [900, 1000]
