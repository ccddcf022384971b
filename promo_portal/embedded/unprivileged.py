"""PostgreSQL refuses to run as root, so root starts it as the user `nobody`."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CAPABILITIES = ("dac_read_search", "dac_override")


class UnreachableFolderError(RuntimeError):
    """`nobody` can't enter a folder that the embedded PostgreSQL needs."""


@dataclass(frozen=True)
class Account:
    """Whom a server runs as: None means the user who started us; `prefix` is put before its command."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def own(self, folder: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)

    @property
    def popen_options(self) -> dict[str, object]:
        if self.uid is None or self.prefix:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account(*folders: Path) -> Account:
    """The account for a server that must reach `folders`; raises UnreachableFolderError where none can."""
    if os.geteuid() != 0:
        return Account()
    nobody = pwd.getpwnam("nobody")
    closed = [folder for folder in folders if not open_to_all(folder)]
    if not closed:
        return Account(nobody.pw_uid, nobody.pw_gid)
    for capability in CAPABILITIES:
        prefix = _setpriv(nobody.pw_uid, nobody.pw_gid, capability)
        if prefix and all(_reaches(prefix, folder) for folder in closed):
            return Account(nobody.pw_uid, nobody.pw_gid, prefix)
    raise UnreachableFolderError(
        f"Started as root, the embedded PostgreSQL runs as the user nobody, who can't enter {closed[0]}. "
        "Start as an ordinary user, move the project out of the closed folder, or set DATABASE_URL."
    )


def open_to_all(folder: Path) -> bool:
    """Whether every user may pass through to `folder`."""
    resolved = folder.resolve()
    return all(step.stat().st_mode & 0o001 for step in (*resolved.parents, resolved) if step.is_dir())


def _setpriv(uid: int, gid: int, capability: str) -> tuple[str, ...]:
    """The right to pass closed folders and nothing else; util-linux' setpriv keeps it over the exec."""
    program = shutil.which("setpriv")
    if program is None:
        return ()
    identity = (f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--pdeathsig=INT")
    return (program, *identity, f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}")


def _reaches(prefix: tuple[str, ...], folder: Path) -> bool:
    # Not `test -x`: access(2) leaves capabilities out.
    probe = subprocess.run([*prefix, "ls", "-d", f"{folder}/."], capture_output=True, check=False)
    return probe.returncode == 0
