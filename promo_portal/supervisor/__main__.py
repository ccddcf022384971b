"""The command line behind `./run demo` and `./run manage`."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from promo_portal.supervisor.demo import Demo, Options
from promo_portal.supervisor.environment import BASE_DIR, child_environment, find_place
from promo_portal.supervisor.servers import borrowed_servers


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["manage"]:
        return manage(arguments[1:])
    return demo(arguments[1:])


def demo(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run demo", description="Start a whole portal on this machine.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data-dir", help="where everything is kept (default: PORTAL_DATA_DIR or .data/)")
    parser.add_argument("--pack", type=Path, help="load this pack instead of the demo's into an empty portal")
    parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 4), help="web processes")
    options = parser.parse_args(arguments)
    if options.pack is not None and not options.pack.is_file():
        parser.error(f"no such file: {options.pack}")
    place = find_place(options.data_dir)
    return Demo(Options(place, options.port, options.workers, options.pack)).run()


def manage(arguments: list[str]) -> int:
    """One of Django's commands against the running demo's database, or against servers started for it."""
    place = find_place()
    command = [sys.executable, str(BASE_DIR / "manage.py"), *arguments]
    environment = child_environment(place, "development")
    try:
        with borrowed_servers(place):
            return subprocess.run(command, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
