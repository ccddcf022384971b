"""Run as a process of its own by the demo: tables, accounts, the pack of an empty portal, API keys.

python -m promo_portal.supervisor.prepare DATA_DIR [PACK]
"""

import os
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import django
import yaml
from django.core.management import call_command
from django.db import transaction

from promo_portal.supervisor.environment import BASE_DIR

PASSWORD = "promo-demo-2026"  # noqa: S105 - printed on screen, for the demo's own accounts
ACCOUNTS_FILE = BASE_DIR / "apps" / "packs" / "demo" / "accounts.yaml"
ADMINISTRATOR = "administrator"
KEYS = {"storefront.key": ("storefront", "grant"), "preview.key": ("storefront", "preview")}


@dataclass(frozen=True)
class Account:
    username: str
    name: str
    email: str
    role: str
    shops: tuple[str, ...] = ()


def accounts() -> list[Account]:
    """The demo's people, administrators first: everybody after the first two is asked for and confirmed by them."""
    listed = yaml.safe_load(ACCOUNTS_FILE.read_text())["accounts"]
    people = [
        Account(one["username"], one["name"], one["email"], one["role"], tuple(one["shops"]))
        for one in listed
    ]
    return sorted(people, key=lambda account: account.role != ADMINISTRATOR)


def main() -> None:
    folder, pack = Path(sys.argv[1]), (sys.argv[2] if len(sys.argv) > 2 else None)
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    from apps.catalog.models import Portal

    goods_of_its_own = Portal.objects.exists()
    loaded = load_into_empty_portal(pack)
    for name, scopes in KEYS.items():
        write_key(folder / name, scopes, replace=loaded)
    if loaded and pack is None and not goods_of_its_own:
        call_command("demo_orders", client=client_of("storefront.key"))
        search_what_is_due_first()
        call_command("demo_past", client=client_of("storefront.key"))


@transaction.atomic
def load_into_empty_portal(pack: str | None) -> bool:
    """Accounts and pack together or not at all; False when somebody already lives here.

    A portal that `./run manage import_pack` filled before gets its accounts and keeps what it has.
    """
    from apps.accounts.models import User
    from apps.catalog.models import Portal

    if User.objects.exists():
        return False
    people = accounts()
    first, second = (account.username for account in people[:2])
    for account in people:
        alone = account.username in (first, second)
        call_command(
            "create_user",
            account.username,
            role=[account.role],
            password=PASSWORD,
            full_name=account.name,
            shop=list(account.shops),
            email=account.email,
            requested_by=None if alone else first,
            confirmed_by=None if alone else second,
            verbosity=0,
        )
    if Portal.objects.exists():
        return True
    if pack is None:
        call_command("load_demo", verbosity=0)
    else:
        call_command("import_pack", pack, "--publish", verbosity=0)
    return True


def search_what_is_due_first() -> None:
    """The impact report of the most urgent request is there when the first approver looks; the worker does the rest."""
    from apps.core import jobs
    from apps.impact.models import ImpactReport

    waiting = ImpactReport.objects.filter(done_at=None).select_related("job").order_by("request__due_at")
    for report in waiting[:1]:
        jobs.run(report.job)


def write_key(path: Path, scopes: tuple[str, ...], *, replace: bool) -> None:
    """The key is shown once, so it lies in the data folder, readable by its owner only."""
    if path.exists() and not replace:
        return
    out = StringIO()
    arguments = [part for scope in scopes for part in ("--scope", scope)]
    call_command("create_api_key", f"demo-{path.stem}", *arguments, stdout=out)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(out.getvalue().strip().splitlines()[-1] + "\n")


def client_of(key_name: str) -> int:
    """The id of the API client to which a key of the demo belongs."""
    from apps.storefront.models import ApiClient

    return ApiClient.objects.values_list("pk", flat=True).get(name=f"demo-{Path(key_name).stem}")


if __name__ == "__main__":
    main()
