"""Logging a contact: every role that may, what is asked for, sent twice is one."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from surveillance.models import ContactAttempt
from tests.factories import NOW
from tests.surveillance.web.scenes import Clinic, a_clinic, a_lesion, a_patient, owed

pytestmark = pytest.mark.django_db


def address(patient) -> str:
    return f"/patients/{patient.pk}/contact/"


def call(**changed: object) -> dict[str, object]:
    said = {"outcome": "VOICEMAIL", "channel": "PHONE", "attempted_at": "2026-08-31T09:00"}
    return said | changed


def test_call_is_on_file_and_leads_back_to_the_patient(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, -1)
    other = owed(clinic, 20, lesion=a_lesion(follow_up.patient, "L2"))

    response = navigator.post(
        address(follow_up.patient),
        call(
            follow_ups=[str(follow_up.pk)],
            note="Answers after six.",
            next_try_on="2026-09-02",
        ),
    )

    assert response.headers["Location"] == f"/patients/{follow_up.patient_id}/"
    attempt = ContactAttempt.objects.get()
    assert (attempt.outcome, attempt.channel, attempt.note) == (
        "VOICEMAIL",
        "PHONE",
        "Answers after six.",
    )
    assert attempt.next_try_on == date(2026, 9, 2)
    assert (attempt.attempted_by, attempt.attempted_at) == (clinic.navigator, NOW)
    assert [row.pk for row in attempt.follow_ups.all()] == [follow_up.pk]
    assert other.contact_attempts.count() == 0


def test_sent_twice_is_one_attempt(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(clinic)

    navigator.post(address(patient), call())
    navigator.post(address(patient), call())

    assert ContactAttempt.objects.count() == 1


def test_time_is_on_the_sites_clock(today, client: Client) -> None:
    tokyo = a_clinic(time_zone="Asia/Tokyo")
    client.force_login(tokyo.navigator)

    client.post(address(a_patient(tokyo)), call(attempted_at="2026-08-31T17:30"))

    assert ContactAttempt.objects.get().attempted_at == datetime(2026, 8, 31, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        pytest.param({"outcome": ""}, "outcome", "Choose what came of the attempt", id="outcome"),
        pytest.param(
            {"attempted_at": ""}, "attempted_at", "Enter when the attempt was made", id="no moment"
        ),
        pytest.param(
            {"attempted_at": "2026-08-31T09:01"}, "attempted_at", "future", id="in the future"
        ),
        pytest.param({"next_try_on": "2026-08-30"}, "next_try_on", "past", id="next try past"),
        pytest.param(
            {"next_try_on": "31/31/31"}, "next_try_on", "such as 31 Mar 2026", id="not a date"
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    navigator: Client, clinic: Clinic, changed, field, words
) -> None:
    response = navigator.post(address(a_patient(clinic)), call(**changed))

    assert response.status_code == 422
    assert words in response.context["form"].errors[field][0]
    assert f'href="#id_{field}' in response.content.decode()
    assert not ContactAttempt.objects.exists()


def test_follow_up_of_another_patient_cannot_be_named(navigator: Client, clinic: Clinic) -> None:
    mine, other = owed(clinic, -1), owed(clinic, -1)

    response = navigator.post(address(mine.patient), call(follow_ups=[str(other.pk)]))

    assert response.status_code == 422
    assert not ContactAttempt.objects.exists()


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_roles_that_only_read_are_refused(today, client: Client, clinic: Clinic, role) -> None:
    client.force_login(getattr(clinic, role))

    assert client.post(address(a_patient(clinic)), call()).status_code == 403


def test_patient_of_another_site_does_not_exist(navigator: Client) -> None:
    response = navigator.post(address(a_patient(a_clinic())), call())

    assert response.status_code == 404


def test_form_without_its_token_is_refused(today, clinic: Clinic) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clinic.navigator)

    response = client.post(address(a_patient(clinic)), call())

    assert response.status_code == 403
    assert "Nothing was saved" in response.content.decode()


def test_next_try_is_suggested_and_kept_when_left_empty(navigator: Client, clinic: Clinic) -> None:
    patient = owed(clinic, -1).patient
    hint = navigator.get(address(patient)).context["form"].fields["next_try_on"].help_text

    response = navigator.post(address(patient), call(), follow=True)

    # Monday morning, voicemail: two working days, another time of day
    attempt = ContactAttempt.objects.get()
    assert "now: 1 Sep 2026, in the afternoon" in hint
    assert (attempt.next_try_on, attempt.next_try_part) == (date(2026, 9, 2), "AFTERNOON")
    text = response.content.decode()
    assert "Next try 2 Sep 2026, in the afternoon." in text
    assert "Next try 2 Sep 2026, afternoon" in text


def test_promised_moment_is_on_the_sites_clock(navigator: Client, clinic: Clinic) -> None:
    said = call(outcome="CALL_BACK", call_back_at="2026-09-03T18:30")

    response = navigator.post(address(a_patient(clinic)), said, follow=True)

    attempt = ContactAttempt.objects.get()
    assert attempt.call_back_at == datetime(2026, 9, 3, 18, 30, tzinfo=UTC)
    assert (attempt.next_try_on, attempt.next_try_part) == (date(2026, 9, 3), "EVENING")
    assert "Call back 3 Sep 2026, 18:30." in response.content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"call_back_at": "2026-09-03T18:30"}, "call_back_at", id="not promised"),
        pytest.param(
            {"outcome": "CALL_BACK", "call_back_at": "2026-08-31T08:59"}, "call_back_at", id="past"
        ),
        pytest.param({"next_try_part": "EVENING"}, "next_try_on", id="time without a day"),
    ],
)
def test_next_try_that_cannot_be_is_told_at_its_field(navigator, clinic, changed, field) -> None:
    response = navigator.post(address(a_patient(clinic)), call(**changed))

    assert list(response.context["form"].errors) == [field]


@pytest.mark.parametrize(
    ("outcome", "page"),
    [
        ("DECEASED", "/patients/{patient}/status/"),
        ("DECLINED", "/patients/{patient}/status/"),
        ("MOVED", "/patients/{patient}/contact-details/"),
        ("NOT_IN_SERVICE", "/patients/{patient}/contact-details/"),
        ("FOLLOWED_ELSEWHERE", "/follow-ups/{follow_up}/elsewhere/"),
        ("AGREED", "/patients/{patient}/"),
    ],
)
def test_what_was_heard_leads_to_where_it_is_recorded(navigator, clinic, outcome, page) -> None:
    follow_up = owed(clinic, -1)

    response = navigator.post(address(follow_up.patient), call(outcome=outcome), follow=True)

    wanted = page.format(patient=follow_up.patient_id, follow_up=follow_up.pk)
    assert response.redirect_chain[-1][0] == wanted
    assert response.status_code == 200
    follow_up.refresh_from_db()
    assert follow_up.closed_at is None


def test_followed_elsewhere_of_who_is_owed_nothing_leads_back(navigator, clinic) -> None:
    patient = a_patient(clinic)

    response = navigator.post(address(patient), call(outcome="FOLLOWED_ELSEWHERE"))

    assert response.headers["Location"] == f"/patients/{patient.pk}/"


class TestContactDetails:
    def test_are_corrected_from_the_patient_page(self, navigator, clinic) -> None:
        patient = a_patient(clinic, phone="1", language="en")
        page = f"/patients/{patient.pk}/contact-details/"
        assert page in navigator.get(f"/patients/{patient.pk}/").content.decode()

        response = navigator.post(page, {"phone": "+44 20 7946 0001", "language": "pt"})

        patient.refresh_from_db()
        assert response.status_code == 302
        assert (patient.phone, patient.language) == ("+44 20 7946 0001", "pt")

    def test_what_is_wrong_is_told_at_its_field(self, navigator, clinic) -> None:
        page = f"/patients/{a_patient(clinic).pk}/contact-details/"

        response = navigator.post(page, {"email": "nowhere", "language": ""})

        assert sorted(response.context["form"].errors) == ["email", "language"]

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            pytest.param({"phone": "abc"}, "phone", id="no number"),
            pytest.param({"phone": "+44 1"}, "phone", id="too short"),
            pytest.param({"language": "zz"}, "language", id="no language"),
        ],
    )
    def test_what_nobody_can_dial_or_speak_is_refused(self, navigator, clinic, said, field) -> None:
        page = f"/patients/{a_patient(clinic).pk}/contact-details/"

        response = navigator.post(page, {"language": "en"} | said)

        assert list(response.context["form"].errors) == [field]

    def test_a_number_on_record_may_stay_as_it_is(self, navigator, clinic) -> None:
        patient = a_patient(clinic, phone="ask the son")
        page = f"/patients/{patient.pk}/contact-details/"

        assert navigator.post(page, {"phone": "ask the son", "language": "so"}).status_code == 302

    def test_are_closed_to_readers_and_other_sites(self, today, client, clinic) -> None:
        page = f"/patients/{a_patient(clinic).pk}/contact-details/"
        client.force_login(clinic.auditor)
        assert client.post(page, {"language": "en"}).status_code == 403
        client.force_login(a_clinic().navigator)
        assert client.get(page).status_code == 404
