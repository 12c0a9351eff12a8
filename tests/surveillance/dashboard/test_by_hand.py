"""Each number of the dashboard, counted by hand on a few rows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from patients.models import Tri
from surveillance.dashboard.kinds import KINDS, count_all
from surveillance.dashboard.scope import Scope
from surveillance.models import FollowUp
from surveillance.protocol.terms import RecommendationKind, Risk
from tests.factories import NOW, TODAY, MembershipFactory, PatientFactory, SiteFactory
from tests.surveillance.dashboard.scenes import (
    DAY,
    counted,
    days_ago,
    done,
    figure,
    listed,
    owed,
    parts,
    scope_of,
    seen,
)
from tests.surveillance.factories import (
    EscalationAnswerFactory,
    EscalationFactory,
    LesionAssessmentFactory,
    LesionFactory,
    orphan_follow_ups,
    tried_everything,
)
from tests.surveillance.web.scenes import a_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return SiteFactory(slug="north")


def cells(number, label) -> Any:
    [row] = [row for row in number.rows if row.label == label]
    return tuple(cell.value for cell in row.cells)


def test_a_site_without_anything_has_numbers_without_a_value(site) -> None:
    owed(SiteFactory(), days_ago(5))

    for number in count_all(scope_of(site)):
        assert all(parts(one) == (0, 0) for one in number.figures)
        assert all(one.value in (None, 0) for one in number.figures)


@pytest.mark.parametrize(
    ("days", "band"),
    [(0, None), (1, "1-6"), (6, "1-6"), (7, "7-20"), (20, "7-20"), (21, "21-59"), (60, "60-")],
)
def test_a_delay_is_in_the_band_of_its_age(site, days, band) -> None:
    row = owed(site, days_ago(days))

    assert parts(figure("overdue", site)) == (0 if band is None else 1, 1)
    if band is not None:
        assert listed("overdue", f"AT_RISK.{band}", site) == {row}
        assert listed("overdue", "AT_RISK", site) == listed("overdue", "", site) == {row}
        assert listed("overdue", "LOW", site) == set()


def test_overdue_is_counted_by_risk_and_band(site) -> None:
    for days in (3, 10, 10, 70, 0):
        owed(site, days_ago(days))
    owed(site, days_ago(30), escalation_class="URGENT")
    owed(site, days_ago(30), snoozed_until=TODAY + DAY, snooze_reason="ill")
    done(site, days_ago(2), days_ago(9))

    number = counted("overdue", site)

    assert cells(number, "At risk") == (1, 2, 1, 1, 5, 6, pytest.approx(500 / 6))
    assert cells(number, "Urgent") == (0, 0, 1, 0, 1, 1, 100)
    assert parts(number.figures[0]) == (6, 7)


def test_each_site_is_judged_by_its_own_day() -> None:
    """At noon in London it is tomorrow in Kiritimati: there the last day has passed."""
    london, kiritimati = SiteFactory(), SiteFactory(time_zone="Pacific/Kiritimati")
    noon = datetime(2026, 8, 31, 12, tzinfo=UTC)
    owed(london, TODAY)
    late = owed(kiritimati, TODAY)

    scope = Scope((london, kiritimati), noon)

    assert parts(KINDS["overdue"].count(scope).figures[0]) == (1, 2)
    assert set(KINDS["overdue"].listed(scope, "")) == {late}
    assert scope.today == TODAY


def test_completion_is_counted_by_the_month_of_the_last_day(site) -> None:
    in_time = done(site, date(2026, 6, 30), date(2026, 6, 30))
    late = done(site, date(2026, 7, 1), date(2026, 6, 30))
    open_late = owed(site, date(2026, 6, 1))
    done(site, date(2026, 7, 2), date(2026, 7, 20), escalation_class="LOW")
    owed(site, TODAY)
    done(site, date(2025, 8, 1), date(2025, 8, 31))
    owed(site, date(2026, 6, 2), outcome="SUPERSEDED", closed_at=NOW)

    number = counted("completion", site)

    assert number.period == (date(2025, 9, 1), TODAY)
    assert number.rows[0].label == date(2025, 9, 1)
    assert cells(number, date(2026, 6, 1)) == (
        pytest.approx(100 / 3),
        None,
        pytest.approx(100 / 3),
        1,
        3,
    )
    assert cells(number, date(2026, 7, 1)) == (None, 100, 100, 1, 1)
    assert parts(number.figures[0]) == (2, 4)
    assert listed("completion", "2026-06", site) == {in_time, late, open_late}
    assert listed("completion", "2026-06.in", site) == {in_time}
    assert listed("completion", "2026-06.LOW", site) == set()


def test_days_run_from_the_exam_before_to_told_ordered_and_done(site) -> None:
    for days in (100, 120, 180):
        lesion = LesionFactory(patient__site=site)
        seen(lesion, days_ago(400))
        seen(lesion, days_ago(10 + days))
        done(site, days_ago(10), days_ago(5), lesion=lesion, ordered_on=days_ago(days - 20))
    done(site, days_ago(10), days_ago(5))

    number = counted("intervals", site)

    assert parts(number.figures[2]) == (3, 4)
    assert number.figures[2].value == 120
    assert cells(number, "Done") == (120, 110, 150, 3, 4)
    assert cells(number, "Ordered") == (30, 30, 30, 3, 4)
    assert cells(number, "Told") == (None, None, None, 0, 4)
    assert len(listed("intervals", "done", site)) == 3


def test_told_is_the_first_time_somebody_was_reached(site) -> None:
    lesion = LesionFactory(patient__site=site)
    seen(lesion, days_ago(100))
    row = done(site, days_ago(10), days_ago(5), lesion=lesion)
    for days in (50, 40):
        attempt = lesion.patient.contact_attempts.create(
            channel="PHONE", outcome="AGREED", attempted_at=NOW - days * DAY
        )
        attempt.follow_ups.add(row)

    assert figure("intervals", site, which="told").value == 50
    assert listed("intervals", "told", site) == {row}


def test_unreachable_is_who_was_tried_as_often_as_the_protocol_asks(site) -> None:
    patients = [PatientFactory(site=site, phone="+44 20 7946 0000") for _ in range(5)]
    rows = [owed(site, TODAY, lesion=LesionFactory(patient=one)) for one in patients]
    tried, answered, trying, lost, fresh = patients
    owed(site, TODAY, lesion=LesionFactory(patient=tried))
    tried_everything(tried, NOW)
    tried_everything(answered, NOW - 2 * DAY)
    answered.contact_attempts.create(channel="PHONE", outcome="AGREED", attempted_at=NOW - DAY)
    trying.contact_attempts.create(channel="PHONE", outcome="NO_ANSWER", attempted_at=NOW - DAY)
    for one in (answered, trying):
        one.last_contact_at = NOW - DAY
        one.save()
    lost.status, lost.status_on = "LOST_TO_FOLLOW_UP", TODAY
    lost.save()
    owed(site, TODAY, lesion=LesionFactory(patient=PatientFactory(site=site)))
    owed(site, TODAY, outcome="NO_LONGER_OWED", closed_at=NOW)

    number = counted("unreachable", site)

    assert [row.cells[0].value for row in number.rows] == [1, 1, 1, 1, 2]
    assert parts(number.figures[0]) == (3, 6)
    assert {row.patient for row in listed("unreachable", "tried", site)} == {tried}
    assert listed("unreachable", "lost", site) == {rows[3]}
    assert len(listed("unreachable", "", site)) == 3
    assert fresh not in {row.patient for row in listed("unreachable", "", site)}


def test_escalations_are_counted_by_tier_with_the_days_to_the_answer(site) -> None:
    def raised(days: int, tier: int = 2, **fields):
        row = owed(site, days_ago(days + 5))
        return EscalationFactory(follow_up=row, tier=tier, raised_at=NOW - days * DAY, **fields)

    promise = {"acknowledged_by": MembershipFactory(site=site).user, "next_action": "call"}
    raised(20, acknowledged_at=NOW - 16 * DAY, acknowledged_until=days_ago(9), **promise)
    raised(10, acknowledged_at=NOW - 8 * DAY, acknowledged_until=TODAY, **promise)
    waiting = raised(3)
    raised(30, resolved_at=NOW, resolution="BOOKED_IN_TIME")
    raised(30, resolved_at=NOW, resolution="SKIPPED")
    EscalationAnswerFactory(escalation=raised(9, tier=3), answered_at=NOW - 3 * DAY)
    old = raised(500, tier=4)

    number = counted("escalations", site)

    assert cells(number, "T2, lead navigator") == (4, 2, 1, 3, 2, 3, 2.5, 3.5)
    assert cells(number, "T3, responsible clinician") == (1, 1, 0, 1, 1, 6, 6, 6)
    assert cells(number, "T4, medical director") == (0, 0, 0, 1, 1, None, None, None)
    assert parts(number.figures[0]) == (3, 5)
    assert parts(number.figures[1]) == (4, 5)
    assert waiting.follow_up in listed("escalations", "2.waiting", site)
    assert listed("escalations", "4.open", site) == {old.follow_up}


def test_ownerless_is_what_nobody_in_post_answers_for(site) -> None:
    owed(site, TODAY, owner=MembershipFactory(site=site).user)
    assert parts(figure("ownerless", site)) == (0, 1)

    orphan_follow_ups()

    assert parts(figure("ownerless", site)) == (1, 1)
    assert len(listed("ownerless", "", site)) == 1


def test_load_and_forecast_are_counted_by_owner() -> None:
    clinic = a_clinic()
    site, owner = clinic.site, clinic.navigator
    lesion = LesionFactory(patient__site=site)
    owed(site, days_ago(1), lesion=lesion, owner=owner)
    owed(site, TODAY + 20 * DAY, owner=owner)
    owed(site, TODAY + 30 * DAY, owner=owner)
    owed(site, TODAY + 36 * DAY, owner=owner, lesion=LesionFactory(patient=lesion.patient))
    owed(site, TODAY + 37 * DAY, owner=clinic.lead)
    owed(site, TODAY + (30 + 26 * 7) * DAY, owner=clinic.lead)
    name = owner.get_full_name()

    load, ahead = counted("load", site), counted("forecast", site)

    assert cells(load, name) == (4, 3, 1, 1)
    assert parts(load.figures[0]) == (2, 6)
    by_week = {row.label: [cell.value for cell in row.cells] for row in ahead.rows}
    owners = list(ahead.columns[2:])
    mine = 1 + owners.index(name)
    assert len(ahead.rows) == 28
    assert by_week["Before this week"][mine] == 2
    assert by_week[TODAY][mine] == 2
    assert by_week[TODAY + 7 * DAY][0] == 1
    assert by_week["Later"][0] == 1
    assert parts(ahead.figures[0]) == (3, 6)
    assert len(listed("forecast", "0", site)) == len(listed("forecast", f"0.{owner.pk}", site)) == 2
    assert len(listed("load", f"{owner.pk}.due", site)) == 1


def test_imaging_avoided_is_the_days_since_the_last_exam_over_the_former_interval(site) -> None:
    def series(rule: str, *, stop: bool = True, **lesion) -> FollowUp:
        one = LesionFactory(patient__site=site, **lesion)
        seen(one, days_ago(600))
        row = done(site, days_ago(400), days_ago(390), lesion=one)
        LesionAssessmentFactory(lesion=one, rule=rule, stop=stop)
        return row

    stopped = series("R68")
    series("R01")
    series("R69", stop=False)
    series("R68", patient__status="DECEASED", patient__status_on=TODAY)
    again = series("R68")
    owed(site, TODAY, lesion=again.lesion)
    seen(series("R66").lesion, days_ago(100))

    number = counted("avoided", site)

    # The interval: from 600 days ago to the target, 420 days ago; 400 and 100 days since the last.
    assert cells(number, "R68") == (1, 400 // 180, None)
    assert cells(number, "R66") == (1, 0, None)
    assert parts(number.figures[0]) == (2, 2)
    assert listed("avoided", "R68", site) == {stopped}


def test_small_nodules_are_counted_as_the_acr_does(site) -> None:
    def nodule(size: str | None = "9.9", on: date | None = None, **fields) -> FollowUp:
        lesion = LesionFactory(patient__site=site, **fields.pop("of", {}))
        seen(lesion, date(2025, 12, 1), size)
        decided = {"lesion": lesion, "as_of": date(2025, 12, 1)} | fields.pop("decided", {})
        values: dict[str, Any] = {
            "lesion": lesion,
            "assessment": LesionAssessmentFactory(**decided),
        } | fields
        last: Any = values.pop("last_on", date(2026, 5, 1))
        return done(site, on, last, **values) if on else owed(site, last, **values)

    met = nodule(on=date(2026, 6, 30))
    missed = {nodule(), nodule(on=date(2026, 7, 1)), nodule(on=date(2025, 12, 31))}
    nodule(size="10")
    nodule(size=None)
    nodule(decided={"risk": Risk.UNDETERMINED})
    nodule(of={"patient__birth_date": date(2007, 9, 2)})
    nodule(last_on=days_ago(60))
    nodule(outcome="DECEASED", closed_at=NOW)
    nodule(recommendation=RecommendationKind.SINGLE_CHECK_6M)

    number = counted("small_nodules", site)

    assert parts(number.figures[0]) == (1, 4)
    assert [row.cells[0].value for row in number.rows] == [1, 1, 1, 1, 2]
    assert listed("small_nodules", "", site) == {met}
    assert listed("small_nodules", "not_met", site) == missed


def test_six_monthly_surveillance_is_counted_strictly_and_with_a_tolerance(site) -> None:
    def person(imaged_on: date | None, *, is_owed: bool = True, **fields):
        patient = PatientFactory(site=site, **{"cirrhotic": True} | fields)
        lesion = LesionFactory(patient=patient)
        if imaged_on:
            seen(lesion, imaged_on)
        if is_owed:
            owed(site, TODAY, lesion=lesion)
        return patient

    within = person(date(2026, 2, 28))
    person(date(2026, 2, 27))
    person(date(2026, 1, 30))
    person(None)
    person(TODAY, birth_date=date(2008, 9, 1))
    person(TODAY, status="DECEASED", status_on=TODAY)
    person(TODAY, is_owed=False)
    person(TODAY, cirrhotic=False, hepatitis_b=True)

    number = counted("six_monthly", site)

    assert [parts(one) for one in number.figures] == [(1, 4), (2, 4)]
    assert [row.cells[0].value for row in number.rows] == [2, 1, 1, 1]
    assert {row.patient for row in listed("six_monthly", "", site)} == {within}
    assert len(listed("six_monthly", "tolerant", site)) == 2


def test_whom_six_monthly_surveillance_leaves_out_is_listed_with_the_reason(site) -> None:
    def person(**fields):
        return PatientFactory(site=site, **{"cirrhotic": True} | fields)

    died = person(status="DECEASED", status_on=TODAY)
    child, ageless = person(birth_date=date(2008, 9, 1)), person(birth_date=None)
    adult = person()
    counted_one = person()
    owed(site, TODAY, lesion=LesionFactory(patient=counted_one))
    PatientFactory(site=site)
    PatientFactory(cirrhotic=True)
    kind = KINDS["six_monthly"]

    def excluded(part: str) -> dict[Any, str]:
        assert kind.excluded is not None
        return {one: one.group for one in kind.excluded(scope_of(site), part)}

    assert excluded("left") == {died: "left"}
    assert excluded("child") == {child: "child", ageless: "child"}
    assert excluded("not_owed") == {adult: "not_owed"}
    assert excluded("excluded") == excluded("left") | excluded("child") | excluded("not_owed")
    rows = [row.cells[0] for row in counted("six_monthly", site).rows[1:]]
    assert [(cell.part, cell.value) for cell in rows] == [
        ("left", 1),
        ("child", 2),
        ("not_owed", 1),
    ]


def test_a_newer_risk_profile_without_cirrhosis_counts(site) -> None:
    patient = PatientFactory(site=site, cirrhotic=True)
    owed(site, TODAY, lesion=LesionFactory(patient=patient))
    patient.risk_profiles.create(effective_on=TODAY, recorded_at=NOW, cirrhosis=Tri.NO)

    assert parts(figure("six_monthly", site)) == (0, 0)


def test_a_part_that_does_not_exist_is_refused(site) -> None:
    for kind in KINDS.values():
        with pytest.raises((KeyError, ValueError)):
            kind.listed(scope_of(site), "nonsense")


def test_every_part_of_a_table_has_its_list(site) -> None:
    """As many follow-ups are listed as are counted."""
    for days in (3, 40, 200):
        owed(site, days_ago(days))
        done(site, days_ago(days), days_ago(days))
    EscalationFactory(follow_up=owed(site, days_ago(2)))

    shown = [
        (key, cell.part, cell.value)
        for key in KINDS
        for row in counted(key, site).rows
        for cell in row.cells
        if cell.part is not None and cell.unit == "" and cell.value
    ]

    assert len(shown) > 20
    for key, part, value in shown:
        assert len(listed(key, part, site)) == value, (key, part)


def test_the_numbers_cost_the_same_queries_whatever_the_rows(
    site, django_assert_max_num_queries
) -> None:
    for days in range(8):
        owed(site, days_ago(days))

    with django_assert_max_num_queries(17):
        count_all(scope_of(site))


def test_a_window_of_months_begins_on_the_first_of_a_month() -> None:
    scope = Scope((SiteFactory(),), datetime(2026, 1, 31, tzinfo=UTC) + timedelta(hours=9))

    assert scope.first_on == date(2025, 2, 1)
    assert scope.monday == date(2026, 1, 26)
