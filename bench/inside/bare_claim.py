"""The bare claim to compare with: one statement, a guarded UPDATE of a counter and the INSERT of a coupon."""

from __future__ import annotations

import random
from typing import Any

import psycopg

MAKE = """
CREATE TABLE bench_counter (id int PRIMARY KEY, total bigint NOT NULL, taken bigint NOT NULL DEFAULT 0,
    CHECK (taken <= total));
CREATE TABLE bench_coupon (id bigserial PRIMARY KEY, code varchar(64) NOT NULL UNIQUE, template varchar(64) NOT NULL,
    customer varchar(64) NOT NULL, valid_until timestamptz NOT NULL, issued_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX bench_coupon_of ON bench_coupon (customer, id DESC);
INSERT INTO bench_counter (id, total) SELECT bucket, 10000000 FROM generate_series(0, 15) bucket;
"""
CLAIM = """
WITH taken AS (UPDATE bench_counter SET taken = taken + 1 WHERE id = %s AND taken < total RETURNING id)
INSERT INTO bench_coupon (code, template, customer, valid_until)
SELECT %s, 'ten-off', %s, now() + interval '7 days' FROM taken
"""


def make_tables(connection: psycopg.Connection[Any]) -> None:
    connection.execute(MAKE)


class BareClaims:
    """Claims over this connection, each committed by itself."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def claim(self, customer: str) -> None:
        """From any of as many rows as the portal keeps a large release in."""
        self._claim(customer, random.randrange(16))

    def claim_from_one_row(self, customer: str) -> None:
        """As most would write it."""
        self._claim(customer, 0)

    def _claim(self, customer: str, row: int) -> None:
        code = f"{random.getrandbits(100):025x}"
        done = self.connection.execute(CLAIM, [row, code, customer], prepare=True)
        assert done.rowcount == 1
