"""Letters of the demonstration: one run posted days ago, and some that wait for the reader."""

from datetime import datetime, timedelta

from patients.models import Site, Tri
from surveillance.models import ContactAttempt, ContactChannel, FollowUp
from surveillance.outreach import may_be_written_to
from surveillance.protocol.terms import ObligationKind
from surveillance.workflows.check_letter_batch import check_letter_batch
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.post_letter_batch import post_letter_batch
from surveillance.workflows.prepare_letter_batch import prepare_letter_batch
from surveillance.workflows.queue_letter import queue_letter

A_DAY = 4
"""Letters that a site of the demonstration queues on such a day."""
POSTED_BEFORE = 4
QUEUED_BEFORE = (POSTED_BEFORE, 1, 0)
"""Days before the end of the story."""


def write_letters(site: Site, *, days_left: int, now: datetime) -> None:
    """Queue letters to people without e-mail; on one of the days they are printed and posted."""
    if days_left not in QUEUED_BEFORE:
        return
    for follow_up in _to_write(site, now):
        try:
            queue_letter(patient=follow_up.patient, by=follow_up.owner, now=now)
        except WorkflowRefused:
            continue  # somebody booked it, or was written to today: as it would be in life
    if days_left == POSTED_BEFORE:
        _post(site, now)


def _to_write(site: Site, now: datetime) -> list[FollowUp]:
    """What is due soon and concerns people who are not reached by e-mail."""
    soon = site.local_date(now) + timedelta(days=60)
    rows = FollowUp.objects.open().filter(
        site=site, kind=ObligationKind.IMAGING, booked_for=None, target_on__lte=soon
    )
    rows = rows.exclude(patient__consent_email=Tri.YES, patient__email__gt="")
    written_to = ContactAttempt.objects.filter(channel=ContactChannel.LETTER).values("patient")
    rows = rows.exclude(patient__in=written_to).dangerous_first()
    found = rows.select_related("patient__site", "owner")[: A_DAY * 5]
    return [row for row in found if may_be_written_to(row.patient)][:A_DAY]


def _post(site: Site, now: datetime) -> None:
    try:
        batch = prepare_letter_batch(site=site, by=None, now=now)
    except WorkflowRefused:
        return  # a small demonstration may have nobody to write to
    codes = {letter.sequence: letter.code for letter in batch.letters.all()}
    check_letter_batch(batch=batch, codes=codes, by=None, now=now)
    post_letter_batch(batch=batch, by=None, now=now)
