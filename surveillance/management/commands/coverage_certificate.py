"""manage.py coverage_certificate: every lesion accounted for once. Exit status 1 if one is not."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patients.models import Site
from surveillance.coverage import NAMED, Certificate, certify
from surveillance.independent import owed_by_the_facts_alone


class Command(BaseCommand):
    """Print the certificate of one site, or of all."""

    help = "Accounts for every lesion ever recorded, and compares with the independent check."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments of the command line."""
        parser.add_argument("--site", metavar="SLUG", help="one site; without it, all")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read the clock, certify, print."""
        now = timezone.now()
        sites = _sites(options["site"])
        certificate = certify(sites=sites, now=now)
        differing = [
            (str(lesion), reason)
            for site in sites
            for lesion, reason in owed_by_the_facts_alone(site=site.pk, today=site.local_date(now))
        ]
        self.stdout.write(
            _as_json(certificate, differing) if options["json"] else _words(certificate, differing)
        )
        if differing or not certificate.is_whole:
            sys.exit(1)


def _sites(slug: str | None) -> list[Site]:
    sites = Site.objects.filter(slug=slug) if slug else Site.objects.all()
    if slug and not sites:
        raise CommandError(f"There is no site {slug}; see manage.py add_site.")
    return list(sites)


def _as_json(certificate: Certificate, differing: list[tuple[str, str]]) -> str:
    return json.dumps(
        {
            "at": certificate.at.isoformat(),
            "total": certificate.total,
            "groups": [
                {"account": one.account, "detail": one.detail, "count": one.count}
                for one in certificate.groups
            ],
            "unaccounted": [str(pk) for pk in certificate.unaccounted],
            "independent_check_differs": [
                {"lesion": lesion, "reason": reason} for lesion, reason in differing
            ],
            "digest": certificate.digest,
        }
    )


def _words(certificate: Certificate, differing: list[tuple[str, str]]) -> str:
    lines = [
        f"{one.count:>10,}  {one.account.label}{f': {one.detail}' if one.detail else ''}"
        for one in certificate.groups
    ]
    lines += [f"{certificate.total:>10,}  lesions in all", f"Digest {certificate.digest}"]
    if not certificate.unaccounted and not certificate.is_whole:
        lines += ["The lines do not add up to the lesions in all: one came while they were counted"]
    lines += [f"Not accounted for: {pk}" for pk in certificate.unaccounted[:NAMED]]
    lines += [f"Owed by the facts, and not open: {pk} ({why})" for pk, why in differing[:NAMED]]
    return "\n".join(lines)
