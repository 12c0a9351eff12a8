"""Laboratory results taken in: what they change, what waits, and a story from message to need."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from patients.models import AfpResult, AuditEvent, RiskProfile
from surveillance.arrivals import ResultState
from surveillance.cases import build_case
from surveillance.intake.fhir_feed import read_of_feed
from surveillance.intake.hl7v2.reading import read_message
from surveillance.models import FollowUp, IntakeFeed, IntakeItem, Lesion, MessageFormat
from surveillance.protocol.laboratory import LaboratoryTest
from surveillance.protocol.terms import Contraindication
from surveillance.workflows.empty_old_messages import empty_old_messages
from surveillance.workflows.keep_message import keep_message
from surveillance.workflows.update_risk import AfpFacts, facts_of, update_risk
from tests.factories import NOW, TODAY, PatientFactory
from tests.surveillance.factories import risk_facts
from tests.surveillance.intake.fhir.scenes import afp, as_bytes
from tests.surveillance.intake.hl7v2.messages import afp_line, laboratory
from tests.surveillance.intake.hospital_story import (
    MINE,
    UNKNOWN,
    Hospital,
    a_hospital,
    booked,
    measured,
    settle,
)

pytestmark = pytest.mark.django_db

SAMPLED = TODAY - timedelta(days=5)
CORRECTED: dict[str, Any] = {"state": ResultState.CORRECTED}
EGFR: dict[str, Any] = {"test": LaboratoryTest.EGFR}


@pytest.fixture
def hospital() -> Hospital:
    made = a_hospital()
    made.admit(MINE)
    return made


def owed() -> FollowUp:
    return FollowUp.objects.open().get(kind="IMAGING")


def said(item: IntakeItem) -> tuple[str, str]:
    item.refresh_from_db()
    return item.status, item.code


def afp_on_file() -> list[str]:
    rows = AfpResult.objects.order_by("value_ng_ml")
    return [f"{row.value_ng_ml:.0f}" for row in rows]


def profile() -> RiskProfile:
    found = RiskProfile.objects.in_force(TODAY).first()
    assert found is not None
    return found


def egfr() -> str:
    return str(profile().egfr)


def avoided() -> set[str]:
    """What the protocol knows of contraindications today."""
    return set(build_case(Lesion.objects.get(), as_of=TODAY).patient.contraindications)


def kept(feed: IntakeFeed, read: Any) -> IntakeItem:
    """The message as a door keeps it, and taken in."""
    keep_message(feed=feed, envelope=read.envelope, parts=read.parts, now=NOW)
    settle()
    return IntakeItem.objects.latest("created_at")


def as_hl7v2(hospital: Hospital) -> IntakeItem:
    raw = laboratory(afp_line("45"), f7=f"{SAMPLED:%Y%m%d}").replace(b"600100", MINE.encode())
    raw = raw.replace(b"|19610214|", b"||")  # it is about somebody of another name otherwise
    return kept(hospital.feed, read_message(raw, {}))


def as_fhir(hospital: Hospital) -> IntakeItem:
    feed = IntakeFeed.objects.create(
        site=hospital.site, name="LIS", format=MessageFormat.FHIR_R4, sending_facility="lis"
    )
    sent = afp(subject={"identifier": {"value": MINE}}, effectiveDateTime=SAMPLED.isoformat())
    return kept(feed, read_of_feed(as_bytes(sent), feed, received_at=NOW))


@pytest.mark.parametrize("send", [as_hl7v2, as_fhir])
def test_a_raised_afp_turns_routine_imaging_into_urgent_dynamic_imaging(
    hospital: Hospital, send: Any
) -> None:
    routine = owed()
    assert routine.escalation_class == "AT_RISK"

    item = send(hospital)

    assert said(item) == ("APPLIED", "result_recorded")
    urgent = owed()
    assert (urgent.assessment.rule, urgent.recommendation, urgent.escalation_class) == (
        "R34a",
        "DYNAMIC_CT_OR_MRI",
        "URGENT",
    )
    routine.refresh_from_db()
    assert routine.outcome == "SUPERSEDED"
    assert AfpResult.objects.get().source == f"message of {item.message.feed.name}"
    assert AuditEvent.objects.filter(action="afp_recorded").exists()


def test_an_appointment_known_before_is_heard_again_for_the_new_need(hospital: Hospital) -> None:
    day = TODAY + timedelta(days=7)
    hospital.hear([booked(1, day), measured(3, "45")])

    assert (owed().escalation_class, owed().booked_for) == ("URGENT", day)


def test_the_same_result_again_changes_nothing(hospital: Hospital) -> None:
    items = hospital.hear([measured(1, "45"), measured(2, "45"), measured(3, "45", "L-2")])

    assert [said(one)[1] for one in items] == ["result_recorded", "known_already", "known_already"]
    assert afp_on_file() == ["45"]


def test_what_the_laboratory_does_not_say_it_does_not_deny(hospital: Hospital) -> None:
    rising = AfpFacts(taken_on=SAMPLED, value_ng_ml=Decimal(12), rising=True)
    update_risk(patient=hospital.patients[MINE], facts=None, afp=rising, effective_on=SAMPLED,
                source="letter", by=None, now=NOW)  # fmt: skip

    [item] = hospital.hear([measured(1, "12")])

    assert said(item) == ("NOTHING_NEW", "known_already")


def test_rising_that_was_not_on_file_waits_for_a_person(hospital: Hospital) -> None:
    items = hospital.hear([measured(1, "12"), measured(2, "12", rising=True, **CORRECTED)])

    assert said(items[1]) == ("WAITING", "afp_result_differs")


def test_a_result_of_nobody_followed_is_taken_in_once_they_are(hospital: Hospital) -> None:
    [item] = hospital.hear([measured(1, "45", mrn=UNKNOWN)])
    before = said(item)

    PatientFactory(site=hospital.site, mrn=UNKNOWN, created_at=NOW)
    settle()

    assert (before, said(item)[0]) == (("NOT_FOLLOWED", "not_followed"), "APPLIED")


def test_a_result_that_cannot_be_used_waits_only_for_who_is_followed(hospital: Hospital) -> None:
    unusable: dict[str, Any] = {"problem": "unknown_unit", "state": ResultState.FINAL}

    items = hospital.hear(
        [measured(1, None, "L-1", **unusable), measured(2, None, "L-2", mrn=UNKNOWN, **unusable)]
    )

    assert [said(one)[0] for one in items] == ["WAITING", "NOT_FOLLOWED"]
    assert "laboratory_units" in items[0].reason


def test_a_correction_that_lowers_is_recorded_and_waits(hospital: Hospital) -> None:
    items = hospital.hear([measured(1, "45"), measured(2, "8", **CORRECTED)])

    assert said(items[1]) == ("WAITING", "correction_asks_for_less")
    assert f"AFP 8 ng/mL of {SAMPLED} instead of AFP 45 ng/mL of {SAMPLED}" in items[1].reason
    assert (afp_on_file(), owed().escalation_class) == (["8", "45"], "URGENT")


def test_a_correction_that_came_first_needs_nobody(hospital: Hospital) -> None:
    items = hospital.hear([measured(2, "8", **CORRECTED), measured(1, "45")])

    assert [said(one)[1] for one in items] == ["result_recorded", "told_otherwise"]
    assert (afp_on_file(), owed().escalation_class) == (["8"], "AT_RISK")


@pytest.mark.parametrize(
    ("corrected", "status"),
    [
        pytest.param({"value": "30"}, "APPLIED", id="lower, and raised still"),
        pytest.param({"value": "60"}, "APPLIED", id="higher"),
        pytest.param({"value": "45", "on": SAMPLED + timedelta(days=1)}, "APPLIED", id="later"),
        pytest.param({"value": "45", "on": SAMPLED - timedelta(days=1)}, "WAITING", id="earlier"),
    ],
)
def test_a_correction_waits_where_it_asks_for_less(
    hospital: Hospital, corrected: dict[str, Any], status: str
) -> None:
    items = hospital.hear([measured(1, "45"), measured(2, **corrected, **CORRECTED)])

    assert said(items[1])[0] == status


def test_a_result_withdrawn_after_it_was_recorded_waits(hospital: Hospital) -> None:
    items = hospital.hear([measured(1, "45"), measured(2, None), measured(3, None, "L-9")])

    assert [said(one)[1] for one in items[1:]] == ["result_withdrawn", "nothing_to_cancel"]
    assert f"AFP 45 ng/mL of {SAMPLED}" in items[1].reason
    assert owed().escalation_class == "URGENT"


def test_a_correction_after_the_words_were_emptied_waits_too(hospital: Hospital) -> None:
    hospital.hear([measured(1, "45")])
    empty_old_messages(now=NOW + timedelta(days=91))

    [item] = hospital.hear([measured(2, "8", **CORRECTED)])

    assert said(item) == ("WAITING", "correction_asks_for_less")


def test_a_day_to_come_waits(hospital: Hospital) -> None:
    [item] = hospital.hear([measured(1, "45", on=TODAY + timedelta(days=1))])

    assert said(item)[0] == "WAITING"


def test_a_low_egfr_is_a_contraindication_until_a_later_one_lifts_it(hospital: Hospital) -> None:
    hospital.hear([measured(1, "24.5", "K-1", **EGFR)])
    low = (egfr(), avoided(), profile().source, profile().effective_on)

    hospital.hear([measured(2, "41", "K-2", on=SAMPLED + timedelta(days=2), **EGFR)])

    assert low == ("24.5", {"EGFR_LT_30"}, "message of HIS", SAMPLED)
    assert (egfr(), avoided()) == ("41.0", set())
    assert profile().cirrhosis == "YES"


def test_an_older_egfr_does_not_overrule_what_a_person_noted_since(hospital: Hospital) -> None:
    noted(hospital, TODAY - timedelta(days=1), egfr=Decimal(26))

    hospital.hear([measured(1, "70", "K-1", **EGFR)])

    assert (egfr(), avoided()) == ("26.0", {"EGFR_LT_30"})


def test_a_tick_from_before_is_lifted_and_one_of_the_day_stays(hospital: Hospital) -> None:
    ticked = frozenset({Contraindication.EGFR_LT_30, Contraindication.MRI_DEVICE})
    noted(hospital, SAMPLED, contraindications=ticked)

    hospital.hear([measured(1, "70", "K-1", **EGFR)])
    of_the_day = avoided()
    hospital.hear([measured(2, "72", "K-2", on=SAMPLED + timedelta(days=1), **EGFR)])

    assert (of_the_day, avoided()) == ({"EGFR_LT_30", "MRI_DEVICE"}, {"MRI_DEVICE"})


def test_the_lowest_of_one_day_counts_whoever_noted_it(hospital: Hospital) -> None:
    noted(hospital, SAMPLED, egfr=Decimal(28))

    hospital.hear([measured(1, "70", "K-1", **EGFR)])

    assert egfr() == "28.0"


def test_a_corrected_egfr_stands_and_a_withdrawn_one_waits(hospital: Hospital) -> None:
    hospital.hear([measured(1, "25", "K-1", **EGFR), measured(2, "55", "K-1", **EGFR, **CORRECTED)])
    [withdrawn] = hospital.hear([measured(3, None, "K-1", **EGFR)])

    assert egfr() == "55.0"
    assert said(withdrawn) == ("WAITING", "result_withdrawn")


def test_a_low_egfr_that_moves_to_another_day_waits(hospital: Hospital) -> None:
    moved = measured(2, "25", "K-1", on=date(2026, 8, 1), **EGFR, **CORRECTED)

    items = hospital.hear([measured(1, "25", "K-1", **EGFR), moved])

    assert said(items[1]) == ("WAITING", "correction_asks_for_less")


def noted(hospital: Hospital, on: date, **facts: Any) -> None:
    """Somebody records risk facts beside those on file."""
    known = facts_of(profile())
    update_risk(
        patient=hospital.patients[MINE],
        facts=risk_facts(cirrhosis=known.cirrhosis, **facts),
        effective_on=on,
        source="clinic letter",
        by=None,
        now=NOW,
    )
