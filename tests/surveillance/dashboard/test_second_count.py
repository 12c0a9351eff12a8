"""A second count in plain Python, over records made at random, says the same as the SQL.

It reads whole rows and judges each by itself, with none of the questions of the dashboard.
"""

import random
from collections import Counter
from datetime import date, timedelta
from statistics import median, quantiles

import pytest

from patients.models import Patient, Site
from surveillance.models import ContactAttempt, Escalation, FollowUp, Lesion, LesionObservation
from tests.factories import NOW, TODAY, MembershipFactory, PatientFactory, SiteFactory
from tests.surveillance.dashboard.scenes import counted, days_ago, done, owed, seen
from tests.surveillance.factories import (
    EscalationFactory,
    LesionAssessmentFactory,
    LesionFactory,
)

pytestmark = pytest.mark.django_db

RULES = ("R68", "R66", "R01", "R69")
OUTCOMES = ("NO_ANSWER", "VOICEMAIL", "AGREED", "LETTER_SENT", "BUSY")
DAY = timedelta(days=1)


@pytest.fixture(params=[1, 2])
def site(request) -> Site:
    """Thirty people at random, a few of them at a neighbouring site that must not count."""
    luck = random.Random(request.param)
    north, south = SiteFactory(), SiteFactory()
    owners = [MembershipFactory(site=north).user for _ in range(3)]
    for n in range(30):
        place = south if n % 10 == 9 else north
        _a_person(place, None if place is south else luck.choice(owners), luck)
    return north


def _a_person(place: Site, owner, luck: random.Random) -> None:
    reach = luck.choice(({"phone": "+44 20 7946 0000"}, {"email": "a@example.org"}, {}))
    patient = PatientFactory(site=place, cirrhotic=luck.random() < 0.6, **reach)
    for _ in range(luck.randint(1, 2)):
        _a_lesion(LesionFactory(patient=patient), owner, luck)
    for _ in range(luck.randint(0, 6)):
        moment = NOW - luck.randint(1, 250) * DAY
        ContactAttempt.objects.create(
            patient=patient,
            channel=luck.choice(("PHONE", "LETTER")),
            outcome=luck.choice(OUTCOMES),
            attempted_at=moment,
        )
    newest = patient.contact_attempts.order_by("-attempted_at").first()
    patient.last_contact_at = newest.attempted_at if newest else None
    patient.save()


def _a_lesion(lesion: Lesion, owner, luck: random.Random) -> None:
    site, risk = lesion.patient.site, luck.choice(("URGENT", "AT_RISK", "LOW"))
    day = days_ago(luck.randint(500, 900))
    seen(lesion, day, luck.choice(("4", "9.5", "12", None)))
    for _ in range(luck.randint(0, 3)):
        day += luck.randint(60, 250) * DAY
        if day >= TODAY:
            break
        fields = {"escalation_class": risk, "ordered_on": day - luck.randint(1, 50) * DAY}
        done(site, day, day + luck.randint(-40, 60) * DAY, lesion=lesion, **fields)
    if luck.random() < 0.7:
        last_on = TODAY + luck.randint(-120, 300) * DAY
        row = owed(site, last_on, lesion=lesion, owner=owner, escalation_class=risk)
        _escalations(row, luck)
    else:
        LesionAssessmentFactory(
            lesion=lesion, rule=(rule := luck.choice(RULES)), stop=rule != "R69"
        )


def _escalations(row: FollowUp, luck: random.Random) -> None:
    for tier in luck.sample((1, 2, 3, 4), luck.randint(0, 2)):
        days = luck.randint(1, 30)
        answered = luck.random() < 0.5 and row.owner
        said = {
            "acknowledged_at": NOW - luck.randint(0, days) * DAY,
            "acknowledged_by": row.owner,
            "acknowledged_until": TODAY + luck.randint(-3, 3) * DAY,
            "next_action": "call",
        }
        EscalationFactory(
            follow_up=row, tier=tier, raised_at=NOW - days * DAY, **(said if answered else {})
        )


def rows_of(site: Site) -> list[FollowUp]:
    joined = FollowUp.objects.select_related("completed_by", "patient", "assessment", "owner")
    return [row for row in joined if row.site_id == site.pk]


def open_rows(site: Site) -> list[FollowUp]:
    return [row for row in rows_of(site) if row.closed_at is None]


def check_overdue(site) -> None:
    late: Counter[str] = Counter()
    for row in open_rows(site):
        late[row.escalation_class] += row.latest_on < TODAY

    number = counted("overdue", site)

    assert {row.cells[-3].part: row.cells[-3].value for row in number.rows} == late
    assert number.figures[0].numerator == sum(late.values()) > 0
    assert number.figures[0].denominator == len(open_rows(site))


