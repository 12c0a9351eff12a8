"""Lost to follow-up and declined: recorded only with proof, and neither closes anything (A-32)."""

from datetime import date, timedelta
from typing import Any

import pytest

from patients.models import AuditEvent, Patient, PatientStatus
from surveillance.models import (
    ContactAttempt,
    Declination,
    FollowUp,
    InformedOf,
    Notification,
    WhoDeclined,
)
from surveillance.timeline import build_timeline
from surveillance.workflows.append_declination import (
    DeclinationIncomplete,
    Declined,
    latest_reoffer,
)
from surveillance.workflows.sweep import sweep
from surveillance.workflows.withdraw_patient import (
    ContactNotExhausted,
    NeedsClinicianSignature,
    withdraw_patient,
)
from tests.factories import NOW, TODAY
from tests.surveillance.factories import (
    DECLINED_IN_PERSON,
    FollowUpFactory,
    tried_everything,
)

DECLINED, LOST = PatientStatus.DECLINED, PatientStatus.LOST_TO_FOLLOW_UP
HALF_A_YEAR = date(2027, 2, 28)


@pytest.fixture
def follow_up(ward) -> FollowUp:
    row: FollowUp = FollowUpFactory(lesion=ward.lesion, owner=ward.navigator)
    return row


def left(ward, status, **changed) -> Patient:
    said: dict[str, Any] = {
        "status_on": TODAY,
        "reason": "spoke on the telephone",
        "by": ward.clinician,
        "now": NOW,
    }
    return withdraw_patient(patient=ward.cirrhotic, status=status, **said | changed)


class TestLost:
    def test_after_all_was_tried_a_clinician_signs(self, ward) -> None:
        tried_everything(ward.cirrhotic, NOW)

        assert left(ward, LOST).status == LOST

    def test_signature_of_somebody_else_is_refused(self, ward) -> None:
        tried_everything(ward.cirrhotic, NOW)

        for nobody in (ward.navigator, None):
            with pytest.raises(NeedsClinicianSignature) as refused:
                left(ward, LOST, by=nobody)
            assert "contact is lost" in refused.value.message
        assert left(ward, LOST, by=ward.navigator, signed_by=ward.clinician).status == LOST

    def test_refusal_says_exactly_what_is_missing(self, ward) -> None:
        for days in (3, 2, 1):
            ContactAttempt.objects.create(
                patient=ward.cirrhotic,
                channel="PHONE",
                outcome="NO_ANSWER",
                attempted_at=NOW - timedelta(days=days),
            )

        with pytest.raises(ContactNotExhausted) as refused:
            left(ward, LOST)

        assert (
            "3 of 4 attempts, only by telephone, calls or visits only in the morning"
            in refused.value.message
        )
        assert refused.value.details["field"] == "status"
        ward.cirrhotic.refresh_from_db()
        assert ward.cirrhotic.status == PatientStatus.ACTIVE

    def test_same_again_is_not_asked_for_more(self, ward) -> None:
        attempts = tried_everything(ward.cirrhotic, NOW)
        left(ward, LOST)
        events = AuditEvent.objects.count()

        left(ward, LOST, now=NOW + timedelta(days=400))

        assert len(attempts) == 4
        assert AuditEvent.objects.filter(action="status_recorded").count() == 1
        assert AuditEvent.objects.count() == events

    def test_a_register_says_it_in_its_own_way(self, ward) -> None:
        assert left(ward, LOST, by=None, told_by_registry=True).status == LOST


