"""Environments of their own for what the portal never imports: made on first use, kept while their pins stay."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


class NoEnvironmentError(Exception):
    """It cannot be installed here: no network, or a package index without it."""


def interpreter(folder: Path, requirements: Sequence[Path]) -> Path:
    """The Python of the environment in `folder` with exactly these pins."""
    program, stamp = folder / "bin" / "python", folder / "installed"
    pins = "".join(path.read_text(encoding="utf-8") for path in requirements)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == pins:
        return program
    files = [part for path in requirements for part in ("-r", str(path))]
    uv = Path(sys.executable).parent / "uv"
    if uv.exists():
        make = [str(uv), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)]
        install = [str(uv), "pip", "install", "--quiet", "--python", str(program), *files]
    else:
        make = [sys.executable, "-m", "venv", "--clear", str(folder)]
        install = [str(program), "-m", "pip", "install", "--quiet", *files]
    for step in (make, install):
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoEnvironmentError(f"could not be installed: {done.stderr.strip()[-200:]}")
    stamp.write_text(pins, encoding="utf-8")
    return program
