"""What was captured stays until a person answers it, whatever else is said under its number, in
whatever order it comes."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.models import Site
from surveillance.arrivals import CodedFinding, Person, ReportState
from surveillance.dashboard.capture import count_capture
from surveillance.dashboard.scope import Scope
from surveillance.failsafe import find_all
from surveillance.models import CapturedReport, CaptureState, Exclusion, IntakeItem
from surveillance.protocol.report_reader.wholeness import is_whole_report
from surveillance.workflows.empty_old_messages import empty_old_messages
from surveillance.workflows.exclude_report import exclude_report
from tests.factories import NOW, MembershipFactory, PatientFactory, SiteFactory
from tests.surveillance.capture.scenes import CALCIFIED, SILENT, sent, taken_in
from tests.surveillance.factories import LesionFactory

pytestmark = pytest.mark.django_db

GREW = CALCIFIED.replace("6 mm", "26 mm")
ADDENDUM = "Addendum: results phoned to ward at 10:00."
ADDED = "ADDENDUM: The hepatic calcification in segment VII measures 7 mm."
STRANGER = Person(mrn="N9", family_name="Other", given_name="Bo", birth_date=date(1971, 2, 2))
NAMESAKE = Person(mrn="N1", family_name="Other", given_name="Bo", birth_date=date(1971, 2, 2))
WAITING, REPLACED = CaptureState.WAITING, CaptureState.REPLACED
CANCELLED = CaptureState.CANCELLED
WORDS = {CALCIFIED: "first", GREW: "second", ADDED: "added"}


@pytest.fixture
def site() -> Any:
    return SiteFactory()


def said(hour: int, text: str = CALCIFIED, state: str = "FINAL", **more: Any) -> dict[str, Any]:
    at = NOW - timedelta(hours=30 - hour)
    return {"text": text, "state": ReportState(state), "said_at": at, **more}


FIRST = said(1)
AGAIN = said(9)
CORRECTED = said(5, GREW, "CORRECTED")
CANCEL = said(6, "", "CANCELLED")
LATER: dict[str, dict[str, Any]] = {
    "an addendum alone": said(3, ADDENDUM, "CORRECTED"),
    "a preliminary": said(3, "CT ABDOMEN\nPreliminary read pending.", "PRELIMINARY"),
    "a preliminary that speaks": said(3, GREW, "PRELIMINARY"),
    "an addendum that speaks": said(3, ADDED, "CORRECTED"),
    "another patient": said(3, SILENT, person=STRANGER),
    "another patient who has one": said(3, GREW, person=STRANGER),
    "a cancellation of another patient's": said(3, "", "CANCELLED", person=STRANGER),
    "a whole report that is silent": said(3, SILENT),
    "the same again": said(3),
}


def stands_after(site: Site, story: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    for told in story:
        taken_in(site, sent(site, **told))
    rows: Any = CapturedReport.objects.with_state().filter(item__mrn="N1").order_by("said_at")
    return sorted({(WORDS[one.text], one.state) for one in rows if one.state != REPLACED})


@pytest.mark.parametrize("follows", [False, True], ids=["nobody follows", "followed here"])
@pytest.mark.parametrize("name", LATER)
def test_a_later_word_takes_nothing_off_the_list(site, name: str, follows: bool) -> None:
    if follows:
        on_file = {"mrn": "N1", "family_name": "Sample", "given_name": "Ann"}
        PatientFactory(site=site, birth_date=date(1960, 1, 1), **on_file)

    stands = stands_after(site, [FIRST, LATER[name]])

    assert ("first", WAITING) in stands
    assert set(stands) <= {(words, WAITING) for words in WORDS.values()}


def test_the_name_of_somebody_else_takes_nothing_off_the_list(site) -> None:
    PatientFactory(
        site=site, mrn="N1", family_name="Sample", given_name="Ann", birth_date=date(1960, 1, 1)
    )

    for told in (said(3, GREW, person=NAMESAKE), said(4, "", "CANCELLED", person=NAMESAKE)):
        assert ("first", WAITING) in stands_after(site, [FIRST, told])

    [row] = CapturedReport.objects.waiting().filter(text=GREW)
    assert row.item.code == "identity_contradicts"


def test_a_whole_report_that_speaks_of_it_stands_for_the_earlier(site) -> None:
    assert stands_after(site, [FIRST, CORRECTED]) == [("second", WAITING)]


def test_a_cancellation_takes_it_off_until_the_report_is_sent_again(site) -> None:
    assert stands_after(site, [FIRST, CANCEL]) == [("first", CANCELLED)]
    assert stands_after(site, [AGAIN]) == [("first", CANCELLED), ("first", WAITING)]


def test_a_cancellation_is_known_when_the_messages_were_emptied(site) -> None:
    stands_after(site, [FIRST, CANCEL])

    empty_old_messages(now=NOW + timedelta(days=200))

    assert not IntakeItem.objects.exclude(content={}).exists()
    assert stands_after(site, []) == [("first", CANCELLED)]


def test_what_a_person_excluded_is_not_asked_again_in_the_same_words(site) -> None:
    nurse = MembershipFactory(site=site, role="NURSE_NAVIGATOR").user
    stands_after(site, [FIRST])
    report = CapturedReport.objects.get()
    exclude_report(report=report, exclusion=Exclusion.NOT_HEPATIC, note="", by=nurse, now=NOW)

    stands = stands_after(site, [said(0), AGAIN])

    assert stands == [("first", CaptureState.EXCLUDED)]
    assert stands_after(site, [CORRECTED]) == [("second", WAITING)]


def test_dashboard_and_failsafe_count_what_the_list_shows(site) -> None:
    stands_after(site, [FIRST, *LATER.values()])

    waiting = CapturedReport.objects.waiting().count()
    [leak] = count_capture(Scope((site,), NOW + timedelta(minutes=1))).figures
    late = find_all(now=NOW + timedelta(days=5))

    assert leak.numerator == waiting
    assert [one.count for one in late if one.code == "captured_report_waits"] == [waiting]


STORIES = [
    pytest.param([FIRST, LATER["the same again"], CANCEL, AGAIN], id="cancelled, sent again"),
    pytest.param([FIRST, LATER["an addendum that speaks"], CORRECTED, AGAIN], id="corrected"),
    pytest.param([FIRST, LATER["a whole report that is silent"], CANCEL], id="silent, cancelled"),
    pytest.param(
        [LATER["a preliminary that speaks"], said(4), CORRECTED, said(7, SILENT, "CORRECTED")],
        id="preliminary, signed, corrected twice",
    ),
]


@pytest.mark.parametrize("follows", [False, True], ids=["nobody follows", "followed here"])
@pytest.mark.parametrize("story", STORIES)
@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_the_order_of_arrival_decides_nothing(story: Any, follows: bool, data: Any) -> None:
    order = data.draw(st.permutations(story))
    ends = []
    for told in (sorted(story, key=lambda one: one["said_at"]), order):
        with transaction.atomic():
            site = SiteFactory()
            if follows:
                on_file = {"mrn": "N1", "family_name": "Sample", "given_name": "Ann"}
                PatientFactory(site=site, birth_date=date(1960, 1, 1), **on_file)
            ends.append(stands_after(site, told))
            transaction.set_rollback(True)

    assert ends[0] == ends[1]
    assert ends[0]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        pytest.param(CALCIFIED, True, id="a report"),
        pytest.param("Liver: new 11 mm calcification in segment II.", True, id="no headings"),
        pytest.param(ADDENDUM, False, id="an addendum"),
        pytest.param("CT ABDOMEN\nADDENDUM:\nPhoned.", False, id="an addendum under its exam"),
        pytest.param("Erratum to the report of 3 May. It was the left lobe.", False, id="erratum"),
        pytest.param(f"{ADDENDUM}\n\n{CALCIFIED}", True, id="an addendum above the report"),
        pytest.param(f"{CALCIFIED}\n\n{ADDENDUM}", True, id="an addendum below the report"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_an_addendum_alone_is_no_whole_report(text: str, whole: bool) -> None:
    assert is_whole_report(text) is whole


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ("", CaptureState.TRACKED),
        (" New 14 mm calcification in segment II.", WAITING),
        (" Calcified lesion of 14 mm in segment II.", WAITING),
    ],
)
def test_a_finding_of_the_known_lesion_does_not_track_another_in_the_text(
    site: Site, more: str, state: str
) -> None:
    who = {"mrn": "N1", "family_name": "Sample", "given_name": "Ann"}
    patient = PatientFactory(site=site, birth_date=date(1960, 1, 1), cirrhotic=True, **who)
    lesion = LesionFactory(patient=patient, label="L1", segments=["VII"])
    coded = CodedFinding(label="L1", size_mm=Decimal(6))
    text = f"Liver: calcified nodule L1 in segment VII, 6 mm, unchanged.{more}"

    taken_in(site, sent(site, text, findings=(coded,), adequate=True, state=ReportState.FINAL))

    row: Any = CapturedReport.objects.with_state().get()
    assert row.state == state
    assert lesion.observations.exists() or state == WAITING
