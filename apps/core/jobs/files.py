"""Reads and writes the files of jobs, piece by piece: nobody holds a whole one in memory."""

from __future__ import annotations

import io
import mimetypes
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import PurePath
from typing import IO

from django.db.models import F

from apps.core.jobs.models import Job, JobFile, JobFilePiece

PIECE = 1024 * 1024


def store(*, job: Job, role: str, stream: IO[bytes], name: str = "") -> JobFile:
    """Keep what somebody uploaded as the job's file of this role."""
    called = PurePath(name or str(getattr(stream, "name", "") or role)).name[:200]
    stream.seek(0)
    file = JobFile.objects.create(
        job=job, role=role, name=called,
        content_type=mimetypes.guess_type(called)[0] or "application/octet-stream",
    )  # fmt: skip
    while piece := stream.read(PIECE):
        append(file, piece)
    return file


def output(*, job: Job, role: str, name: str, content_type: str) -> JobFile:
    """The job's file of this role, begun where there is none; every batch appends to it."""
    file, _made = JobFile.objects.get_or_create(
        job=job, role=role, defaults={"name": name, "content_type": content_type, "is_output": True}
    )
    return file


def append(file: JobFile, content: bytes) -> None:
    """Add to the end, in the transaction of the batch."""
    for at in range(0, len(content), PIECE):
        piece = content[at : at + PIECE]
        JobFilePiece.objects.create(file=file, start=file.size, content=piece)
        file.size += len(piece)
        JobFile.objects.filter(pk=file.pk).update(size=F("size") + len(piece), pieces=F("pieces") + 1)


def pieces(file: JobFile) -> Iterator[bytes]:
    """The content in order, a statement a piece."""
    for start in JobFilePiece.objects.filter(file=file).order_by("start").values_list("start", flat=True):
        yield _piece(file.pk, start)


def open_file(file: JobFile) -> io.BufferedReader:
    """The content as a file that can be sought in."""
    return io.BufferedReader(StoredFile(file), PIECE)


def _piece(file: int, start: int) -> bytes:
    return bytes(JobFilePiece.objects.values_list("content", flat=True).get(file=file, start=start))


class StoredFile(io.RawIOBase):
    """The pieces as one stream of bytes; the piece at hand stays in memory."""

    def __init__(self, file: JobFile) -> None:
        self.file = file
        self.at = 0
        parts = JobFilePiece.objects.filter(file=file).order_by("start")
        self.starts = list(parts.values_list("start", flat=True))
        self.held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = offset + (0, self.at, self.file.size)[whence]
        return self.at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self.at >= self.file.size:
            return 0
        start = self.starts[bisect_right(self.starts, self.at) - 1]
        if self.held[0] != start:
            self.held = (start, _piece(self.file.pk, start))
        part = self.held[1][self.at - start : self.at - start + len(buffer)]
        buffer[: len(part)] = part
        self.at += len(part)
        return len(part)
