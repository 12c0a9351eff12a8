"""Gives a person an account and a role: `manage.py add_member general NURSE_NAVIGATOR anna`."""

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patients.models import Role, Site
from patients.workflows.errors import WorkflowRefused
from patients.workflows.grant_role import grant_role
from patients.workflows.open_account import NewAccount, open_account


class Command(BaseCommand):
    """Asks for the password of a new account, or takes it from MEMBER_PASSWORD."""

    help = "Give a person a role at a site; makes the account if the user name is new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments of the command line."""
        parser.add_argument("site", help="slug of the site")
        parser.add_argument("role", type=str.upper, choices=Role.values)
        parser.add_argument("username")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")
        parser.add_argument("--email", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Find or make the account, then grant the role."""
        site = Site.objects.filter(slug=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']}; manage.py add_site adds one.")
        user = User.objects.filter(username=options["username"]).first()
        try:
            user = user or self._open(options)
            grant_role(user=user, site=site, role=options["role"], by=None, now=timezone.now())
        except WorkflowRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        role = Role(options["role"]).label.lower()
        self.stdout.write(f"{user.get_username()} is {role} at {site.name}.")

    def _open(self, options: dict[str, Any]) -> User:
        try:
            password = os.environ.get("MEMBER_PASSWORD") or getpass("Password of the new account: ")
        except EOFError as nobody:
            raise CommandError(
                "Nobody is here to type a password: set MEMBER_PASSWORD."
            ) from nobody
        try:
            validate_password(password)
        except ValidationError as weak:
            raise CommandError(" ".join(weak.messages)) from weak
        account = NewAccount(
            username=options["username"],
            first_name=options["first_name"],
            last_name=options["last_name"],
            email=options["email"],
            password_hash=make_password(password),
        )
        return open_account(account=account, now=timezone.now())
