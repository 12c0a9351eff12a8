"""Events are sealed once, in order, whoever else is sealing."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from patients.audit import record_event
from patients.audit_verification import verify_site
from patients.models import AuditEvent, AuditSeal
from patients.workflows import seal_audit as sealing
from patients.workflows.record_view import record_view
from patients.workflows.seal_audit import seal_audit
from tests.factories import NOW, PatientFactory, SiteFactory, UserFactory

LATER = NOW + timedelta(minutes=5)


def add_events(site, count):
    return [record_event("viewed", site=site, subject=site, by=None, now=NOW) for _ in range(count)]


def sealed_ids(site):
    seals = AuditSeal.objects.filter(site=site.slug).order_by("number")
    return list(seals.values_list("event_id", flat=True))


@pytest.mark.django_db
class TestSealing:
    def test_numbers_events_in_order_of_their_ids(self):
        site = SiteFactory()
        events = add_events(site, 3)

        assert seal_audit(now=LATER) == 3

        assert sealed_ids(site) == [event.pk for event in events]
        newest = AuditSeal.objects.latest("number")
        assert (newest.number, newest.sealed_at) == (3, LATER)

    def test_twice_equals_once(self):
        add_events(SiteFactory(), 3)

        seal_audit(now=LATER)

        assert seal_audit(now=LATER) == 0
        assert AuditSeal.objects.count() == 3

    def test_continues_where_it_stopped(self):
        site = SiteFactory()
        add_events(site, 2)
        seal_audit(now=LATER)
        add_events(site, 2)

        seal_audit(now=LATER)

        assert [s.number for s in AuditSeal.objects.order_by("number")] == [1, 2, 3, 4]
        assert not verify_site(site.slug, now=LATER).findings

    def test_keeps_one_chain_per_site(self):
        north, south = SiteFactory(slug="north"), SiteFactory(slug="south")
        add_events(north, 2)
        add_events(south, 1)

        seal_audit(now=LATER)

        assert len(sealed_ids(north)) == 2
        assert len(sealed_ids(south)) == 1

    def test_works_in_batches(self, monkeypatch):
        monkeypatch.setattr(sealing, "BATCH", 2)
        site = SiteFactory()
        events = add_events(site, 5)

        assert seal_audit(now=LATER) == 5

        assert sealed_ids(site) == [event.pk for event in events]
        assert not verify_site(site.slug, now=LATER).findings

    def test_event_that_commits_late_gets_a_later_number(self):
        """Its transaction began first, and so has the smaller id."""
        site = SiteFactory()
        late, early = 10_001, 10_002
        fields = {"at": NOW, "site": site.slug, "actor": "system", "action": "viewed"}
        AuditEvent.objects.create(id=early, **fields)
        seal_audit(now=LATER)
        AuditEvent.objects.create(id=late, **fields)

        assert seal_audit(now=LATER) == 1

        assert sealed_ids(site) == [early, late]
        assert not verify_site(site.slug, now=LATER).findings

    def test_event_far_behind_is_found_from_the_start(self, monkeypatch):
        monkeypatch.setattr(sealing, "LATE_MARGIN", 2)
        site = SiteFactory()
        fields = {"at": NOW, "site": site.slug, "actor": "system", "action": "viewed"}
        for number in range(2, 8):
            AuditEvent.objects.create(id=number, **fields)
        seal_audit(now=LATER)
        AuditEvent.objects.create(id=1, **fields)

        assert seal_audit(now=LATER) == 0
        assert seal_audit(now=LATER, from_the_start=True) == 1

    def test_keeps_whole_batches_when_the_database_fails(self, monkeypatch):
        """The fourth seal cannot be written: the first batch stays, the second is not there."""
        monkeypatch.setattr(sealing, "BATCH", 2)
        site = SiteFactory()
        events = add_events(site, 4)
        statements = {
            "sqlite": "CREATE TRIGGER full BEFORE INSERT ON patients_auditseal "
            "WHEN NEW.number = 4 BEGIN SELECT RAISE(ABORT, 'full'); END",
            "postgresql": "ALTER TABLE patients_auditseal ADD CONSTRAINT full_ CHECK (number < 4)",
        }
        with connection.cursor() as cursor:
            cursor.execute(statements[connection.vendor])

        with pytest.raises(DatabaseError, match="full"):
            seal_audit(now=LATER)

        assert sealed_ids(site) == [event.pk for event in events[:2]]

    def test_a_seal_that_cannot_be_written_at_all_is_an_error(self):
        """Nobody else was at work, so that trying again would go on for ever."""
        site = SiteFactory()
        add_events(site, 1)
        AuditSeal.objects.create(
            site="elsewhere", number=1, event_id=0, digest="0" * 64, sealed_at=LATER
        )
        with connection.cursor() as cursor:
            cursor.execute("CREATE UNIQUE INDEX once_ ON patients_auditseal (sealed_at)")

        with pytest.raises(IntegrityError):
            seal_audit(now=LATER)

    def test_database_seals_an_event_only_once(self):
        seal = {"event_id": 1, "digest": "0" * 64, "sealed_at": NOW}
        AuditSeal.objects.create(site="north", number=1, **seal)

        with pytest.raises(IntegrityError), transaction.atomic():
            AuditSeal.objects.create(site="north", number=2, **seal)


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_seal_each_event_once(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 10)
    site = SiteFactory()
    add_events(site, 60)
    start, failures = Barrier(3), []

    def seal():
        try:
            start.wait()
            seal_audit(now=LATER)
        except DatabaseError as error:  # pragma: no cover  (what the test is about)
            failures.append(error)
        finally:
            connection.close()

    sealers = [Thread(target=seal) for _ in range(3)]
    for sealer in sealers:
        sealer.start()
    for sealer in sealers:
        sealer.join()
    seal_audit(now=LATER)

    assert not failures
    assert len(set(sealed_ids(site))) == AuditSeal.objects.count() == 60
    assert not verify_site(site.slug, now=LATER).findings


@pytest.mark.django_db
def test_record_view_says_who_saw_which_page_of_whose_record():
    patient, nurse = PatientFactory(), UserFactory()

    event = record_view(patient=patient, by=nurse, now=NOW, page="patient")

    assert (event.action, event.actor, event.site) == (
        "viewed",
        f"user:{nurse.pk}",
        patient.site.slug,
    )
    assert (event.patient_id, event.detail) == (str(patient.pk), {"page": "patient"})