def check_completion(site) -> None:
    whole: Counter[date] = Counter()
    in_time: Counter[date] = Counter()
    for row in rows_of(site):
        done_on = row.completed_by.performed_on if row.completed_by else None
        is_late = row.closed_at is None and row.latest_on < TODAY
        if (done_on or is_late) and date(2025, 9, 1) <= row.latest_on <= TODAY:
            month = row.latest_on.replace(day=1)
            whole[month] += 1
            in_time[month] += done_on is not None and done_on <= row.latest_on

    number = counted("completion", site)

    shown = {row.label: (row.cells[-2].value, row.cells[-1].value) for row in number.rows}
    assert {month: counts for month, counts in shown.items() if counts[1]} == {
        month: (in_time[month], whole[month]) for month in whole
    }


def check_days_from_exam_to_exam(site) -> None:
    days = []
    for row in rows_of(site):
        if row.completed_by and row.completed_by.performed_on >= date(2025, 9, 1):
            looks = LesionObservation.objects.filter(lesion=row.lesion_id).select_related("exam")
            earlier = [
                look.exam.performed_on
                for look in looks
                if look.exam.performed_on < row.completed_by.performed_on
            ]
            days.append((row.completed_by.performed_on - max(earlier)).days)

    figure = counted("intervals", site).figures[2]
    cells = counted("intervals", site).rows[2].cells

    assert figure.value == median(days)
    assert [cells[1].value, cells[2].value] == [
        quantiles(days, n=4, method="inclusive")[at] for at in (0, 2)
    ]


def _group(patient: Patient) -> str:
    if not patient.phone and not patient.email:
        return "no_way"
    tried: list[ContactAttempt] = []
    for attempt in patient.contact_attempts.order_by("attempted_at", "pk"):
        if attempt.outcome == "AGREED":
            tried = []
        elif attempt.attempted_at >= NOW - 180 * DAY:
            tried.append(attempt)
    if len(tried) >= 4 and len({attempt.channel for attempt in tried}) >= 2:
        return "tried"
    return "trying" if tried else "reached"


def check_unreachable(site) -> None:
    groups = Counter(_group(patient) for patient in {row.patient for row in open_rows(site)})

    number = counted("unreachable", site)

    assert {row.cells[0].part: row.cells[0].value for row in number.rows if row.cells[0].value} == (
        groups
    )


def check_escalations(site) -> None:
    raised, answered, waiting = Counter[int](), Counter[int](), Counter[int]()
    for row in Escalation.objects.filter(follow_up__site=site):
        raised[row.tier] += 1
        answered[row.tier] += row.acknowledged_at is not None
        waiting[row.tier] += row.acknowledged_until is None or row.acknowledged_until < TODAY

    shown = [[row.cells[at].value for at in (0, 1, 4)] for row in counted("escalations", site).rows]

    assert shown == [[raised[tier], answered[tier], waiting[tier]] for tier in (1, 2, 3, 4)]


def check_load_and_forecast(site) -> None:
    loads = Counter(row.owner.get_full_name() for row in open_rows(site) if row.owner)
    weeks = Counter((row.target_on - TODAY).days // 7 for row in open_rows(site))

    load, ahead = counted("load", site), counted("forecast", site)

    assert TODAY.weekday() == 0
    assert {row.label: row.cells[0].value for row in load.rows} == loads
    assert [row.cells[0].value for row in ahead.rows[1:-1]] == [weeks[week] for week in range(26)]


def _avoided(lesion: Lesion) -> int | None:
    """None where the lesion does not count."""
    newest = lesion.assessments.filter(overrides=None).order_by("-sequence")[0]
    rows = list(lesion.follow_ups.select_related("completed_by"))
    series = [(row.completed_by.performed_on, row) for row in rows if row.completed_by]
    if newest.rule not in ("R68", "R66") or not series or any(not row.closed_at for row in rows):
        return None
    looks = sorted(look.exam.performed_on for look in lesion.observations.select_related("exam"))
    done_on, last = max(series, key=lambda pair: pair[0])
    before = max(day for day in looks if day < done_on)
    interval = (last.target_on - before).days
    return (TODAY - looks[-1]).days // interval if interval > 0 else None


def check_imaging_avoided(site) -> None:
    lesions = [one for one in Lesion.objects.filter(patient__site=site) if one.assessments.exists()]
    exams = [n for n in map(_avoided, lesions) if n is not None]

    figure = counted("avoided", site).figures[0]

    assert (figure.numerator, figure.denominator) == (sum(exams), len(exams))
    assert exams


def test_both_counts_agree_on_every_number(site) -> None:
    check_overdue(site)
    check_completion(site)
    check_days_from_exam_to_exam(site)
    check_unreachable(site)
    check_escalations(site)
    check_load_and_forecast(site)
    check_imaging_avoided(site)
