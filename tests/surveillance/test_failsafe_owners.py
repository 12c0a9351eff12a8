"""Who answers for a finding, day by day, while the person whose it is goes away and comes back."""

from datetime import date, timedelta
from typing import Any

import pytest

from patients.models import Absence, Membership, Role
from surveillance.failsafe import find_all
from surveillance.failsafe.finding import LEADS, TECHNICAL
from surveillance.failsafe.owners import Answerable
from surveillance.models import FollowUp
from surveillance.workflows.deactivate_account import deactivate_account
from surveillance.workflows.end_absence import end_absence
from surveillance.workflows.leave_role import leave_role
from surveillance.workflows.plan_absence import plan_absence
from tests.factories import MembershipFactory
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, at
from tests.surveillance.factories import orphan_follow_ups

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 9, 14), date(2026, 9, 18)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def away(clinic: Clinic, first: date = FIRST, last: date = LAST, **fields: Any) -> Absence:
    values: dict[str, Any] = {"user": clinic.lead, "cover": clinic.clinician} | fields
    return plan_absence(
        site=clinic.site, first_on=first, last_on=last, by=None, now=at(FIRST), **values
    )


def answers(clinic: Clinic, day: date, roles: tuple[Role, ...] = LEADS) -> int | None:
    owner = Answerable(now=at(day)).owner_of(clinic.site.pk, roles)
    return owner.id if owner else None


def test_a_finding_is_the_covers_from_the_first_day_to_the_last(clinic: Clinic) -> None:
    orphan = a_follow_up(clinic)
    orphan_follow_ups()
    away(clinic, first=FIRST + timedelta(days=1))

    owners = {}
    for number in range(-1, 7):
        day = FIRST + timedelta(days=number)
        [finding] = [
            each for each in find_all(now=at(day)) if each.code == "follow_up_without_owner"
        ]
        assert finding.subject_ids == (str(orphan.pk),)
        owners[number] = finding.owner.id if finding.owner else None

    lead, cover = clinic.lead.pk, clinic.clinician.pk
    assert owners == {-1: lead, 0: lead, 1: cover, 2: cover, 3: cover, 4: cover, 5: lead, 6: lead}


def test_the_day_turns_at_the_site_and_not_in_utc() -> None:
    honolulu = a_clinic(time_zone="Pacific/Honolulu")
    away(honolulu)

    # At 09:00 UTC it is still the day before there.
    assert answers(honolulu, FIRST) == honolulu.lead.pk
    assert answers(honolulu, FIRST + timedelta(days=1)) == honolulu.clinician.pk
    assert answers(honolulu, LAST + timedelta(days=1)) == honolulu.clinician.pk
    assert answers(honolulu, LAST + timedelta(days=2)) == honolulu.lead.pk


def test_who_is_back_early_answers_again_that_day(clinic: Clinic) -> None:
    absence = away(clinic)
    back = FIRST + timedelta(days=2)

    end_absence(absence=absence, by=None, now=at(back))

    assert answers(clinic, back - timedelta(days=1)) == clinic.clinician.pk
    assert answers(clinic, back) == clinic.lead.pk


@pytest.mark.parametrize("end", ["switched off", "left", "away too"])
def test_a_cover_who_cannot_answer_counts_as_none(clinic: Clinic, end: str) -> None:
    """The next who holds one of the finding's roles: another lead, before the director."""
    away(clinic)
    if end == "switched off":
        deactivate_account(user=clinic.clinician, by=None, now=at(FIRST))
    elif end == "left":
        leave_role(membership=Membership.objects.get(user=clinic.clinician), by=None, now=at(FIRST))
    else:
        # As two plans that passed each other would leave it.
        Absence.objects.create(
            user=clinic.clinician,
            site=clinic.site,
            first_on=FIRST,
            last_on=LAST,
            cover=clinic.director,
            planned_at=at(FIRST),
        )

    assert answers(clinic, FIRST) == clinic.director.pk
    another = MembershipFactory(site=clinic.site, role=Role.LEAD_NAVIGATOR).user
    assert answers(clinic, FIRST) == another.pk


def test_a_cover_takes_no_fault_of_the_machine_from_an_administrator(clinic: Clinic) -> None:
    """Who is administrator and navigator, and away: the navigator's cover knows no servers."""
    Membership.objects.create(user=clinic.navigator, site=clinic.site, role=Role.ADMINISTRATOR)
    assert answers(clinic, FIRST, TECHNICAL) == clinic.navigator.pk

    away(clinic, user=clinic.navigator, cover=clinic.clinician)

    assert answers(clinic, FIRST, TECHNICAL) == clinic.lead.pk
    assert answers(clinic, LAST + timedelta(days=1), TECHNICAL) == clinic.navigator.pk


def test_with_everybody_of_these_roles_away_somebody_present_answers(clinic: Clinic) -> None:
    for person, cover in ((clinic.lead, clinic.director), (clinic.director, clinic.lead)):
        Absence.objects.create(
            user=person,
            site=clinic.site,
            first_on=FIRST,
            last_on=LAST,
            cover=cover,
            planned_at=at(FIRST),
        )

    assert answers(clinic, FIRST) == clinic.clinician.pk


def test_a_finding_of_the_whole_installation_is_its_owners_cover_too(clinic: Clinic) -> None:
    a_follow_up(clinic, opened_at=at(FIRST) - timedelta(days=1))
    away(clinic)

    [finding] = [each for each in find_all(now=at(FIRST)) if each.code == "sweep_silent"]

    assert finding.site is None
    assert finding.owner is not None
    assert finding.owner.id == clinic.clinician.pk
    assert FollowUp.objects.open().exists()
