"""Run as a process of its own by the demo: tables, accounts, the pack of an empty portal, API keys.

python -m promo_portal.supervisor.prepare DATA_DIR [PACK]
"""

import os
import sys
from io import StringIO
from pathlib import Path

import django
from django.core.management import call_command, get_commands
from django.db import transaction

PASSWORD = "promo-demo-2026"  # noqa: S105 - printed on screen, for the demo's own accounts
# The administrators first: everybody after them is asked for by one and confirmed by the other.
ACCOUNTS = {
    "admin": "administrator",
    "admin2": "administrator",
    "operator": "operator",
    "operator2": "operator",
    "approver": "approver",
    "approver2": "approver",
    "service": "customer_service",
    "analyst": "analyst",
    "auditor": "auditor",
}
FIRST_TWO = ("admin", "admin2")
KEYS = {"storefront.key": ("storefront", "grant"), "preview.key": ("storefront", "preview")}


def main() -> None:
    folder, pack = Path(sys.argv[1]), (sys.argv[2] if len(sys.argv) > 2 else None)
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    loaded = load_into_empty_portal(pack)
    for name, scopes in KEYS.items():
        write_key(folder / name, scopes, replace=loaded)


@transaction.atomic
def load_into_empty_portal(pack: str | None) -> bool:
    """Accounts and pack together or not at all; False when somebody already lives here."""
    from apps.accounts.models import User

    if User.objects.exists():
        return False
    for name, role in ACCOUNTS.items():
        by = {} if name in FIRST_TWO else {"requested_by": FIRST_TWO[0], "confirmed_by": FIRST_TWO[1]}
        call_command("create_user", name, role=[role], password=PASSWORD, verbosity=0, **by)
    if pack is None:
        if "load_demo" in get_commands():
            call_command("load_demo", verbosity=0)
    else:
        call_command("import_pack", pack, "--publish", verbosity=0)
    return True


def write_key(path: Path, scopes: tuple[str, ...], *, replace: bool) -> None:
    """The key is shown once, so it lies in the data folder, readable by its owner only."""
    if path.exists() and not replace:
        return
    out = StringIO()
    arguments = [part for scope in scopes for part in ("--scope", scope)]
    if "create_api_key" not in get_commands():
        return
    call_command("create_api_key", f"demo-{path.stem}", *arguments, stdout=out)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(out.getvalue().strip().splitlines()[-1] + "\n")


if __name__ == "__main__":
    main()
