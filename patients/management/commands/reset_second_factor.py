"""Takes a lost second step away when no administrator can: `manage.py reset_second_factor anna`."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patients.workflows.reset_second_factor import reset_second_factor


class Command(BaseCommand):
    """Whoever may run commands on the machine is trusted to know who asks."""

    help = "Delete a person's authenticator app, passkeys and recovery codes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments of the command line."""
        parser.add_argument("username")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Find the person, then reset."""
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['username']}.")
        count = reset_second_factor(user=user, by=None, now=timezone.now())
        self.stdout.write(f"{count} taken away; {user.get_username()} can set up another one.")
