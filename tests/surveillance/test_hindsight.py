"""What was known on an earlier day: by the moments of recording, never by the days of care."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import QuerySet

from patients.audit import record_event
from surveillance.models import Escalation, FollowUp, ImagingExam, LesionEvent, Notification
from surveillance.timeline import (
    Hindsight,
    TimelineKind,
    build_timeline,
    decided_by,
    end_of_day,
    look_back,
)
from tests.factories import PatientFactory, SiteFactory, UserFactory
from tests.surveillance.factories import ImagingExamFactory, LesionFactory, LesionObservationFactory
from tests.surveillance.test_timeline import decision_on, exam_of, owed_by

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
NEXT_DAY = DAY + timedelta(days=1)
LATER = MORNING + timedelta(days=30)


@pytest.fixture
def lesion():
    return LesionFactory(patient=PatientFactory(mrn="M1"), recorded_at=MORNING)


def then(lesion, day: date = DAY) -> Hindsight:
    return look_back(build_timeline(lesion), day, lesion.patient.site)


def titles(entries, kind: TimelineKind) -> list[str]:
    return [entry.title for entry in entries if entry.kind == kind]


def test_report_that_was_recorded_later_was_not_known(lesion) -> None:
    exam_of(lesion, accession="KNOWN")
    late = ImagingExamFactory(
        patient=lesion.patient, performed_on=DAY - timedelta(days=9), recorded_at=LATER
    )
    LesionObservationFactory(lesion=lesion, exam=late, size_mm=14)

    cut = then(lesion)

    assert titles(cut.known, TimelineKind.EXAM) == ["Ultrasound: 8.5 mm"]
    assert [entry.ref for entry in cut.later] == [str(late.pk)]


def test_what_is_recorded_on_the_day_itself_was_known_and_the_next_midnight_was_not(lesion) -> None:
    site = lesion.patient.site
    last = end_of_day(DAY, site) - timedelta(microseconds=1)
    for number, moment in enumerate((last, end_of_day(DAY, site))):
        exam = ImagingExamFactory(
            patient=lesion.patient, accession=f"A{number}", performed_on=DAY, recorded_at=moment
        )
        LesionObservationFactory(lesion=lesion, exam=exam)

    known = [entry.detail for entry in then(lesion).known if entry.kind == TimelineKind.EXAM]

    assert len(known) == 1
    assert "Accession number: A0" in known[0]


def test_the_day_ends_at_midnight_of_the_site() -> None:
    tokyo = SiteFactory(time_zone="Asia/Tokyo")

    assert end_of_day(DAY, tokyo) == datetime(2026, 3, 2, 15, tzinfo=UTC)


def test_later_retraction_does_not_show(lesion) -> None:
    exam = exam_of(lesion)
    rows: QuerySet[ImagingExam] = QuerySet(ImagingExam).filter(
        pk=exam.pk
    )  # past the append-only manager
    rows.update(retracted_at=LATER, retracted_reason="other patient")

    before, after = then(lesion), then(lesion, LATER.date())

    assert [e.withdrawn for e in before.known if e.kind == TimelineKind.EXAM] == [False]
    assert titles(before.known, TimelineKind.RETRACTION) == []
    assert [e.withdrawn for e in after.known if e.kind == TimelineKind.EXAM] == [True]
    assert len(titles(after.known, TimelineKind.RETRACTION)) == 1


def test_present_owner_and_appointment_are_not_told_of_the_past(lesion) -> None:
    owed_by(decision_on(lesion), owner=UserFactory(), booked_for=date(2026, 9, 1))

    [opened] = [e for e in then(lesion).known if e.kind == TimelineKind.OPENED]
    [today] = [e for e in build_timeline(lesion) if e.kind == TimelineKind.OPENED]

    assert "Booked for: 2026-09-01" in today.detail
    assert not [line for line in opened.detail if line.startswith(("Booked", "Owner"))]
    assert opened.detail[0].startswith("Due 2026-09-02")


def test_what_a_provider_reported_later_was_not_known(lesion) -> None:
    Notification.objects.create(
        site=lesion.patient.site,
        channel="EMAIL",
        template="PATIENT_REMINDER",
        dedupe_key="k",
        patient=lesion.patient,
        created_at=MORNING,
        not_before=MORNING,
        status="SENT",
        finished_at=MORNING,
        reported="DELIVERED",
        reported_at=LATER,
    )

    [before] = [e for e in then(lesion).known if e.kind == TimelineKind.NOTIFICATION]
    [after] = [e for e in then(lesion, LATER.date()).known if e.kind == TimelineKind.NOTIFICATION]

    assert not [line for line in before.detail if line.startswith("Then")]
    assert [line for line in after.detail if line.startswith("Then")] == ["Then: Delivered"]


def test_every_acknowledgement_is_told_though_the_row_keeps_the_newest(lesion) -> None:
    nurse = UserFactory(first_name="Noor", last_name="Haddad")
    owed = owed_by(decision_on(lesion))
    newest = MORNING + timedelta(days=8)
    row = Escalation.objects.create(
        follow_up=owed,
        tier=2,
        step="L+7",
        owner=nurse,
        raised_at=MORNING,
        acknowledged_at=newest,
        acknowledged_by=nurse,
        acknowledged_until=date(2026, 3, 15),
        next_action="call again",
    )
    for at in (MORNING, newest):
        record_event(
            "escalation_acknowledged",
            site=owed.site,
            subject=row,
            by=nurse,
            now=at,
            patient=lesion.patient,
            detail={"tier": 2, "until": "2026-03-09"},
        )

    told = titles(build_timeline(lesion), TimelineKind.ESCALATION)
    known = titles(then(lesion).known, TimelineKind.ESCALATION)

    assert sorted(told) == [
        "Escalation, tier 2 (L+7): acknowledged",
        "Escalation, tier 2 (L+7): acknowledged until 2026-03-09",
        "Escalation, tier 2 (L+7): raised",
    ]
    assert "Escalation, tier 2 (L+7): acknowledged" not in known


class TestDecidedBy:
    def test_newest_decision_by_then_and_what_was_open(self, lesion) -> None:
        first = decision_on(lesion)
        was_open = owed_by(first, closed_at=LATER, outcome="SUPERSEDED")
        decision_on(lesion, rule="R99", assessed_at=LATER)

        found = decided_by(lesion, DAY)

        assert (found.assessment, found.owed) == (first, (was_open,))
        assert found.override is None

    def test_before_anything_was_recorded_nothing_was_decided(self, lesion) -> None:
        owed_by(decision_on(lesion))

        found = decided_by(lesion, DAY - timedelta(days=1))

        assert (found.assessment, found.override, found.owed) == (None, None, ())

    @pytest.mark.parametrize(
        ("override", "day", "holds"),
        [
            pytest.param({}, DAY, True, id="holds"),
            pytest.param({"override_expires_on": DAY}, DAY, True, id="last day"),
            pytest.param({"override_expires_on": DAY}, NEXT_DAY, False, id="expired"),
            pytest.param({"override_kind": "LIFTED"}, DAY, False, id="lifted"),
            pytest.param({"assessed_at": LATER}, DAY, False, id="signed later"),
        ],
    )
    def test_override_holds_while_it_did(self, lesion, override, day, holds) -> None:
        fields = {"override_kind": "SOONER", "override_reason": "pain"} | override
        decision_on(lesion, overrides=decision_on(lesion), assessed_by=UserFactory(), **fields)

        assert bool(decided_by(lesion, day).override) is holds

    def test_override_that_answered_another_need_was_spent(self, lesion) -> None:
        signed = {"override_kind": "SOONER", "override_reason": "pain"}
        decision_on(lesion, overrides=decision_on(lesion), assessed_by=UserFactory(), **signed)
        decision_on(lesion, rule="R31")

        assert decided_by(lesion, DAY).override is None


def test_event_and_follow_up_of_later_are_absent(lesion) -> None:
    LesionEvent.objects.create(
        lesion=lesion,
        kind="MDT_DECISION",
        value="CONTINUE_SURVEILLANCE",
        occurred_on=DAY,
        author="Dr Chair",
        recorded_at=LATER,
    )
    owed_by(decision_on(lesion, assessed_at=LATER), opened_at=LATER)

    cut = then(lesion)

    assert {entry.kind for entry in cut.known} == {TimelineKind.LESION}
    assert FollowUp.objects.count() == 1
