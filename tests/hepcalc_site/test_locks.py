"""Wrong passwords: who must wait, who must not, who sees it and lets them try again."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from patients.models import AuditEvent, Membership, Role
from patients.sign_in_locks import LIMITS, locked_among
from tests.factories import NOW, PASSWORD, MembershipFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_cache")]
HOSPITAL, HOME = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def clock():
    with time_machine.travel(NOW) as clock:  # it ticks: attempts are told apart by their moment
        yield clock


def gets_in(name: str, password: str = PASSWORD, address: str = HOSPITAL) -> bool:
    """Whether this sign-in, from a browser of its own, succeeds."""
    client = Client(REMOTE_ADDR=address)
    client.post(reverse("account_login"), {"login": name, "password": password})
    return "_auth_user_id" in client.session


def guess_wrong(name: str, times: int = 5, address: str = HOSPITAL) -> None:
    for number in range(times):
        assert not gets_in(name, f"guess {number}", address)


def test_five_wrong_passwords_make_that_person_wait_there(clock) -> None:
    nina = MembershipFactory().user
    guess_wrong(nina.username)

    assert not gets_in(nina.username)
    assert gets_in(nina.username, address=HOME)
    clock.shift(timedelta(minutes=16))
    assert gets_in(nina.username)


def test_a_hospital_behind_one_address_is_not_locked_out(clock) -> None:
    """The shift changes: forty people sign in within a minute, and some of them mistype a lot.
    allauth's own limits would have refused the eleventh of them."""
    people = [membership.user for membership in MembershipFactory.create_batch(40)]
    for clumsy in people[:5]:
        guess_wrong(clumsy.username)
        assert not gets_in(clumsy.username)

    got_in = [person for person in people[5:] if gets_in(person.username)]

    assert len(got_in) == 35
    assert locked_among([one.username for one in people]) == {one.username for one in people[:5]}


def test_right_passwords_are_not_counted(clock) -> None:
    nina = MembershipFactory().user
    guess_wrong(nina.username, 4)

    assert all(gets_in(nina.username) for _ in range(3))
    guess_wrong(nina.username, 1)
    assert not gets_in(nina.username)


def test_guessing_from_many_machines_is_stopped_too(clock, monkeypatch) -> None:
    monkeypatch.setitem(LIMITS, "name_anywhere", "8/1h/key")
    nina = MembershipFactory().user
    for machine in range(8):
        guess_wrong(nina.username, 1, address=f"203.0.113.{machine}")

    assert not gets_in(nina.username, address=HOME)
    assert gets_in(UserFactory().username)


def test_one_password_tried_on_everybody_is_stopped(clock, monkeypatch) -> None:
    monkeypatch.setitem(LIMITS, "address", "8/15m/key")
    for number in range(8):
        assert not gets_in(f"name{number}", "Summer2026!", address=HOME)
    nina = MembershipFactory().user

    assert not gets_in(nina.username, address=HOME)
    assert gets_in(nina.username)


def test_sign_ins_are_kept_with_when_and_how_and_without_a_password(clock) -> None:
    nina = MembershipFactory()

    guess_wrong(nina.user.username)
    gets_in(nina.user.username)
    gets_in(nina.user.username)
    gets_in(nina.user.username, address=HOME)

    events = list(AuditEvent.objects.order_by("pk"))
    assert [event.action for event in events] == [
        *["sign_in_failed"] * 5,
        "sign_in_locked",
        "signed_in",
    ]
    failed, entered = events[0], events[-1]
    assert (failed.actor, failed.subject_id) == ("system", str(nina.user.pk))
    assert entered.actor == f"user:{nina.user.pk}"
    assert entered.at - NOW < timedelta(minutes=1)
    assert entered.detail == {"method": "password", "address": HOME}
    assert {event.site for event in events} == {nina.site.slug}
    assert {event.patient_id for event in events} == {""}
    assert "guess" not in str([event.detail for event in events])


def test_what_is_typed_as_a_name_that_nobody_has_is_kept_nowhere(clock, capsys) -> None:
    """People type their password into the wrong field."""
    gets_in("my secret password", "x")

    assert not AuditEvent.objects.exists()
    assert "secret" not in capsys.readouterr().out


def test_leaving_is_kept(client: Client, clock) -> None:
    client.force_login(MembershipFactory().user)

    client.post(reverse("account_logout"))

    assert AuditEvent.objects.get().action == "signed_out"


class TestLifting:
    @pytest.fixture
    def administrator(self, clock) -> Membership:
        return MembershipFactory(administrator=True)

    def test_an_administrator_sees_the_lock_and_lifts_it(
        self, client, administrator, django_capture_on_commit_callbacks
    ) -> None:
        nina = MembershipFactory(site=administrator.site).user
        guess_wrong(nina.username)
        assert not gets_in(nina.username)
        client.force_login(administrator.user)

        before = client.get(reverse("people")).content.decode()
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("person_lift_lock", args=[nina.pk]))
        after = client.get(reverse("people")).content.decode()

        assert "Locked out" in before
        assert "Locked out" not in after
        assert gets_in(nina.username)
        assert AuditEvent.objects.get(action="sign_in_lock_lifted").actor == (
            f"user:{administrator.user.pk}"
        )

    def test_not_for_somebody_who_also_works_elsewhere(
        self, client, administrator, django_capture_on_commit_callbacks
    ) -> None:
        nina = MembershipFactory(site=administrator.site).user
        MembershipFactory(user=nina, role=Role.CLINICIAN)
        guess_wrong(nina.username)
        gets_in(nina.username)
        client.force_login(administrator.user)

        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("person_lift_lock", args=[nina.pk]))

        assert not gets_in(nina.username)
        assert not AuditEvent.objects.filter(action="sign_in_lock_lifted").exists()
