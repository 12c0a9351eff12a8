""" "Not mine": the next person answers, nobody gets it back, and the clock keeps running."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction

from patients.models import AuditEvent, Membership, Role
from surveillance.models import Disowning, Escalation, FollowUp, Notification
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.change_follow_up import (
    FollowUpAlreadyClosed,
    FollowUpChangedMeanwhile,
)
from surveillance.workflows.disown import EscalationEnded, disown
from surveillance.workflows.disown_follow_up import disown_follow_up
from surveillance.workflows.pass_on import LastInLine, NotYoursToDisown
from surveillance.workflows.plan_absence import plan_absence
from surveillance.workflows.sweep import sweep
from tests.factories import MembershipFactory
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at
from tests.surveillance.factories import EscalationFactory

pytestmark = pytest.mark.django_db

DAY = date(2027, 3, 7)
"""The responsible clinician is told (L+7)."""
NOW = at(DAY)
DATES = ("earliest_on", "target_on", "latest_on", "owed_since", "booked_for", "snoozed_until")


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


@pytest.fixture
def escalation(clinic: Clinic) -> Escalation:
    """On tier 3, with the clinician of the clinic."""
    a_follow_up(clinic, patient=a_patient(clinic, responsible_clinician=clinic.clinician))
    sweep(now=NOW)
    return Escalation.objects.unresolved().get()


def a_colleague(clinic: Clinic, role: Role = Role.CLINICIAN) -> User:
    user: User = MembershipFactory(site=clinic.site, role=role).user
    return user


def say(escalation: Escalation, by: User, **more: Any) -> Escalation:
    return disown(escalation=escalation, by=by, now=NOW, **more)


def told(user: User, template: str = "ESCALATION_PASSED_ON") -> list[str]:
    rows = Notification.objects.filter(recipient=user, template=template)
    return sorted(rows.values_list("channel", flat=True))


# ---------------------------------------------------------------- an escalation


def test_it_goes_to_another_of_the_same_role_who_is_told(
    clinic: Clinic, escalation: Escalation
) -> None:
    colleague = a_colleague(clinic)

    passed = say(escalation, clinic.clinician, note=" my patient no more ")

    assert passed.owner == colleague
    assert told(colleague) == ["EMAIL", "IN_APP"]
    row = Disowning.objects.get()
    assert (row.user, row.passed_to, row.tier) == (clinic.clinician, colleague, 3)
    assert row.note == "my patient no more"


def test_with_nobody_else_of_the_role_it_goes_up_the_ladder(
    clinic: Clinic, escalation: Escalation
) -> None:
    assert say(escalation, clinic.clinician).owner == clinic.director


def test_no_date_moves_and_the_sweep_looks_again(clinic: Clinic, escalation: Escalation) -> None:
    before = FollowUp.objects.values(*DATES).get()

    say(escalation, clinic.clinician)

    assert FollowUp.objects.values(*DATES).get() == before
    assert FollowUp.objects.get().next_look_on == DAY
    again = Escalation.objects.get(pk=escalation.pk)
    assert (again.raised_at, again.tier) == (escalation.raised_at, escalation.tier)


def test_it_is_in_the_audit_trail_without_the_note(clinic: Clinic, escalation: Escalation) -> None:
    say(escalation, clinic.clinician, note="secret")

    event = AuditEvent.objects.get(action="escalation_disowned")
    assert event.detail == {"tier": 3, "owner": f"user:{clinic.director.pk}"}
    assert event.subject_id == str(escalation.pk)


def test_saying_it_twice_is_saying_it_once(clinic: Clinic, escalation: Escalation) -> None:
    a_colleague(clinic)
    first = say(escalation, clinic.clinician)

    again = say(escalation, clinic.clinician)

    assert again.owner == first.owner
    assert Disowning.objects.count() == 1


def test_nobody_gets_it_back(clinic: Clinic, escalation: Escalation) -> None:
    colleague = a_colleague(clinic)
    say(escalation, clinic.clinician)

    passed = say(escalation, colleague)

    assert passed.owner == clinic.director


def test_the_last_one_cannot_and_is_told_who_it_would_have_been(
    clinic: Clinic, escalation: Escalation
) -> None:
    say(escalation, clinic.clinician)

    with pytest.raises(LastInLine) as refused:
        say(escalation, clinic.director)

    assert clinic.clinician.get_full_name() in refused.value.message
    assert Escalation.objects.get(pk=escalation.pk).owner == clinic.director


def test_who_is_alone_at_the_site_is_told_so(clinic: Clinic, escalation: Escalation) -> None:
    Membership.objects.exclude(user=clinic.clinician).delete()

    with pytest.raises(LastInLine, match="Nobody else"):
        say(escalation, clinic.clinician)


def test_somebody_else_cannot_say_it(clinic: Clinic, escalation: Escalation) -> None:
    with pytest.raises(NotYoursToDisown, match=clinic.clinician.get_full_name()):
        say(escalation, clinic.director)
    assert not Disowning.objects.exists()


def test_what_nobody_answers_for_cannot_be_passed_on(clinic: Clinic) -> None:
    orphan = EscalationFactory(follow_up=a_follow_up(clinic))

    with pytest.raises(NotYoursToDisown, match="Nobody answers"):
        say(orphan, clinic.clinician)


def test_what_ended_meanwhile_cannot_be_passed_on(clinic: Clinic, escalation: Escalation) -> None:
    Escalation.objects.update(resolved_at=NOW, resolution="SKIPPED")

    with pytest.raises(EscalationEnded):
        say(escalation, clinic.clinician)


def test_a_promise_of_the_one_before_does_not_silence_the_next(
    clinic: Clinic, escalation: Escalation
) -> None:
    acknowledge_escalation(
        escalation=escalation, next_action="look", until=DAY, by=clinic.clinician, now=NOW
    )

    passed = say(escalation, clinic.clinician)

    assert passed.acknowledged_at is None
    assert Escalation.objects.awaiting_answer(DAY).count() == 1


def test_the_cover_may_say_it_and_neither_gets_it_back(
    clinic: Clinic, escalation: Escalation
) -> None:
    colleague, cover = a_colleague(clinic), a_colleague(clinic)
    plan_absence(
        user=clinic.clinician,
        site=clinic.site,
        first_on=DAY,
        last_on=DAY,
        cover=cover,
        by=None,
        now=NOW,
    )

    assert say(escalation, cover).owner == colleague
    assert say(escalation, colleague).owner == clinic.director


def test_what_is_passed_to_somebody_away_is_told_to_their_cover(
    clinic: Clinic, escalation: Escalation
) -> None:
    colleague, cover = a_colleague(clinic), a_colleague(clinic, Role.MEDICAL_DIRECTOR)
    plan_absence(
        user=colleague,
        site=clinic.site,
        first_on=DAY,
        last_on=DAY,
        cover=cover,
        by=None,
        now=NOW,
    )

    assert say(escalation, clinic.clinician).owner == colleague
    assert told(cover) == ["EMAIL", "IN_APP"]


def test_a_hand_over_does_not_give_it_back(clinic: Clinic, escalation: Escalation) -> None:
    colleague = a_colleague(clinic)
    say(escalation, clinic.clinician)
    Membership.objects.filter(user=colleague).delete()

    sweep(now=NOW)

    assert Escalation.objects.get(pk=escalation.pk).owner == clinic.director


def test_nothing_is_passed_on_when_it_cannot_be_audited(
    clinic: Clinic, escalation: Escalation, audit_table_full: None
) -> None:
    with pytest.raises(DatabaseError, match="audit_full"), transaction.atomic():
        say(escalation, clinic.clinician)

    assert Escalation.objects.get(pk=escalation.pk).owner == clinic.clinician
    assert not Disowning.objects.exists()


# ---------------------------------------------------------------- a follow-up


def test_a_follow_up_goes_to_another_navigator_who_is_told(clinic: Clinic) -> None:
    colleague = a_colleague(clinic, Role.NURSE_NAVIGATOR)
    follow_up = a_follow_up(clinic)
    before = FollowUp.objects.values(*DATES).get()

    passed = disown_follow_up(follow_up=follow_up, by=clinic.navigator, now=NOW)

    assert passed.owner == colleague
    assert FollowUp.objects.values(*DATES).get() == before
    assert told(colleague, "FOLLOW_UP_PASSED_ON") == ["IN_APP"]
    assert AuditEvent.objects.filter(action="follow_up_disowned").count() == 1


def test_a_follow_up_goes_up_the_ladder_and_stays_with_the_last(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)

    owners = []
    for by in (clinic.navigator, clinic.lead, clinic.clinician):
        owners.append(disown_follow_up(follow_up=follow_up, by=by, now=NOW).owner)
    with pytest.raises(LastInLine):
        disown_follow_up(follow_up=follow_up, by=clinic.director, now=NOW)

    assert owners == [clinic.lead, clinic.clinician, clinic.director]


def test_of_a_follow_up_too_it_is_said_once(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)

    for _ in range(2):
        disown_follow_up(follow_up=follow_up, by=clinic.navigator, now=NOW)

    assert Disowning.objects.count() == 1
    assert told(clinic.lead, "FOLLOW_UP_PASSED_ON") == ["IN_APP"]


def test_an_orphaned_follow_up_does_not_go_back_to_who_disowned_it(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    disown_follow_up(follow_up=follow_up, by=clinic.navigator, now=NOW)
    gone = Membership.objects.get(user=clinic.lead)
    Membership.objects.filter(pk=gone.pk).delete()
    MembershipFactory(user=clinic.lead, site=clinic.site, ended_on=DAY)

    sweep(now=NOW)

    follow_up.refresh_from_db()
    assert follow_up.owner == clinic.director


def test_a_closed_follow_up_cannot_be_passed_on(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    FollowUp.objects.update(closed_at=NOW, outcome="NO_LONGER_OWED")

    with pytest.raises(FollowUpAlreadyClosed):
        disown_follow_up(follow_up=follow_up, by=clinic.navigator, now=NOW)


def test_a_follow_up_that_somebody_changed_meanwhile_stays(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)

    with pytest.raises(FollowUpChangedMeanwhile):
        disown_follow_up(
            follow_up=follow_up,
            by=clinic.navigator,
            now=NOW,
            expected_version=follow_up.version - 1,
        )

    assert not Disowning.objects.exists()


def test_without_an_address_the_next_is_told_in_the_application(
    clinic: Clinic, escalation: Escalation
) -> None:
    User.objects.filter(pk=clinic.director.pk).update(email="")

    say(escalation, clinic.clinician)

    assert told(clinic.director) == ["IN_APP"]
