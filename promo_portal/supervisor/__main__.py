"""The command line behind `./run demo` and `./run manage`."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import FrameType
from typing import NoReturn

from promo_portal.supervisor.demo import Demo, Options
from promo_portal.supervisor.environment import BASE_DIR, child_environment, find_place
from promo_portal.supervisor.servers import borrowed_servers

#: commands that read files and write files: they must run where no server can
WITHOUT_SERVERS = frozenset({"price_carts", "make_pack_from_completejourney", "help", "version"})
ASKS_FOR_HELP = frozenset({"-h", "--help", "--version"})


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["manage"]:
        return manage(arguments[1:])
    return demo(arguments[1:])


def demo(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run demo", description="Start a whole portal on this machine.")
    parser.add_argument("--port", type=_number(1, 65_535), default=8000)
    parser.add_argument("--data-dir", help="where everything is kept (default: PORTAL_DATA_DIR or .data/)")
    parser.add_argument("--pack", type=Path, help="load this pack instead of the demo's into an empty portal")
    workers = min(os.cpu_count() or 1, 4)
    parser.add_argument("--workers", type=_number(1, 256), default=workers, help="web processes")
    options = parser.parse_args(arguments)
    if options.pack is not None and not options.pack.is_file():
        parser.error(f"no such file: {options.pack}")
    try:
        place = find_place(options.data_dir)
    except OSError as error:
        parser.error(f"the data folder cannot be made: {error}")
    return Demo(Options(place, options.port, options.workers, options.pack)).run()


def _number(low: int, high: int) -> Callable[[str], int]:
    """What argparse calls with a word of the command line."""

    def number(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be a number from {low} to {high}")
        return value

    return number


def manage(arguments: list[str]) -> int:
    """One of Django's commands against the running demo's database, or against servers started for it."""
    place = find_place()
    environment = child_environment(place, "development")
    for signal_number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, _end)
    try:
        with borrowed_servers(place) if needs_servers(arguments) else nullcontext(False) as is_empty:
            if is_empty and arguments[0] != "migrate":
                subprocess.run(
                    django("migrate", "--verbosity=0"), env=environment, check=True, stdout=sys.stderr
                )
            return subprocess.run(django(*arguments), env=environment, check=False).returncode
    except subprocess.CalledProcessError as error:
        return error.returncode
    except KeyboardInterrupt:
        return 130


def django(*arguments: str) -> list[str]:
    return [sys.executable, str(BASE_DIR / "manage.py"), *arguments]


def _end(signal_number: int, frame: FrameType | None) -> NoReturn:
    """Leave by way of every `with`: servers that were started for the command must not outlive it."""
    sys.exit(128 + signal_number)


def needs_servers(arguments: list[str]) -> bool:
    """Whether one of Django's commands asks for a database at all."""
    return bool(arguments) and arguments[0] not in WITHOUT_SERVERS and not ASKS_FOR_HELP & set(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
