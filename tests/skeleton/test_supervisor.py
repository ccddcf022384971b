"""`./run demo` and `./run manage`: everything starts, everything stops, nothing is left."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from promo_portal.supervisor.__main__ import main
from promo_portal.supervisor.demo import say
from tests.skeleton.running import ROOT, RunningDemo, clean_environment, manage, processes_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

WAIT = "import time; print('here', flush=True); time.sleep(60)"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder under pytest's own 0700 one; whatever a failed test left running is killed."""
    path = tmp_path / "data"
    yield path
    for name in Path("/proc").iterdir():
        if name.name.isdigit() and int(name.name) != os.getpid():
            try:
                if str(path).encode() in (name / "environ").read_bytes() + (name / "cmdline").read_bytes():
                    os.kill(int(name.name), signal.SIGKILL)
            except OSError:
                continue


def small(folder: Path, *arguments: str) -> RunningDemo:
    """A demo of next to nothing: it is there in half the time."""
    pack = folder.parent / "small.yaml"
    pack.write_text("{pack: 1, currency: CNY, catalog: {shops: [{code: S1}]}}")
    return RunningDemo(folder, "--pack", str(pack), *arguments)


def wait_until_gone(folder: Path, seconds: float = 20) -> list[str]:
    deadline = time.monotonic() + seconds
    while processes_of(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    return processes_of(folder)


def test_one_life_of_a_demo(folder):
    demo = RunningDemo(folder)
    demo.wait_ready()
    assert demo.lines().count(f"ready http://127.0.0.1:{demo.port}/") == 1
    assert demo.get("/healthz") == (200, '{"status": "ok"}')
    assert demo.get("/readyz")[0] == 200
    assert demo.get("/admin/login/")[0] == 200
    assert "portal_request_seconds" in demo.get("/metrics")[1]
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in folder.glob("*.key")} == {
        "secret.key": "0o600",
        "storefront.key": "0o600",
        "preview.key": "0o600",
    }

    # The same folder again is refused, a command reaches the running database.
    second = RunningDemo(folder)
    assert second.process.wait(30) == 1
    assert "already runs" in second.output.read_text()
    shown = manage(
        folder,
        "shell",
        "--no-imports",
        "-c",
        "from apps.accounts.models import User; print(User.objects.count())",
    )
    assert (shown.stdout, shown.returncode) == ("9\n", 0)

    assert demo.stop(signal.SIGINT) == 0
    assert processes_of(folder) == []
    assert manage(folder, "audit").returncode == 0  # starts the database for itself
    assert processes_of(folder) == []


def test_kill_nine_leaves_nothing_that_blocks_the_next_start(folder):
    demo = small(folder)
    demo.wait_ready()
    os.kill(demo.process.pid, signal.SIGKILL)
    demo.process.wait()
    again = RunningDemo(folder)
    again.wait_ready(30)
    assert again.get("/readyz")[0] == 200
    assert again.stop() == 0
    assert wait_until_gone(folder) == []


def test_two_demos_side_by_side_but_not_on_one_port(folder, tmp_path):
    other, third = tmp_path / "other", tmp_path / "third"
    first = small(folder)
    second = small(other)
    try:
        first.wait_ready()
        second.wait_ready()
        assert first.port != second.port
        refused = RunningDemo(third, "--port", str(first.port))
        assert refused.process.wait(30) == 1
        assert f"port {first.port} is in use" in refused.output.read_text()
        assert not (third / "postgres").exists()
        assert first.stop() == 0
        assert second.get("/readyz")[0] == 200
    finally:
        second.stop()
    assert processes_of(folder) == processes_of(other) == []


@pytest.mark.parametrize("moment", ["preparing the database", "0.3"])
def test_a_stop_in_the_middle_of_the_start_leaves_nothing(folder, moment):
    demo = RunningDemo(folder)
    if moment.startswith("0."):
        time.sleep(float(moment))
    else:
        demo.wait_for_line(moment)
    demo.stop(signal.SIGTERM)
    assert wait_until_gone(folder, 5) == []