class TestDeclined:
    def test_who_when_and_informed_of_what_are_on_file(self, ward) -> None:
        left(ward, DECLINED, declined=DECLINED_IN_PERSON, by=ward.navigator)

        row = Declination.objects.get()
        assert (row.patient, row.declined_by, row.declined_on) == (
            ward.cirrhotic,
            "PATIENT",
            TODAY,
        )
        assert (row.informed_of, row.note) == (["RISK_OF_DELAY"], "spoke on the telephone")
        assert (row.reoffer_on, row.recorded_by) == (HALF_A_YEAR, ward.navigator)
        event = AuditEvent.objects.get(action="declination_recorded")
        assert event.detail == {"declined_by": "PATIENT", "reoffer_on": "2027-02-28"}

    def test_is_in_the_history(self, ward) -> None:
        proxy = Declined(by=WhoDeclined.PROXY, proxy="Mary, daughter", informed_of=[InformedOf.WHY])
        left(ward, DECLINED, declined=proxy)

        entries = {entry.title: entry for entry in build_timeline(ward.lesion)}

        said = entries["Declined by a proxy or guardian (Mary, daughter)"]
        assert "Had been told: Why imaging is advised" in said.detail
        assert "Offered again on: 2027-02-28" in said.detail

    @pytest.mark.parametrize(
        ("declined", "field"),
        [
            pytest.param(None, "declined_by", id="nobody"),
            pytest.param(
                Declined(by=WhoDeclined.PATIENT, informed_of=[]), "informed_of", id="told nothing"
            ),
            pytest.param(
                Declined(by=WhoDeclined.PROXY, informed_of=[InformedOf.WHY], proxy=" "),
                "proxy",
                id="proxy without a name",
            ),
            pytest.param(
                Declined(by=WhoDeclined.PATIENT, informed_of=[InformedOf.WHY], proxy="Mary"),
                "proxy",
                id="patient and proxy",
            ),
            pytest.param(
                Declined(
                    by=WhoDeclined.PATIENT,
                    informed_of=[InformedOf.WHY],
                    reoffer_on=HALF_A_YEAR + timedelta(days=1),
                ),
                "reoffer_on",
                id="too late an offer",
            ),
            pytest.param(
                Declined(
                    by=WhoDeclined.PATIENT,
                    informed_of=[InformedOf.WHY],
                    reoffer_on=TODAY - timedelta(days=1),
                ),
                "reoffer_on",
                id="an offer in the past",
            ),
        ],
    )
    def test_incomplete_refusal_is_not_recorded(self, ward, declined, field) -> None:
        with pytest.raises(DeclinationIncomplete) as refused:
            left(ward, DECLINED, declined=declined)

        assert refused.value.details["field"] == field
        ward.cirrhotic.refresh_from_db()
        assert ward.cirrhotic.status == PatientStatus.ACTIVE
        assert not Declination.objects.exists()

    def test_same_again_changes_nothing(self, ward) -> None:
        left(ward, DECLINED, declined=DECLINED_IN_PERSON)
        left(ward, DECLINED, declined=DECLINED_IN_PERSON)
        left(ward, DECLINED)

        assert Declination.objects.count() == 1

    def test_another_day_of_offer_is_a_further_row(self, ward) -> None:
        left(ward, DECLINED, declined=DECLINED_IN_PERSON)
        sooner = Declined(
            by=WhoDeclined.PATIENT,
            informed_of=[InformedOf.RISK_OF_DELAY],
            reoffer_on=date(2026, 10, 1),
        )
        left(ward, DECLINED, declined=sooner)

        newest = Declination.objects.newest_first().first()
        assert newest is not None
        assert Declination.objects.count() == 2

    def test_status_is_gone_when_the_refusal_cannot_be_written(self, ward, monkeypatch) -> None:
        def broken(*_args: Any, **_kwargs: Any) -> None:
            raise RuntimeError("the second write fails")

        monkeypatch.setattr(Declination.objects.__class__, "create", broken)
        with pytest.raises(RuntimeError):
            left(ward, DECLINED, declined=DECLINED_IN_PERSON)

        ward.cirrhotic.refresh_from_db()
        assert ward.cirrhotic.status == PatientStatus.ACTIVE

    @pytest.mark.parametrize(
        ("declined_on", "today", "latest"),
        [
            (date(2026, 8, 31), TODAY, HALF_A_YEAR),
            (date(2025, 1, 1), TODAY, TODAY),
        ],
    )
    def test_last_day_of_the_offer(self, declined_on, today, latest) -> None:
        assert latest_reoffer(declined_on, today) == latest


def offers() -> list[Any]:
    rows = Notification.objects.filter(template="REOFFER").order_by("created_at")
    return [row.recipient for row in rows]


def test_what_was_declined_is_offered_again_on_its_day(ward, follow_up) -> None:
    left(ward, DECLINED, declined=DECLINED_IN_PERSON)

    sweep(now=NOW + timedelta(days=180))
    assert offers() == []
    for days in (181, 182):
        sweep(now=NOW + timedelta(days=days))

    assert offers() == [ward.navigator]


def test_an_offer_that_was_not_made_is_asked_for_again(ward, follow_up) -> None:
    left(ward, DECLINED, declined=DECLINED_IN_PERSON)

    for days in (181, 210, 211, 240):
        sweep(now=NOW + timedelta(days=days))

    assert len(offers()) == 2


def test_a_refusal_told_by_a_register_is_offered_again_too(ward, follow_up) -> None:
    left(ward, DECLINED, by=None, told_by_registry=True, status_on=date(2026, 2, 1))

    sweep(now=NOW)

    assert not Declination.objects.exists()
    assert offers() == [ward.navigator]


def test_who_came_back_is_offered_nothing(ward, follow_up) -> None:
    left(ward, DECLINED, declined=DECLINED_IN_PERSON)
    left(ward, PatientStatus.ACTIVE, status_on=None, reason="changed her mind")

    sweep(now=NOW + timedelta(days=200))

    assert offers() == []
