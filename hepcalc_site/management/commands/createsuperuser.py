"""Django's `createsuperuser`, which here refuses a name that somebody has in other capitals."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from patients.workflows.open_account import UserNameTaken, refuse_taken_name


class Command(createsuperuser.Command):
    """As Django's own, but for the name."""

    def _validate_username(self, username: str, verbose_field_name: str, database: str) -> Any:
        told = super()._validate_username(username, verbose_field_name, database)  # type: ignore[misc]
        if told:
            return told
        try:
            refuse_taken_name(username)
        except UserNameTaken as refused:
            return f"Error: {refused.message.removeprefix('username: ')}"
        return None