def test_a_pack_that_cannot_be_read_ends_the_start(folder, tmp_path):
    pack = tmp_path / "broken.json"
    pack.write_text('{"pack": 1, "activities": 7}')
    demo = RunningDemo(folder, "--pack", str(pack))
    assert demo.process.wait(60) == 1
    assert "could not be prepared" in demo.output.read_text()
    assert processes_of(folder) == []
    assert (
        manage(
            folder,
            "shell",
            "--no-imports",
            "-c",
            "from apps.accounts.models import User; print(User.objects.count())",
        ).stdout
        == "0\n"
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--port", "99999"], "must be a number from 1 to 65535"),
        (["--workers", "0"], "must be a number from 1 to 256"),
        (["--data-dir", "/dev/null/data"], "the data folder cannot be made"),
    ],
)
def test_a_wrong_word_is_told_in_a_line_and_starts_nothing(wrong, said, capsys):
    with pytest.raises(SystemExit) as end:
        main(["demo", *wrong])
    assert (end.value.code, said in capsys.readouterr().err) == (2, True)


def test_a_dead_worker_is_started_again(folder):
    demo = small(folder)
    demo.wait_ready()
    worker = next(
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit()
        and b"celery\0-A\0promo_portal.celery\0worker" in (entry / "cmdline").read_bytes()
        and str(folder).encode() in (entry / "environ").read_bytes()
    )
    os.kill(worker, signal.SIGKILL)
    demo.wait_for_line("worker ended with status -9, starting it again")
    assert demo.stop() == 0
    assert processes_of(folder) == []


def test_a_command_without_database_starts_no_server(folder):
    shown = manage(folder, "price_carts", "--help")
    assert (shown.returncode, "--pack" in shown.stdout) == (0, True)
    priced = manage(folder, "price_carts")
    assert (priced.returncode, priced.stdout) == (0, "")
    assert not (folder / "postgres").exists()


def test_servers_start_in_a_folder_whose_path_no_socket_could_have(tmp_path):
    folder = tmp_path / ("deep" * 20) / "data"
    assert manage(folder, "migrate", "--verbosity=0").returncode == 0
    assert (folder / "valkey" / "valkey.log").exists()
    assert wait_until_gone(folder) == []


def test_a_command_that_is_told_to_end_takes_its_servers_along(folder):
    command = [sys.executable, "-m", "promo_portal.supervisor", "manage", "shell", "--no-imports", "-c", WAIT]
    process = subprocess.Popen(
        command, cwd=ROOT, env=clean_environment(folder), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    assert any("postgres" in one for one in processes_of(folder))
    # A demo waits for its end, and can be told to give up.
    demo = small(folder)
    demo.wait_for_line("a command uses the database, waiting for its end ...")
    assert demo.stop(signal.SIGINT) == 0
    assert demo.lines()[-2:] == ["stopping ...", "stopped"]
    process.terminate()
    assert process.wait(30) == 128 + signal.SIGTERM
    process.stdout.close()
    assert wait_until_gone(folder) == []


def test_what_nobody_reads_any_more_ends_nothing(monkeypatch):
    """A reader that is gone must not tear a start step apart, nor end the demo when a server comes back."""
    reader, writer = os.pipe()
    os.close(reader)
    with pytest.raises(BrokenPipeError), os.fdopen(os.dup(writer), "w", buffering=1) as control:
        control.write("the same without say\n")
    with monkeypatch.context() as patched, os.fdopen(writer, "wb", buffering=0) as raw:
        patched.setattr("sys.stdout", io.TextIOWrapper(raw, write_through=True))
        say("stopping ...")


def test_a_command_finds_tables_and_a_demo_keeps_what_it_brought(folder):
    pack = folder.parent / "pack.yaml"
    pack.write_text("{pack: 1, currency: EUR, catalog: {shops: [{code: S1}]}}")
    imported = manage(folder, "import_pack", str(pack))
    assert imported.returncode == 0, imported.stderr
    demo = RunningDemo(folder)
    demo.wait_ready()
    exported = manage(folder, "export_pack")
    assert demo.stop() == 0
    assert (
        exported.stdout == "pack: 1\ncurrency: EUR\nselection: best\ncatalog:\n  shops:\n    - {code: S1}\n"
    )
