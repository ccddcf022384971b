"""`create_user`: an account with roles from the command line, for set-up and the demo."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.accounts.models import Language, User
from apps.accounts.services.roles import confirm_role, request_role, set_up_role
from apps.accounts.services.users import create_user
from apps.core.errors import DomainError
from apps.core.roles import Role


class Command(BaseCommand):
    help = (
        "Create a user. The first two administrators need nobody; every other administrator and every approver "
        "needs --requested-by and --confirmed-by, two administrators."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--role", action="append", default=[], choices=[role.value for role in Role])
        parser.add_argument("--password", help="asked for when not given")
        parser.add_argument("--language", default=Language.CHINESE.value, choices=Language.values)
        parser.add_argument("--full-name", default="", help="as colleagues know them")
        parser.add_argument("--email", default="")
        parser.add_argument("--shop", action="append", default=[], help="only this shop; again for more")
        parser.add_argument("--requested-by", metavar="ADMINISTRATOR")
        parser.add_argument("--confirmed-by", metavar="ADMINISTRATOR")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(username=options["name"]).exists():
            raise CommandError(f"{options['name']} exists already")
        password = options["password"] or _ask()
        try:
            user = create_user(
                username=options["name"],
                password=password,
                actor="system:create_user",
                language=options["language"],
                first_name=options["full_name"],
                email=options["email"],
                shops=sorted(set(options["shop"])),
            )
            for role in options["role"]:
                self._give(user, Role(role), options)
        except DomainError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"] > 0:
            self.stdout.write(f"created {user.get_username()} ({', '.join(options['role']) or 'no role'})")

    def _give(self, user: User, role: Role, options: dict[str, Any]) -> None:
        if not (options["requested_by"] and options["confirmed_by"]):
            set_up_role(user=user, role=role)
            return
        grant = request_role(user=user, role=role, actor=self._administrator(options["requested_by"]))
        confirm_role(grant=grant, actor=self._administrator(options["confirmed_by"]))

    def _administrator(self, name: str) -> User:
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            raise CommandError(f"no such administrator: {name}")
        return user


def _ask() -> str:
    try:
        return getpass.getpass()
    except EOFError as error:
        raise CommandError("--password: there is no terminal to ask at, so it must be given") from error
