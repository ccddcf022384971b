"""Prices generated cases with engine and oracle: `python -m tests.oracle.fuzz --seeds 0:2000`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from tests.oracle.compare import differences
from tests.oracle.generate import case
from tests.oracle.invariants import broken
from tests.oracle.minimise import minimise
from tests.oracle.quote import price

Json = dict[str, Any]
Engine = Callable[[Json, Json], Mapping[str, Any]]

DEFAULT_ENGINE = "apps.packs.carts:quote_raw"


def load_engine(path: str) -> Engine:
    module, _, name = path.partition(":")
    if module.startswith("apps."):  # They need the settings first.
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "promo_portal.settings_test")
        import_module("django").setup()
    return getattr(import_module(module), name)


def faults(engine: Engine, pack: Json, cart: Json) -> list[str]:
    """What is wrong with the engine's quote: it differs from the oracle's, breaks a promise, or is none."""
    try:
        actual = engine(pack, cart)
    except Exception as error:  # any failure of the engine is a finding
        return [f"raised {error!r}"]
    found = differences(price(pack, cart), actual) or broken(pack, cart, actual)
    if pack.get("selection") != "priority" and not actual.get("optimal", False):
        found.append("optimal: so few offers leave no excuse")
    return found


def smallest(engine: Engine, pack: Json, cart: Json) -> tuple[Json, Json]:
    """The case made small; a pack that is refused only because a part is missing is not the same fault."""
    kind = _kind(faults(engine, pack, cart))

    def shows(pack: Json, cart: Json) -> bool:
        found = faults(engine, pack, cart)
        return bool(found) and _kind(found) == kind

    return minimise((pack, cart), shows)


def _kind(found: list[str]) -> str:
    word = found[0].split(" ")[0] if found else ""
    return word if word in ("raised", "refused:") else "differs"


def report(seed: int, engine: Engine, pack: Json, cart: Json) -> str:
    small = smallest(engine, pack, cart)
    found = "\n".join(f"  {fault}" for fault in faults(engine, *small))
    quotes = json.dumps(small[1], ensure_ascii=False)
    offers = [*small[0].get("activities", []), *small[0].get("coupon_templates", [])]
    rows = "\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in offers)
    skus = json.dumps(small[0]["catalog"]["skus"], ensure_ascii=False)
    return f"seed {seed}\n{found}\n  cart {quotes}\n  skus {skus}\n{rows}\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0:2000", help="from:to, the end not included")
    parser.add_argument("--engine", default=DEFAULT_ENGINE, help="module:callable of (pack, cart)")
    parser.add_argument("--show", type=int, default=3, help="how many differing cases to print")
    options = parser.parse_args()
    engine = load_engine(options.engine)
    first, _, last = options.seeds.partition(":")
    wrong = []
    for seed in range(int(first), int(last)):
        pack, cart = case(seed)
        if faults(engine, pack, cart):
            wrong.append(seed)
            if len(wrong) <= options.show:
                sys.stdout.write(report(seed, engine, pack, cart))
    sys.stdout.write(f"{len(wrong)} of {int(last) - int(first)} differ: {wrong[:50]}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
