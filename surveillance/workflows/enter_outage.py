"""The database is back: what was told of its absence is remembered in it from now on."""

from pathlib import Path

from django.db import transaction

from surveillance.delivery.outage_note import OutageNote, forget_outage, read_outage
from surveillance.failsafe.alerts import OPERATORS
from surveillance.models import FailsafeAlert, FailsafeAlertKind, FailsafeAlertPath


def enter_outage(*, code: str, folder: Path) -> int:
    """Append the alerts that were noted in `folder`, once, and take the note away.

    They stand until `tell_findings` tells each recipient that it is over. Returns how many were
    noted. Who dies in between enters them again, which changes nothing.
    """
    noted = read_outage(folder)
    if noted is None:
        return 0
    with transaction.atomic():
        FailsafeAlert.objects.bulk_create(
            [_alert(code, recipient, noted) for recipient in noted.told],
            ignore_conflicts=True,
        )
    forget_outage(folder)
    return len(noted.told)


def _alert(code: str, recipient: str, noted: OutageNote) -> FailsafeAlert:
    by_email = recipient == OPERATORS
    return FailsafeAlert(
        code=code,
        kind=FailsafeAlertKind.RAISED,
        path=FailsafeAlertPath.EMAIL if by_email else FailsafeAlertPath.WEBHOOK,
        recipient=recipient,
        count=1,
        since=noted.since,
        at=noted.told[recipient],
        dedupe_key=f"{recipient}:RAISED:{code}:{noted.since.isoformat()}",
    )
