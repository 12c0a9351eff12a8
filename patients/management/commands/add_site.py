"""Adds a hospital or clinic: `manage.py add_site general "General Hospital" --time-zone ...`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patients.models import Site
from patients.workflows.errors import WorkflowRefused
from patients.workflows.save_site import save_site


class Command(BaseCommand):
    """The first step of a new installation; later changes are made in the admin."""

    help = "Add a site. Its slug stands in registry files and in the audit trail, for ever."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments of the command line."""
        parser.add_argument("slug", help="short name, for example general")
        parser.add_argument("name", help="the name people read")
        parser.add_argument("--time-zone", default="UTC", help="for example Europe/London")
        parser.add_argument("--phone", default="", help="the number that patients call")
        parser.add_argument("--email", default="", help="the address that patients write to")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Add the site, or say that it is there."""
        known = Site.objects.filter(slug=options["slug"]).first()
        if known is not None:
            self.stdout.write(f"{known.slug} is there already: {known.name}. Nothing was changed.")
            return
        site = Site(
            slug=options["slug"],
            name=options["name"],
            time_zone=options["time_zone"],
            phone=options["phone"],
            email=options["email"],
        )
        try:
            save_site(site=site, by=None, now=timezone.now())
        except WorkflowRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Added {site.slug}: {site.name}, {site.time_zone}.")
