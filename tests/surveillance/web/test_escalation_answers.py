"""The answers to an escalation as pages: offered, prefilled, refused at their field, on file."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from surveillance.models import Escalation, EscalationAnswer, OutsideCare
from tests.surveillance.factories import EscalationFactory, OutsideCareFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, escalated, owed, surveyed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

SENT: dict[str, dict[str, Any]] = {
    "ordered": {"order_number": "O-7", "ordered_on": "2026-08-31", "until": "2026-09-07"},
    "plan": {
        "kind": "MODALITY",
        "modality": "CT_MULTIPHASE",
        "reason": "Cannot lie still.",
        "until": "2026-09-07",
    },
    "not-indicated": {"why": "NOT_NOW", "reason": "Pneumonia.", "until": "2026-09-07"},
    "elsewhere": {
        "institution": "Liver centre, Cork",
        "evidence": "Letter of Dr Byrne.",
        "expires_on": "2026-09-20",
        "until": "2026-09-07",
    },
}
every_page = pytest.mark.parametrize("page", list(SENT))


@pytest.fixture
def escalation(clinic: Clinic) -> Escalation:
    row: Escalation = EscalationFactory(follow_up=surveyed(clinic), owner=clinic.clinician)
    return row


@pytest.fixture
def clinician(clinic: Clinic, client: Client) -> Client:
    client.force_login(clinic.clinician)
    return client


def address(escalation: Escalation, page: str = "") -> str:
    return f"/escalations/{escalation.pk}/{f'{page}/' if page else ''}"


def test_answers_are_offered_to_who_may_give_them(client: Client, clinic: Clinic, escalation):
    def offered(user: Any) -> list[str]:
        client.force_login(user)
        return [link.words for link in client.get(address(escalation)).context["answers"]]

    others = ["Order placed", "Not indicated", "Followed elsewhere"]
    assert offered(clinic.clinician) == ["Order placed", "Change the plan", *others[1:]]
    assert offered(clinic.navigator) == others
    assert offered(clinic.auditor) == []


def test_review_has_no_order_to_place(clinician, clinic):
    row = owed(clinic, -3, kind="REVIEW", recommendation="MANUAL_REVIEW")
    escalation = escalated(row, clinic.clinician)

    words = [link.words for link in clinician.get(address(escalation)).context["answers"]]

    assert words == ["Change the plan", "Not indicated", "Followed elsewhere"]
    assert clinician.get(address(escalation, "ordered")).status_code == 404


def test_resolved_escalation_offers_no_answer(clinician, escalation):
    Escalation.objects.filter(pk=escalation.pk).update(
        resolved_at=escalation.raised_at, resolution="BOOKED_IN_TIME"
    )

    assert clinician.get(address(escalation)).context["answers"] == ()


@every_page
def test_form_is_prefilled_with_the_longest_promise(clinician, escalation, page):
    response = clinician.get(address(escalation, page))

    assert response.status_code == 200
    assert response.context["form"].initial["until"] == date(2026, 9, 7)
    assert 'name="seen"' in response.content.decode()


@every_page
def test_answer_is_on_file_and_shown_on_the_escalation(clinician, escalation, page):
    response = clinician.post(address(escalation, page), SENT[page], follow=True)

    row = EscalationAnswer.objects.get()
    text = response.content.decode()
    assert response.redirect_chain[-1][0] == address(escalation)
    assert "Your answer is on file." in text
    assert row.get_kind_display() in text
    assert "Comes back after 7 Sep 2026" in text


@every_page
def test_sent_twice_is_one_answer(clinician, escalation, page):
    clinician.post(address(escalation, page), SENT[page])
    response = clinician.post(address(escalation, page), SENT[page])

    assert response.status_code == 302
    assert EscalationAnswer.objects.count() == 1


@pytest.mark.parametrize(
    ("page", "changed", "field"),
    [
        pytest.param("ordered", {"order_number": ""}, "order_number", id="no number"),
        pytest.param("ordered", {"ordered_on": "2026-09-01"}, "ordered_on", id="of the future"),
        pytest.param("ordered", {"until": "2026-09-08"}, "until", id="eight days"),
        pytest.param("plan", {"reason": ""}, "reason", id="plan without reason"),
        pytest.param("plan", {"kind": "CLOSE"}, "kind", id="a plan that closes"),
        pytest.param("not-indicated", {"why": ""}, "why", id="no reason chosen"),
        pytest.param("not-indicated", {"until": ""}, "until", id="no day of return"),
        pytest.param("not-indicated", {"is_signed": "on"}, "is_signed", id="signature in vain"),
        pytest.param(
            "not-indicated", {"why": "NOT_APPROPRIATE"}, "is_signed", id="end without signature"
        ),
        pytest.param("elsewhere", {"evidence": ""}, "evidence", id="nothing seen"),
        pytest.param("elsewhere", {"expires_on": "2027-03-01"}, "expires_on", id="believed long"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(clinician, escalation, page, changed, field):
    response = clinician.post(address(escalation, page), SENT[page] | changed)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not EscalationAnswer.objects.exists()


def test_signature_ends_what_is_owed(clinician, escalation):
    said = {"why": "NOT_APPROPRIATE", "reason": "Child C.", "is_signed": "on", "until": ""}

    response = clinician.post(address(escalation, "not-indicated"), said, follow=True)

    escalation.follow_up.refresh_from_db()
    assert escalation.follow_up.outcome == "NOT_APPROPRIATE"
    assert "The follow-up ended" in response.content.decode()


def test_navigator_is_not_offered_to_sign(client, clinic, escalation):
    client.force_login(clinic.navigator)
    page = address(escalation, "not-indicated")

    form = client.get(page).context["form"]
    response = client.post(page, {"why": "NOT_APPROPRIATE", "reason": "x", "is_signed": "on"})

    assert "is_signed" not in form.fields
    assert list(response.context["form"].errors) == ["why"]
    assert client.get(address(escalation, "plan")).status_code == 403


@every_page
def test_answer_of_a_colleague_meanwhile_is_noticed(clinician, clinic, escalation, page):
    Escalation.objects.filter(pk=escalation.pk).update(
        acknowledged_at=escalation.raised_at,
        acknowledged_by=clinic.lead,
        acknowledged_until=date(2026, 9, 1),
        next_action="Calling now.",
    )

    response = clinician.post(address(escalation, page), SENT[page] | {"seen": ""})

    assert response.status_code == 422
    assert "Somebody else answered" in response.content.decode()


@every_page
def test_pages_are_closed_to_readers_and_other_sites(client, clinic, escalation, page):
    client.force_login(clinic.auditor)
    assert client.post(address(escalation, page), SENT[page]).status_code == 403
    client.force_login(a_clinic().clinician)
    assert client.get(address(escalation, page)).status_code == 404


class TestOutsideCare:
    def test_is_recorded_from_the_patient_page(self, client, clinic) -> None:
        client.force_login(clinic.navigator)
        follow_up = surveyed(clinic)
        page = f"/follow-ups/{follow_up.pk}/elsewhere/"
        assert page in client.get(f"/patients/{follow_up.patient_id}/").content.decode()

        response = client.post(page, SENT["elsewhere"], follow=True)

        care = OutsideCare.objects.get()
        text = response.content.decode()
        assert f"/outside-care/{care.pk}/" in text
        assert "waits for a second look, counts until 20 Sep 2026" in text

    def test_what_is_missing_is_told_at_its_field(self, client, clinic) -> None:
        client.force_login(clinic.navigator)
        page = f"/follow-ups/{surveyed(clinic).pk}/elsewhere/"

        response = client.post(page, SENT["elsewhere"] | {"institution": ""})

        assert list(response.context["form"].errors) == ["institution"]

    def test_second_look_is_offered_to_another_person_only(self, client, clinic) -> None:
        care = OutsideCareFactory(follow_up=surveyed(clinic), recorded_by=clinic.clinician)

        def may_look(user: Any) -> bool:
            client.force_login(user)
            return bool(client.get(f"/outside-care/{care.pk}/").context["may_look"])

        assert may_look(clinic.lead)
        assert not may_look(clinic.clinician)
        assert not may_look(clinic.navigator)

    def test_second_look_is_on_file(self, client, clinic) -> None:
        care = OutsideCareFactory(follow_up=surveyed(clinic))
        client.force_login(clinic.lead)
        page = f"/outside-care/{care.pk}/"

        missing = client.post(page, {"verdict": "NO"})
        done = client.post(page, {"verdict": "YES"})

        assert list(missing.context["form"].errors) == ["note"]
        assert done.status_code == 302
        text = client.get(page).content.decode()
        assert "Confirmed by a second person" in text
        assert "Save second look" not in text

    def test_pages_are_closed_to_others(self, client, clinic) -> None:
        care = OutsideCareFactory(follow_up=surveyed(clinic))
        page = f"/outside-care/{care.pk}/"
        client.force_login(clinic.navigator)
        assert client.post(page, {"verdict": "YES"}).status_code == 403
        client.force_login(a_clinic().lead)
        assert client.get(page).status_code == 404
        client.force_login(clinic.auditor)
        elsewhere = f"/follow-ups/{care.follow_up_id}/elsewhere/"
        assert client.post(elsewhere, SENT["elsewhere"]).status_code == 403
