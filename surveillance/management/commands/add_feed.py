"""Adds a system that sends: `manage.py add_feed general RIS --application RIS --facility NORTH`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patients.models import Site
from surveillance.intake.reading_again import mapping_problems
from surveillance.models import IntakeFeed, MessageFormat
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.save_feed import save_feed

FORMATS = {"hl7v2": MessageFormat.HL7V2, "fhir": MessageFormat.FHIR_R4}


class Command(BaseCommand):
    """The first step of a connection; later changes are made on the page of the feed."""

    help = "Add a system that sends HL7 v2 or FHIR R4 to a site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments of the command line."""
        parser.add_argument("site", help="slug of the site")
        parser.add_argument("name", help="the name people read, for example RIS")
        parser.add_argument("--format", choices=sorted(FORMATS), default="hl7v2")
        parser.add_argument("--application", default="", help="MSH-3, first component")
        parser.add_argument("--facility", default="", help="MSH-4, first component")
        parser.add_argument("--mapping", type=Path, metavar="FILE.json", help="codes and places")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Add the feed, or say that it is there."""
        site = Site.objects.filter(slug=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']}. Add it first: add_site.")
        if site.feeds.filter(name=options["name"]).exists():
            self.stdout.write(f"{options['name']} is there already. Nothing was changed.")
            return
        feed = IntakeFeed(
            site=site,
            name=options["name"],
            format=FORMATS[options["format"]],
            sending_application=options["application"],
            sending_facility=options["facility"],
        )
        feed.mapping = mapping_in(options["mapping"], feed)
        try:
            save_feed(feed=feed, by=None, now=timezone.now())
        except WorkflowRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Added {feed.name} at {site.slug}: {feed.get_format_display()}.")


def mapping_in(path: Path | None, feed: IntakeFeed) -> dict[str, Any]:
    """The JSON object in a file, empty for none. Refused: no JSON, or what its format refuses."""
    if path is None:
        return {}
    try:
        mapping = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise CommandError(f"{path} cannot be read as JSON: {fault}") from fault
    problems = mapping_problems(feed, mapping) if isinstance(mapping, dict) else ["not an object"]
    if problems:
        raise CommandError(f"{path}: {' '.join(problems)}")
    return dict(mapping)
