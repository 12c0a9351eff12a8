"""Who leaves leaves nothing behind: roles end and accounts are switched off after a hand-over."""

from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, InternalError, connection, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper

from patients.models import AuditEvent, Membership, Role
from surveillance.models import Escalation, FollowUp, Notification
from surveillance.owner_triggers import GUARDS, OTHER_TABLES, tables_free_to_change
from surveillance.workflows.deactivate_account import deactivate_account
from surveillance.workflows.disown_follow_up import disown_follow_up
from surveillance.workflows.hand_over import NobodyElseInPost
from surveillance.workflows.leave_role import leave_role
from surveillance.workflows.sweep import sweep
from tests.factories import MembershipFactory, UserFactory
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


CATALOGUE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def triggers_of(cursor: Any, vendor: str = "sqlite") -> set[str]:
    cursor.execute(CATALOGUE[vendor])
    return {name for (name,) in cursor.fetchall()}


def test_the_guards_stand_after_all_migrations() -> None:
    with connection.cursor() as cursor:
        missing = {guard.name for guard in GUARDS} - triggers_of(cursor, connection.vendor)

    assert not missing, "a later migration must end with GuardOwners()"


SMALL = """
CREATE TABLE auth_user (id integer PRIMARY KEY, is_active bool);
CREATE TABLE patients_membership (
    id integer PRIMARY KEY, user_id integer, site_id integer, role text, ended_on date);
CREATE TABLE surveillance_followup (
    id integer PRIMARY KEY, owner_id integer, site_id integer, closed_at datetime);
CREATE TABLE surveillance_escalation (
    id integer PRIMARY KEY, follow_up_id integer, owner_id integer, resolved_at datetime);
"""


@pytest.mark.parametrize("table", sorted({guard.table for guard in GUARDS}))
def test_sqlite_can_rebuild_a_table_only_while_the_guards_are_away(table: str) -> None:
    """As a later migration, ours or Django's, does it; on SQLite, whatever the tests run on."""
    alone = DatabaseWrapper(settings.DATABASES["default"] | {"NAME": ":memory:", "OPTIONS": {}})
    with alone.cursor() as cursor:
        cursor.connection.executescript(SMALL)
        with tables_free_to_change(alone):
            assert {guard.name for guard in OTHER_TABLES} & triggers_of(cursor) == set()
        assert {guard.name for guard in OTHER_TABLES} <= triggers_of(cursor)

        with pytest.raises(DatabaseError, match="error in trigger"):
            rebuild(cursor, table)
        with tables_free_to_change(alone):
            rebuild(cursor, table)

        assert {guard.name for guard in OTHER_TABLES} <= triggers_of(cursor)
    alone.close()


def rebuild(cursor: Any, table: str) -> None:
    cursor.execute("BEGIN")
    try:
        cursor.execute(f"CREATE TABLE new__{table} AS SELECT * FROM {table}")
        cursor.execute(f"DROP TABLE {table}")
        cursor.execute(f"ALTER TABLE new__{table} RENAME TO {table}")
    except DatabaseError:
        cursor.execute("ROLLBACK")
        raise
    cursor.execute("COMMIT")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE auth_user SET is_active = %(off)s WHERE id = %(person)s",
        "UPDATE patients_membership SET ended_on = '2027-02-16' WHERE user_id = %(person)s",
        "UPDATE patients_membership SET role = 'AUDITOR' WHERE user_id = %(person)s",
        "UPDATE patients_membership SET user_id = %(other)s WHERE user_id = %(person)s",
        "UPDATE patients_membership SET site_id = %(elsewhere)s WHERE user_id = %(person)s",
    ],
)
@pytest.mark.parametrize("seat", ["navigator", "lead"], ids=["follow-up", "escalation"])
def test_behind_the_workflows_back_nobody_leaves_open_work(
    clinic: Clinic, statement: str, seat: str
) -> None:
    elsewhere = a_clinic().site.pk
    a_follow_up(clinic)
    sweep(now=NOW)
    person, other = getattr(clinic, seat).pk, UserFactory().pk
    values = {"off": False, "person": person, "other": other, "elsewhere": elsewhere}

    def change() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)

    with pytest.raises((IntegrityError, InternalError)):
        change()

    Escalation.objects.unresolved().update(resolved_at=NOW, resolution="FOLLOW_UP_CLOSED")
    FollowUp.objects.update(closed_at=NOW, outcome="NO_LONGER_OWED")
    change()


@pytest.mark.parametrize("gone", ["switched off", "left"])
@pytest.mark.parametrize("of", ["follow-up", "escalation", "new follow-up", "reopened"])
def test_nothing_open_is_given_to_who_cannot_answer(clinic: Clinic, gone: str, of: str) -> None:
    owed = a_follow_up(clinic)
    sweep(now=NOW)
    is_active = gone != "switched off"
    leaver = MembershipFactory(
        site=clinic.site, user__is_active=is_active, ended_on=DAY if is_active else None
    ).user

    def give() -> None:
        if of == "follow-up":
            FollowUp.objects.update(owner=leaver)
        elif of == "escalation":
            Escalation.objects.unresolved().update(owner=leaver)
        elif of == "reopened":
            FollowUp.objects.update(closed_at=NOW, outcome="NO_LONGER_OWED")
            FollowUp.objects.update(owner=leaver)
            FollowUp.objects.update(closed_at=None, outcome="")
        else:
            a_follow_up(clinic, label="L2", owner=leaver)

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        give()

    assert FollowUp.objects.get().owner == owed.owner


def test_who_left_one_role_and_has_another_is_given_work(clinic: Clinic) -> None:
    MembershipFactory(site=clinic.site, user=clinic.lead, ended_on=DAY)

    assert a_follow_up(clinic, owner=clinic.lead).owner == clinic.lead


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
