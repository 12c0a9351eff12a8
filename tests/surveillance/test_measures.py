"""The quality measures: what is counted, of what, and where there is nothing to measure."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from surveillance.measures import Measure, Period, measure
from surveillance.models import FollowUp
from surveillance.protocol.terms import EscalationClass, RecommendationKind, Risk
from tests.factories import NOW, TODAY, MembershipFactory, SiteFactory
from tests.surveillance.factories import (
    EscalationFactory,
    FollowUpFactory,
    ImagingExamFactory,
    LesionAssessmentFactory,
    LesionFactory,
)
from tests.surveillance.web.scenes import a_clinic

pytestmark = pytest.mark.django_db

YEAR = Period(date(2025, 9, 1), TODAY, TODAY)
LATEST = date(2026, 6, 30)


@pytest.fixture
def site():
    return SiteFactory(slug="north")


def found(site, period: Period = YEAR) -> dict[str, Measure]:
    return {one.key: one for one in measure(site, period)}


def parts(one: Measure) -> tuple[int, int]:
    return one.numerator, one.denominator


def imaging(site, done_on: date | None = None, **fields: Any) -> FollowUp:
    """Imaging with its last day on 30 June 2026, done on that day or still open."""
    lesion = LesionFactory(patient__site=site)
    values = {
        "lesion": lesion,
        "earliest_on": date(2026, 4, 1),
        "target_on": date(2026, 5, 1),
        "latest_on": LATEST,
        "owed_since": date(2026, 4, 1),
    } | fields
    if done_on is not None:
        exam = ImagingExamFactory(patient=lesion.patient, performed_on=done_on)
        values |= {"completed_by": exam, "outcome": "COMPLETED", "closed_at": NOW}
    row: FollowUp = FollowUpFactory(**values)
    return row


def test_a_site_without_anything_measures_nothing(site) -> None:
    imaging(SiteFactory(), LATEST)

    for one in found(site).values():
        assert parts(one) == (0, 0)
        assert one.value is None or one.unit == "count"


def test_on_time_is_done_by_the_last_day_by_class(site) -> None:
    imaging(site, LATEST)
    imaging(site, LATEST + timedelta(days=1))
    imaging(site)
    imaging(site, LATEST, escalation_class=EscalationClass.LOW)
    imaging(site, latest_on=TODAY)
    imaging(site, outcome="SUPERSEDED", closed_at=NOW)

    told = found(site)

    assert parts(told["on_time_at_risk"]) == (1, 3)
    assert told["on_time_at_risk"].value == pytest.approx(100 / 3)
    assert parts(told["on_time_low"]) == (1, 1)


def test_an_exam_that_was_retracted_completed_nothing(site) -> None:
    row = imaging(site, LATEST)
    assert row.completed_by is not None
    FollowUp.objects.filter(pk=row.pk).update(
        completed_by=ImagingExamFactory(
            patient=row.patient, retracted_at=NOW, retracted_reason="other patient"
        )
    )

    assert parts(found(site)["on_time_at_risk"]) == (0, 0)


@pytest.mark.parametrize(
    ("done_on", "counted"),
    [
        pytest.param(date(2026, 3, 1), (0, 1), id="31 days early"),
        pytest.param(date(2026, 3, 2), (1, 1), id="30 days early"),
        pytest.param(LATEST + timedelta(days=60), (1, 1), id="60 days late"),
        pytest.param(LATEST + timedelta(days=61), (0, 1), id="61 days late"),
        pytest.param(None, (0, 1), id="never"),
    ],
)
def test_adherence_has_a_tolerance_of_30_and_60_days(site, done_on, counted) -> None:
    imaging(site, done_on)

    assert parts(found(site)["acr_adherent"]) == counted


def test_what_may_still_become_adherent_is_not_judged(site) -> None:
    imaging(site, latest_on=TODAY - timedelta(days=60))

    assert parts(found(site)["acr_adherent"]) == (0, 0)


def test_days_to_characterisation_are_a_median(site) -> None:
    needed: dict[str, Any] = {"recommendation": RecommendationKind.DYNAMIC_CT_OR_MRI}
    for days in (10, 20, 90):
        imaging(site, date(2026, 4, 1) + timedelta(days=days), **needed)
    imaging(site, **needed)
    imaging(site, LATEST)

    told = found(site)["days_to_characterisation"]

    assert (told.value, parts(told)) == (20, (3, 4))


def test_contrast_after_growth_is_measured_by_its_rules(site) -> None:
    row = imaging(site, date(2026, 4, 15))
    grown = LesionAssessmentFactory(lesion=row.lesion, rule="R34a")
    imaging(site, date(2026, 4, 15), lesion=row.lesion, assessment=grown)

    told = found(site)["growth_to_contrast"]

    assert (told.value, parts(told)) == (14, (1, 1))


@pytest.mark.parametrize(
    ("risks", "counted"),
    [
        pytest.param([(91, Risk.UNDETERMINED)], (1, 1), id="91 days"),
        pytest.param([(89, Risk.UNDETERMINED)], (0, 1), id="89 days"),
        pytest.param([(91, Risk.UNDETERMINED), (5, Risk.AT_RISK)], (0, 1), id="answered"),
        pytest.param(
            [(91, Risk.UNDETERMINED), (9, Risk.AT_RISK), (5, Risk.UNDETERMINED)],
            (0, 1),
            id="answered in between",
        ),
    ],
)
def test_undetermined_for_long(site, risks, counted) -> None:
    lesion = LesionFactory(patient__site=site)
    decisions = [
        LesionAssessmentFactory(lesion=lesion, risk=risk, as_of=TODAY - timedelta(days=days))
        for days, risk in risks
    ]
    FollowUpFactory(lesion=lesion, assessment=decisions[-1])

    assert parts(found(site)["undetermined_long"]) == counted


def test_limited_ultrasounds_are_counted_of_those_with_a_score(site) -> None:
    for vis in ("A", "B", "C", ""):
        ImagingExamFactory(patient__site=site, modality="US", vis=vis)

    assert parts(found(site)["vis_c"]) == (1, 3)


def test_tiers_and_overrides_are_counted(site) -> None:
    row = imaging(site)
    for tier in (1, 2, 2):
        follow_up = row if tier == 1 else imaging(site)
        EscalationFactory(follow_up=follow_up, tier=tier)
    EscalationFactory(follow_up=row, tier=3, resolved_at=NOW, resolution="SKIPPED", raised_at=NOW)
    EscalationFactory(follow_up=row, tier=4, raised_at=datetime(2024, 1, 1, tzinfo=UTC))
    by = MembershipFactory(site=site, clinician=True).user
    LesionAssessmentFactory(
        lesion=row.lesion,
        overrides=row.assessment,
        override_kind="SOONER",
        override_reason="pain",
        assessed_by=by,
    )

    told = found(site)

    assert [parts(told[f"tier_{tier}"]) for tier in (1, 2, 3, 4)] == [
        (1, 3),
        (2, 3),
        (0, 3),
        (0, 3),
    ]
    assert parts(told["override_sooner"]) == (1, 1)
    assert parts(told["override_close"]) == (0, 1)


class TestPage:
    def test_each_measure_says_what_it_counts(self, client: Client) -> None:
        clinic = a_clinic()
        client.force_login(clinic.lead)

        response = client.get("/measures/", {"first_on": "2025-09-01", "last_on": "2026-08-31"})

        assert response.status_code == 200
        rows = response.context["rows"]
        assert all(row.definition and row.parts and row.value for row in rows)
        assert "nothing to measure" in response.content.decode()

    def test_file_says_the_same(self, client: Client) -> None:
        clinic = a_clinic()
        imaging(clinic.site, LATEST)
        client.force_login(clinic.administrator)
        asked = {"first_on": "2025-09-01", "last_on": "2026-08-31"}

        response = client.get("/measures.csv", asked)

        lines = response.content.decode().splitlines()
        assert lines[0].startswith("measure,title,value,unit,numerator,denominator")
        assert 'on_time_at_risk,"On time, at risk",100.0,%,1,1' in response.content.decode()
        assert len(lines) == len(found(clinic.site)) + 1

    @pytest.mark.parametrize("page", ["/measures/", "/measures.csv"])
    def test_period_that_runs_backwards_is_refused(self, client: Client, page) -> None:
        client.force_login(a_clinic().lead)

        response = client.get(page, {"first_on": "2026-08-31", "last_on": "2025-09-01"})

        assert response.status_code in (400, 422)

    @pytest.mark.parametrize("role", ["navigator", "clinician", "auditor"])
    def test_others_are_refused(self, client: Client, role) -> None:
        client.force_login(getattr(a_clinic(), role))

        assert client.get("/measures/").status_code == 403

    def test_another_site_is_refused(self, client: Client) -> None:
        client.force_login(a_clinic().lead)

        assert client.get("/measures/", {"site": a_clinic().site.slug}).status_code == 403
