"""Who leaves leaves nothing behind: roles end and accounts are switched off after a hand-over."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, InternalError, connection, transaction

from patients.models import AuditEvent, Membership, Role
from surveillance.models import Escalation, FollowUp, Notification
from surveillance.owner_triggers import guards, name_of
from surveillance.workflows.deactivate_account import deactivate_account
from surveillance.workflows.disown_follow_up import disown_follow_up
from surveillance.workflows.hand_over import NobodyElseInPost
from surveillance.workflows.leave_role import leave_role
from surveillance.workflows.sweep import sweep
from tests.factories import MembershipFactory
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

DAY = date(2027, 2, 14)
NOW = at(DAY)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def role_of(user: User) -> Membership:
    return Membership.objects.get(user=user, ended_on=None)


def told(user: User) -> list[str]:
    rows = Notification.objects.filter(recipient=user, template="WORK_HANDED_OVER")
    return sorted(rows.values_list("channel", flat=True))


def test_a_role_ends_after_its_work_was_handed_over(clinic: Clinic) -> None:
    colleague = MembershipFactory(site=clinic.site).user
    first, second = a_follow_up(clinic), a_follow_up(clinic, label="L2")

    leave_role(membership=role_of(clinic.navigator), by=clinic.lead, now=NOW)

    assert not Membership.objects.current().filter(user=clinic.navigator).exists()
    assert {row.owner for row in FollowUp.objects.all()} == {colleague}
    assert told(colleague) == ["EMAIL", "IN_APP"]
    events = AuditEvent.objects.filter(action="follow_up_handed_over")
    assert {event.subject_id for event in events} == {str(first.pk), str(second.pk)}


def test_escalations_go_to_who_may_own_their_tier(clinic: Clinic) -> None:
    a_follow_up(clinic)
    sweep(now=NOW)

    leave_role(membership=role_of(clinic.lead), by=None, now=NOW)

    assert Escalation.objects.unresolved().get(tier=2).owner == clinic.clinician


def test_the_top_of_the_ladder_goes_to_somebody_below_rather_than_nobody(clinic: Clinic) -> None:
    a_follow_up(clinic)
    sweep(now=at(date(2027, 3, 21)))
    assert Escalation.objects.unresolved().get().owner == clinic.director

    leave_role(membership=role_of(clinic.director), by=None, now=at(date(2027, 3, 21)))

    owner = Escalation.objects.unresolved().get().owner
    assert owner is not None
    assert owner != clinic.director
    assert Membership.objects.current().of(owner).exists()


def test_who_keeps_a_lower_role_keeps_no_escalation_above_it(clinic: Clinic) -> None:
    patient = a_patient(clinic, responsible_clinician=clinic.clinician)
    a_follow_up(clinic, patient=patient, owner=clinic.clinician)
    colleague = MembershipFactory(site=clinic.site, role=Role.CLINICIAN).user
    MembershipFactory(user=clinic.clinician, site=clinic.site)
    day = date(2027, 3, 8)
    sweep(now=at(day))
    assert Escalation.objects.unresolved().get().owner == clinic.clinician

    leaves = Membership.objects.get(user=clinic.clinician, role=Role.CLINICIAN)
    leave_role(membership=leaves, by=None, now=at(day))
    sweep(now=at(day))

    assert Escalation.objects.unresolved().get().owner == colleague
    assert FollowUp.objects.get().owner == clinic.clinician
    raised = Notification.objects.filter(recipient=colleague, template="ESCALATION_RAISED")
    assert raised.filter(channel="IN_APP").count() == 1


def test_a_role_beside_another_ends_without_a_hand_over(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    MembershipFactory(user=clinic.navigator, site=clinic.site, lead_navigator=True)

    leave_role(
        membership=Membership.objects.get(user=clinic.navigator, role="NURSE_NAVIGATOR"),
        by=None,
        now=NOW,
    )

    follow_up.refresh_from_db()
    assert follow_up.owner == clinic.navigator


def test_what_is_owned_at_another_site_stays(clinic: Clinic) -> None:
    other = a_clinic()
    MembershipFactory(user=clinic.navigator, site=other.site)
    there = a_follow_up(other, owner=clinic.navigator)

    leave_role(
        membership=Membership.objects.get(user=clinic.navigator, site=clinic.site),
        by=None,
        now=NOW,
    )

    there.refresh_from_db()
    assert there.owner == clinic.navigator


def test_the_last_one_in_post_does_not_leave_open_work(clinic: Clinic) -> None:
    Membership.objects.exclude(user=clinic.navigator).delete()
    follow_up = a_follow_up(clinic)

    with pytest.raises(NobodyElseInPost, match="first"):
        leave_role(membership=role_of(clinic.navigator), by=None, now=NOW)
    with pytest.raises(NobodyElseInPost):
        deactivate_account(user=clinic.navigator, by=None, now=NOW)

    follow_up.refresh_from_db()
    assert follow_up.owner == clinic.navigator
    assert Membership.objects.current().get().user == clinic.navigator


def test_the_last_one_who_owns_nothing_may_leave(clinic: Clinic) -> None:
    Membership.objects.exclude(user=clinic.navigator).delete()

    leave_role(membership=role_of(clinic.navigator), by=None, now=NOW)

    assert not Membership.objects.current().exists()


def test_leaving_twice_is_leaving_once(clinic: Clinic) -> None:
    a_follow_up(clinic)
    role = role_of(clinic.navigator)

    for _ in range(2):
        leave_role(membership=role, by=None, now=NOW)

    assert AuditEvent.objects.filter(action="follow_up_handed_over").count() == 1
    assert AuditEvent.objects.filter(action="role_ended").count() == 1


def test_an_account_is_switched_off_after_the_hand_over_at_every_site(clinic: Clinic) -> None:
    other = a_clinic()
    MembershipFactory(user=clinic.navigator, site=other.site)
    a_follow_up(clinic)
    a_follow_up(other, owner=clinic.navigator)

    for _ in range(2):
        deactivate_account(user=clinic.navigator, by=clinic.lead, now=NOW)

    clinic.navigator.refresh_from_db()
    assert not clinic.navigator.is_active
    assert {row.owner for row in FollowUp.objects.all()} == {clinic.lead, other.navigator}
    assert AuditEvent.objects.filter(action="account_deactivated").count() == 2


def test_a_hand_over_gives_nothing_back_to_who_disowned_it(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic, patient=a_patient(clinic))
    disown_follow_up(follow_up=follow_up, by=clinic.navigator, now=NOW)

    leave_role(membership=role_of(clinic.lead), by=None, now=NOW)

    follow_up.refresh_from_db()
    assert follow_up.owner == clinic.director


def test_nothing_is_handed_over_when_the_role_cannot_end(
    clinic: Clinic, audit_table_full: None
) -> None:
    a_follow_up(clinic)

    with pytest.raises(DatabaseError, match="audit_full"), transaction.atomic():
        leave_role(membership=role_of(clinic.navigator), by=None, now=NOW)

    assert FollowUp.objects.get().owner == clinic.navigator
    assert Membership.objects.current().filter(user=clinic.navigator).exists()


# ---------------------------------------------------------------- the database's own guard


def test_what_is_open_does_not_lose_its_owner(clinic: Clinic) -> None:
    a_follow_up(clinic)
    sweep(now=NOW)

    for rows in (FollowUp.objects.all(), Escalation.objects.unresolved()):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            rows.update(owner=None)


def test_what_ended_may_lose_its_owner(clinic: Clinic) -> None:
    a_follow_up(clinic)
    FollowUp.objects.update(closed_at=NOW, outcome="NO_LONGER_OWED")

    assert FollowUp.objects.update(owner=None) == 1


def test_the_guards_stand_after_all_migrations() -> None:
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(catalogue[connection.vendor])
        there = {name for (name,) in cursor.fetchall()}

    missing = {name_of(table) for table, _ in guards(connection.vendor)} - there
    assert not missing, "a later migration must end with GuardOwners()"


def test_the_database_keeps_owners_in_post_where_it_can(clinic: Clinic) -> None:
    """PostgreSQL refuses behind the workflows' back; SQLite leaves it to them (owner_triggers)."""
    a_follow_up(clinic)
    is_guarded = ("auth_user", "is_active") in guards(connection.vendor)

    person = clinic.navigator.pk
    switched_off = "UPDATE auth_user SET is_active = %s WHERE id = %s"
    ended = "UPDATE patients_membership SET ended_on = %s WHERE user_id = %s"
    assert _is_refused(switched_off, False, person) is is_guarded
    assert _is_refused(ended, DAY.isoformat(), person) is is_guarded


