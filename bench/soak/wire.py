"""One buyer's connection: a request is repeated with its key until it is answered for good."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 180.0
ANSWER_WITHIN = 15.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0


class NoAnswerError(Exception):
    """Nobody answered for good in a time in which every server must be back."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    replayed: bool

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The stable code of a refusal; what is no problem+json comes from outside the portal's own answers."""
        if self.status < 400:
            return ""
        try:
            return str(self.json["code"])
        except (ValueError, KeyError):
            return "without a code"


@dataclass
class Wire:
    """Kept alive while the server lives; `told` counts what happened on the way.

    Whoever shares a `gate` sends the last byte of the first request only when all of them have sent the others.
    """

    port: int
    key: str
    told: Counter[str] = field(default_factory=Counter)
    gate: asyncio.Barrier | None = None
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: Any, idempotency: str) -> Answer:
        """The answer, whatever must be gone through for it: lost connections, 503, the first request still running."""
        request = self._request("POST", path, json.dumps(body).encode(), idempotency)
        pause, loop = FIRST_PAUSE, asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE
        while loop.time() < deadline:
            try:
                answer = await asyncio.wait_for(self._once(request), ANSWER_WITHIN)
            except (OSError, EOFError, asyncio.IncompleteReadError, TimeoutError):
                self.told["connections lost"] += 1
                self.close()
            else:
                if answer.status < 500 and answer.code != "in_progress":
                    return answer
                self.told[f"answers {answer.status} {answer.code}"] += 1
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        raise NoAnswerError(path)

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None

    def _request(self, method: str, path: str, body: bytes, idempotency: str) -> bytes:
        head = (
            f"{method} /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Api-Key {self.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: {idempotency}\r\n\r\n"
        )
        return head.encode() + body

    async def _once(self, request: bytes) -> Answer:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        if self.gate is not None:
            writer.write(request[:-1])
            await writer.drain()
            gate, self.gate = self.gate, None
            await gate.wait()
            request = request[-1:]
        writer.write(request)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        body = await _body(reader, fields)
        if fields.get("connection") == "close":
            self.close()
        return Answer(int(head[0].split()[1]), body, "idempotent-replayed" in fields)


async def _body(reader: asyncio.StreamReader, fields: dict[str, str]) -> bytes:
    if "content-length" in fields:
        return await reader.readexactly(int(fields["content-length"]))
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)
