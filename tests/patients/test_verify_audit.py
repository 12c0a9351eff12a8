"""verify_audit finds every way of tampering that the database itself would have refused."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from patients.append_only_triggers import thaw_tables
from patients.audit import record_event
from patients.audit_verification import audited_sites, verify_site
from patients.models import AuditEvent, AuditSeal, Site
from patients.workflows.seal_audit import seal_audit
from tests.factories import NOW, PatientFactory, SiteFactory

pytestmark = pytest.mark.django_db
EVENTS, SEALS = "patients_auditevent", "patients_auditseal"


@pytest.fixture
def events():
    """Ten sealed events of one site, open to tampering."""
    site = SiteFactory(slug="north")
    added = [
        record_event("viewed", site=site, subject=site, by=None, now=NOW, detail={"page": str(n)})
        for n in range(10)
    ]
    seal_audit(now=NOW)
    thaw_tables(connection.schema_editor(), [EVENTS, SEALS])
    return added


def tamper(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def found(**options):
    report = verify_site("north", now=NOW, **options)
    return [finding.code for finding in report.findings]


def head():
    return AuditSeal.objects.latest("number").digest


def test_untouched_trail_has_no_finding(events):
    report = verify_site("north", now=NOW)

    assert (report.sealed, report.unsealed, report.head) == (10, 0, head())
    assert report.findings == ()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "user:666"),
        ("action", "amended"),
        ("subject_type", "lesion"),
        ("subject_id", "0"),
        ("patient_id", "0"),
        ("detail", '{"page": "forged"}'),
        ("site", "south"),
        ("at", "2020-01-01 00:00:00"),
    ],
)
def test_changed_column_is_found(events, column, value):
    tamper(f"UPDATE {EVENTS} SET {column} = %s WHERE id = %s", value, events[4].pk)

    assert found() == ["event_changed"]


def test_deleted_event_is_found(events):
    tamper(f"DELETE FROM {EVENTS} WHERE id = %s", events[4].pk)

    assert found() == ["event_deleted"]


def test_event_deleted_together_with_its_seal_is_found(events):
    tamper(f"DELETE FROM {EVENTS} WHERE id = %s", events[4].pk)
    tamper(f"DELETE FROM {SEALS} WHERE event_id = %s", events[4].pk)

    assert found() == ["seal_missing"]


def test_gap_closed_by_renumbering_is_found(events):
    tamper(f"DELETE FROM {EVENTS} WHERE id = %s", events[4].pk)
    tamper(f"DELETE FROM {SEALS} WHERE event_id = %s", events[4].pk)
    for number in range(6, 11):
        tamper(f"UPDATE {SEALS} SET number = %s WHERE number = %s", number - 1, number)

    assert found() == ["event_changed"]


def test_reordered_events_are_found(events):
    """Two seals exchange the events they name."""
    first, second = events[2].pk, events[3].pk
    tamper(f"UPDATE {SEALS} SET event_id = 0 WHERE event_id = %s", first)
    tamper(f"UPDATE {SEALS} SET event_id = %s WHERE event_id = %s", first, second)
    tamper(f"UPDATE {SEALS} SET event_id = %s WHERE event_id = 0", second)

    assert found() == ["event_changed", "event_changed"]


def test_exchanged_ids_are_found(events):
    first, second = events[2].pk, events[3].pk
    tamper(f"UPDATE {EVENTS} SET id = -1 WHERE id = %s", first)
    tamper(f"UPDATE {EVENTS} SET id = %s WHERE id = %s", first, second)
    tamper(f"UPDATE {EVENTS} SET id = %s WHERE id = -1", second)

    assert found() == ["event_changed", "event_changed"]


def test_seal_without_its_event_is_found_at_the_first_link_too(events):
    tamper(f"DELETE FROM {EVENTS} WHERE id = %s", events[0].pk)

    assert found() == ["event_deleted"]


def test_truncated_trail_is_found_only_against_a_digest_noted_before(events):
    noted = head()
    for event in events[-2:]:
        tamper(f"DELETE FROM {EVENTS} WHERE id = %s", event.pk)
        tamper(f"DELETE FROM {SEALS} WHERE event_id = %s", event.pk)

    assert found() == []
    assert found(expected=noted) == ["expected_digest_missing"]


def test_trail_written_anew_is_found_against_a_digest_noted_before(events):
    noted = head()
    tamper(f"UPDATE {EVENTS} SET actor = 'user:666' WHERE id = %s", events[4].pk)
    tamper(f"DELETE FROM {SEALS}")
    seal_audit(now=NOW)

    assert found() == []
    assert found(expected=noted) == ["expected_digest_missing"]


def test_digest_noted_earlier_is_still_in_a_longer_trail(events):
    noted = head()
    site = SiteFactory.build(slug="north")
    site.pk = 1
    record_event("viewed", site=site, subject=site, by=None, now=NOW)
    seal_audit(now=NOW)

    assert found(expected=noted) == []


def test_event_left_unsealed_for_more_than_a_day_is_found(events):
    AuditEvent.objects.create(
        at=NOW - timedelta(days=1, seconds=1), site="north", actor="system", action="viewed"
    )

    assert found() == ["event_unsealed"]


def test_event_of_today_may_wait_for_its_seal(events):
    AuditEvent.objects.create(at=NOW, site="north", actor="system", action="viewed")

    report = verify_site("north", now=NOW)

    assert (report.unsealed, report.findings) == (1, ())


class TestCommand:
    def run(self, *args):
        output = StringIO()
        call_command("verify_audit", *args, stdout=output)
        return output.getvalue()

    def test_prints_counts_and_head_of_each_site(self, events):
        assert self.run() == f"north: 10 sealed, 0 unsealed, head 10 {head()}\n"

    def test_fails_and_names_what_it_found(self, events):
        tamper(f"DELETE FROM {EVENTS} WHERE id = %s", events[4].pk)
        output = StringIO()

        with pytest.raises(CommandError, match="1 finding"):
            call_command("verify_audit", stdout=output)

        assert f"event_deleted: event {events[4].pk} (number 5) is gone" in output.getvalue()

    def test_accepts_the_head_as_anchor(self, events):
        assert "10 sealed" in self.run("--expect", f"north={head()}")

    def test_fails_when_a_whole_site_is_gone(self, events):
        with pytest.raises(CommandError):
            self.run("--expect", f"south={head()}")

    def test_refuses_an_anchor_that_is_no_digest(self, events):
        with pytest.raises(CommandError, match="SITE=DIGEST"):
            self.run("--expect", "north=abc")

    def test_looks_at_one_site_when_asked(self, events):
        assert self.run("--site", "south") == "south: 0 sealed, 0 unsealed, head none\n"

    def test_seal_audit_command_says_how_many(self, events):
        AuditEvent.objects.create(at=NOW, site="north", actor="system", action="viewed")
        output = StringIO()

        call_command("seal_audit", stdout=output)

        assert output.getvalue() == "1 event(s) sealed\n"


def test_trail_that_was_emptied_is_found_while_there_are_patients(events):
    PatientFactory(site=Site.objects.get(slug="north"))
    tamper(f"DELETE FROM {SEALS}")
    tamper(f"DELETE FROM {EVENTS}")

    assert found() == ["trail_emptied"]
    assert "north" in audited_sites()
