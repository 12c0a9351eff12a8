"""verify_audit: is every audit event still as it was sealed?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patients.audit_verification import SiteReport, audited_sites, verify_site


class Command(BaseCommand):
    """Prints one line per site and one per finding; exit status 1 when anything is found."""

    help = "Check the audit chain of each site: changed, deleted or reordered events are found."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--site and --expect, both repeatable."""
        parser.add_argument("--site", action="append", default=[], metavar="SLUG")
        parser.add_argument(
            "--expect",
            action="append",
            default=[],
            metavar="SITE=DIGEST",
            help="a head digest noted earlier; it must still be in the chain",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, print, and fail when anything is found."""
        expected = dict(_expectation(text) for text in options["expect"])
        sites = options["site"] or sorted({*audited_sites(), *expected})
        found = 0
        for site in sites:
            report = verify_site(site, now=timezone.now(), expected=expected.get(site, ""))
            self._print(report)
            found += len(report.findings)
        if found:
            raise CommandError(f"{found} finding(s): the audit trail is not as it was sealed.")

    def _print(self, report: SiteReport) -> None:
        head = f"{report.sealed} {report.head}" if report.sealed else "none"
        self.stdout.write(
            f"{report.site}: {report.sealed} sealed, {report.unsealed} unsealed, head {head}"
        )
        for finding in report.findings:
            self.stdout.write(f"  {finding.code}: {finding.text}")


def _expectation(text: str) -> tuple[str, str]:
    site, _, digest = text.partition("=")
    if not site or len(digest) != 64:
        raise CommandError(f"--expect {text}: write SITE=DIGEST, with all 64 digits of the digest.")
    return site, digest
