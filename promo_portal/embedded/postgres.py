"""One embedded PostgreSQL cluster: made on first use, reached over a Unix socket only."""

import hashlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from promo_portal.embedded import process
from promo_portal.embedded.binaries import binaries
from promo_portal.embedded.unprivileged import Account, server_account

USER = "portal"
DATABASE = "portal"
DRAFT = "data.new-"
SOCKET_PATH_LIMIT = 100
IN_USE = "pre-existing shared memory block"
STOP_STEPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))


class PostgresError(RuntimeError):
    """The embedded PostgreSQL did not start."""


def socket_folder(folder: Path) -> Path:
    """Where the socket of the cluster in `folder` lies: a Unix socket's path has at most 107 bytes."""
    inside = folder.resolve() / "socket"
    if len(os.fsencode(inside)) + len("/.s.PGSQL.5432") <= SOCKET_PATH_LIMIT:
        return inside
    digest = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    # Not TMPDIR, which may differ between the demo and the command that looks for it.
    return Path("/tmp") / f"promo-portal-{os.geteuid()}-{digest}"  # noqa: S108 - made 0700 and checked to be ours


def database_url(folder: Path, database: str = DATABASE) -> str:
    return f"postgres://{USER}@/{database}?host={quote(str(socket_folder(folder)), safe='/')}"


class PostgresServer:
    """Starts and stops the cluster in `folder`; `durable=False` trades crash safety for speed in tests."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.socket = socket_folder(self.folder)
        self.log = self.folder / "postgres.log"
        self.durable = durable
        self.binaries = binaries()
        self.process: process.Process | None = None

    @property
    def url(self) -> str:
        return database_url(self.folder)

    def start(self, timeout: float = 60) -> None:
        """Make the cluster where there is none, start it, and return once it answers."""
        account = self._prepare()
        if not (self.data / "PG_VERSION").exists():
            self._initialise(account)
        self.stop_orphan()
        deadline = time.monotonic() + timeout
        while True:
            try:
                return self._start_once(account, timeout)
            except PostgresError as error:
                # Children of a killed server may live on for a moment after it, and hold its memory.
                if IN_USE not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _start_once(self, account: Account, timeout: float) -> None:
        self.process = self._spawn(account)
        try:
            self._wait(timeout)
            self._create_database()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Fast shutdown (SIGINT: disconnect clients, checkpoint), then by force."""
        running, self.process = self.process, None
        process.stop(running, STOP_STEPS)

    def answers(self) -> bool:
        try:
            with psycopg.connect(host=str(self.socket), user=USER, dbname="postgres", connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def is_empty(self) -> bool:
        """Whether the running server's database has no tables yet."""
        with psycopg.connect(host=str(self.socket), user=USER, dbname=DATABASE) as connection:
            return connection.execute("SELECT 1 FROM pg_stat_user_tables LIMIT 1").fetchone() is None

    def _prepare(self) -> Account:
        self.folder.mkdir(parents=True, exist_ok=True)
        account = server_account(self.folder.parent)
        account.own(self.folder)
        self.socket.mkdir(mode=0o700, exist_ok=True)
        if self.socket.is_symlink() or self.socket.stat().st_uid not in (os.geteuid(), account.uid):
            raise PostgresError(f"{self.socket} belongs to somebody else")
        account.own(self.socket)
        return account

    def _initialise(self, account: Account) -> None:
        """Made beside and then named: one whose making was cut short must not be taken for a cluster."""
        for left in self.folder.glob(f"{DRAFT}*"):
            shutil.rmtree(left, ignore_errors=True)
        draft = self.folder / f"{DRAFT}{os.getpid()}"
        options = ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust"]
        durability = [] if self.durable else ["--no-sync"]
        command = [str(self.binaries / "initdb"), "-D", str(draft), "-U", USER, *options, *durability]
        done = subprocess.run(
            [*account.prefix, *command],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **account.popen_options,  # type: ignore[call-overload]
        )
        if done.returncode != 0:
            raise PostgresError(f"initdb failed in {draft}: {done.stderr.strip() or done.stdout.strip()}")
        draft.rename(self.data)

    def _spawn(self, account: Account) -> process.Process:
        hasty = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "max_connections": "120",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **({} if self.durable else hasty),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return process.spawn(
            [str(self.binaries / "postgres"), "-D", str(self.data), *options],
            log=self.log,
            account=account,
            death_signal=signal.SIGINT,
        )

    def stop_orphan(self) -> None:
        """Stop a server that a killed supervisor left running here, and drop the pid file it may have left.

        A number in postmaster.pid may by now be any process; PostgreSQL itself would refuse to start then.
        """
        pid_file = self.data / "postmaster.pid"
        pid = self._orphan_pid(pid_file)
        if pid is not None:
            os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + STOP_STEPS[0][1]
            while time.monotonic() < deadline and self._orphan_pid(pid_file) is not None:
                time.sleep(0.05)
        if self._orphan_pid(pid_file) is None:
            pid_file.unlink(missing_ok=True)

    def _orphan_pid(self, pid_file: Path) -> int | None:
        try:
            pid = int(pid_file.read_text().splitlines()[0])
            command = subprocess.run(
                ["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
            )
        except (OSError, ValueError, IndexError):
            return None
        return pid if str(self.data) in command.stdout else None

    def _wait(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                raise PostgresError(f"PostgreSQL stopped at once, see {self.log}:\n{self._last_lines()}")
            if self.answers():
                return
            time.sleep(0.05)
        raise PostgresError(f"PostgreSQL does not answer after {timeout:.0f} s, see {self.log}")

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])

    def _create_database(self) -> None:
        with psycopg.connect(
            host=str(self.socket), user=USER, dbname="postgres", autocommit=True
        ) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0".encode())
