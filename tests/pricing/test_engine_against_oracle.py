"""The engine against the oracle on generated carts; ORACLE_CASES=100000 asks for more than CI does."""

import os

import pytest

from apps.packs import carts
from tests.oracle.fuzz import faults, report
from tests.oracle.generate import case

CASES = int(os.environ.get("ORACLE_CASES", "2000"))
BLOCKS = 20


@pytest.mark.parametrize("block", range(BLOCKS))
def test_engine_agrees_with_the_oracle(block):
    for seed in range(block, CASES, BLOCKS):
        pack, cart = case(seed)
        if faults(carts.quote_raw, pack, cart):
            pytest.fail(report(seed, carts.quote_raw, pack, cart))
