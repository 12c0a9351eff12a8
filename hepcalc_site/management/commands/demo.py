"""What `make demo` runs once its settings stand: fill an empty database, then start everything."""

import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hepcalc_site.env import BASE_DIR
from hepcalc_site.running.lock import only_one
from patients.models import Membership, Role

PATIENTS = 400
SEED = 7


class Command(BaseCommand):
    """Run the demonstration. Refuses to touch any installation but the one of `make demo`."""

    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Fill the database if it is not yet filled, then run until Ctrl-C."""
        if "DEMO_PASSWORD" not in os.environ or not settings.IS_LOCAL:
            raise CommandError("This command works on the demonstration only: run `make demo`.")
        filled = settings.DATA_DIR / "filled"
        if not filled.exists():
            with only_one(settings.DATA_DIR):
                self.fill()
                filled.touch()
        call_command("up", welcome=sign_ins(), again="`make demo`", mllp=True, next_free=True)

    def fill(self) -> None:
        """Make the database anew; an interrupted start leaves no half-filled one behind."""
        for leftover in settings.DATA_DIR.glob("hepcalc.sqlite3*"):
            leftover.unlink()
        self.stdout.write(f"Making {PATIENTS} synthetic patients …")
        self.stdout.flush()
        today = timezone.now().date().isoformat()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("sync_roles")
        call_command("seed_demo", patients=PATIENTS, seed=SEED, as_of=today)
        call_command("seal_audit")


def sign_ins() -> str:
    """Who may sign in: one line per role."""
    password = os.environ["DEMO_PASSWORD"]
    lines = [f"  {'Role':<18} {'User name':<20} Password"]
    for role in Role:
        members = Membership.objects.current().filter(role=role).select_related("user", "site")
        first = members.order_by("pk").first()
        if first and first.user.has_usable_password():
            name = first.user.get_username()
            sites = ", ".join(members.filter(user=first.user).values_list("site__name", flat=True))
            lines.append(f"  {role.label:<18} {name:<20} {password}   {sites}")
    mailbox = (settings.DATA_DIR / "mailbox").relative_to(BASE_DIR)
    tour = "What to try first, as each role: /tour/ (Guided tour, in the menu under your name)."
    kept = f"Messages that would be sent are kept in {mailbox}/."
    sample = "“Send a sample result”, in the same menu, answers a follow-up by HL7 or FHIR."
    return "\n".join([*lines, tour, sample, kept, ""])