def _is_refused(statement: str, *values: str | int | bool) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except (IntegrityError, InternalError):
        return True
    return False


def test_owning_something_at_another_site_does_not_keep_a_role(clinic: Clinic) -> None:
    other = a_clinic()
    MembershipFactory(user=clinic.navigator, site=other.site, role=Role.NURSE_NAVIGATOR)
    a_follow_up(other, owner=clinic.navigator)

    here = Membership.objects.get(user=clinic.navigator, site=clinic.site)
    leave_role(membership=here, by=None, now=NOW)

    assert FollowUp.objects.get().owner == clinic.navigator


def test_an_escalation_alone_keeps_its_owner_in_post_too(clinic: Clinic) -> None:
    a_follow_up(clinic)
    sweep(now=NOW)
    Membership.objects.exclude(user=clinic.lead).delete()

    with pytest.raises(NobodyElseInPost):
        leave_role(membership=role_of(clinic.lead), by=None, now=NOW)

    assert Escalation.objects.unresolved().get().owner == clinic.lead


def test_without_an_address_the_successor_is_told_in_the_application(clinic: Clinic) -> None:
    successor = MembershipFactory(site=clinic.site, user__email="").user
    a_follow_up(clinic)

    leave_role(membership=role_of(clinic.navigator), by=None, now=NOW)

    assert told(successor) == ["IN_APP"]
