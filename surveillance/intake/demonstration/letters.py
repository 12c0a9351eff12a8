"""Letters of the demonstration: runs that were posted, and letters that wait for the reader."""

from datetime import datetime, timedelta

from patients.models import Site, Tri
from surveillance.models import ContactAttempt, ContactChannel, FollowUp
from surveillance.outreach import why_not_written_to
from surveillance.protocol.terms import ObligationKind
from surveillance.workflows.check_letter_batch import check_letter_batch
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.post_letter_batch import post_letter_batch
from surveillance.workflows.prepare_letter_batch import prepare_letter_batch
from surveillance.workflows.queue_letter import queue_letter

A_DAY = 4
"""Letters that a site of the demonstration queues on such a day."""
QUEUED_BEFORE = (4, 1, 0)
"""Days before the end of the story on which people queue letters by hand."""
POSTED_EVERY = 2
"""Days from one print run to the next; what the last day brings waits for the reader."""


def write_letters(site: Site, *, days_left: int, now: datetime) -> None:
    """Queue letters to people without e-mail; every other day what waits is printed and posted."""
    if days_left in QUEUED_BEFORE:
        _queue(site, now)
    if days_left > 1 and days_left % POSTED_EVERY == 0:
        _post(site, now)


def _queue(site: Site, now: datetime) -> None:
    for follow_up in _to_write(site, now):
        try:
            queue_letter(patient=follow_up.patient, by=follow_up.owner, now=now)
        except WorkflowRefused:
            continue  # somebody booked it, or was written to today: as it would be in life


def _to_write(site: Site, now: datetime) -> list[FollowUp]:
    """What is due soon and concerns people who are not reached by e-mail."""
    soon = site.local_date(now) + timedelta(days=60)
    rows = FollowUp.objects.open().filter(
        site=site, kind=ObligationKind.IMAGING, booked_for=None, target_on__lte=soon
    )
    rows = rows.exclude(patient__consent_email=Tri.YES, patient__email__gt="")
    recent = ContactAttempt.objects.filter(
        channel=ContactChannel.LETTER, attempted_at__gte=now - timedelta(days=1)
    )
    rows = rows.exclude(patient__in=recent.values("patient")).dangerous_first()
    found = rows.select_related("patient__site", "owner")[: A_DAY * 5]
    return [row for row in found if not why_not_written_to(row.patient)][:A_DAY]


def _post(site: Site, now: datetime) -> None:
    try:
        batch = prepare_letter_batch(site=site, by=None, now=now)
    except WorkflowRefused:
        return  # nobody is to be written to on such a day
    codes = {letter.sequence: letter.code for letter in batch.letters.all()}
    check_letter_batch(batch=batch, codes=codes, by=None, now=now)
    post_letter_batch(batch=batch, by=None, now=now)
