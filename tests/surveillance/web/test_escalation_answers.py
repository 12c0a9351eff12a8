"""The answers to an escalation as pages: offered, prefilled, refused at their field, on file."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from patients.models import AuditEvent
from surveillance.models import Escalation, EscalationAnswer, FollowUp, OutsideCare
from tests.surveillance.factories import EscalationFactory, OutsideCareFactory
from tests.surveillance.web.scenes import (
    Clinic,
    a_clinic,
    escalated,
    owed,
    surveyed,
    surveyed_too,
)

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

    assert words == ["Change the plan", "Not indicated"]
    for page in ("ordered", "elsewhere"):
        assert clinician.get(address(escalation, page)).status_code == 404


def test_referral_is_answered_by_what_it_brought(clinician, clinic):
    row = owed(clinic, -3, kind="REFERRAL", recommendation="MDT_REFERRAL")
    escalation = escalated(row, clinic.clinician)

    answers = clinician.get(address(escalation)).context["answers"]

    assert (answers[0].words, answers[0].url) == (
        "Record the answer",
        f"/follow-ups/{row.pk}/answer/",
    )
    assert "Order placed" not in [link.words for link in answers]
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
    if page != "plan":  # a new plan replaces what was owed, and the escalation of that ends
        assert "Comes back after 7 Sep 2026" in text


def test_changed_plan_says_that_the_escalation_ended_and_where_it_goes_on(clinician, escalation):
    response = clinician.post(address(escalation, "plan"), SENT["plan"], follow=True)

    text = response.content.decode()
    successor = Escalation.objects.unresolved().get()
    assert "Escalation to tier 2: ended" in text
    assert "Replaced by a new decision, 31 Aug 2026" in text
    assert "Last answer: Plan changed" in text
    assert "Comes back" not in text
    assert "Promised until 7 Sep 2026" in text
    assert f'href="/escalations/{successor.pk}/"' in text
    assert "Escalated to tier 2, acknowledged until 7 Sep 2026" in text


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


class TestSameAnswer:
    """One patient, several escalated lesions: one click, each with its own answer."""

    @pytest.fixture
    def second(self, clinic: Clinic, escalation: Escalation) -> Escalation:
        return self.another(clinic, escalation, "L2")

    @staticmethod
    def another(clinic: Clinic, escalation: Escalation, label: str) -> Escalation:
        row = surveyed_too(escalation.follow_up.patient, label)
        return escalated(row, clinic.clinician, tier=2)

    @staticmethod
    def tick(row: Escalation, seen: str = "") -> str:
        return f"{row.pk}/{seen}"

    def test_others_are_listed_and_none_is_ticked(self, clinician, escalation, second) -> None:
        response = clinician.get(address(escalation))

        text = response.content.decode()
        field = response.context["form"]["also"]
        assert [value for value, _words in field.field.choices] == [self.tick(second)]
        assert not field.value()
        assert f'href="{address(second)}"' in text
        assert "The same answer also for" in text
        assert "Lesion L2, segment VII: " in text

    def test_nothing_is_offered_where_nothing_else_is_open(self, clinician, escalation) -> None:
        text = clinician.get(address(escalation)).content.decode()

        assert "The same answer also for" not in text
        assert "Also open for this patient" not in text

    @every_page
    def test_ticked_ones_get_an_answer_of_their_own(
        self, clinician, clinic, escalation, second, page
    ) -> None:
        third = self.another(clinic, escalation, "L3")

        response = clinician.post(
            address(escalation, page), SENT[page] | {"also": [self.tick(second)]}
        )

        assert response.status_code == 302
        answered = EscalationAnswer.objects.values_list("escalation", flat=True)
        assert set(answered) == {escalation.pk, second.pk}
        events = AuditEvent.objects.filter(action="escalation_answered")
        assert {event.detail["escalation"] for event in events} == {
            str(escalation.pk),
            str(second.pk),
        }
        third.refresh_from_db()
        assert third.acknowledged_at is None

    @every_page
    def test_sent_twice_is_one_answer_each(self, clinician, escalation, second, page) -> None:
        sent = SENT[page] | {"also": [self.tick(second)]}

        clinician.post(address(escalation, page), sent)
        response = clinician.post(address(escalation, page), sent)

        assert response.status_code == 302
        assert EscalationAnswer.objects.count() == 2

    def test_taking_on_is_the_same_for_the_ticked_ones(
        self, clinician, clinic, escalation, second
    ) -> None:
        said = {"next_action": "I call her.", "until": "2026-09-03", "also": [self.tick(second)]}

        clinician.post(address(escalation), said)

        for row in (escalation, second):
            row.refresh_from_db()
            assert row.next_action == "I call her."

    @every_page
    def test_what_a_colleague_answered_meanwhile_stops_them_all(
        self, clinician, clinic, escalation, second, page
    ) -> None:
        Escalation.objects.filter(pk=second.pk).update(
            acknowledged_at=escalation.raised_at,
            acknowledged_by=clinic.lead,
            acknowledged_until=date(2026, 9, 1),
            next_action="Calling now.",
        )

        response = clinician.post(
            address(escalation, page), SENT[page] | {"also": [self.tick(second)]}
        )

        assert response.status_code == 422
        [error] = response.context["form"].errors["also"]
        assert error.startswith("L2: Somebody else answered")
        assert error.endswith("Nothing was saved, for none of them.")
        assert not EscalationAnswer.objects.exists()
        assert not AuditEvent.objects.filter(action="escalation_answered").exists()

    def test_an_order_is_not_offered_for_a_referral(
        self, clinician, clinic, escalation, second
    ) -> None:
        row = owed(clinic, -3, lesion=escalation.follow_up.lesion, kind="REFERRAL")
        referral = escalated(row, clinic.clinician)

        form = clinician.get(address(escalation, "ordered")).context["form"]
        response = clinician.post(
            address(escalation, "ordered"), SENT["ordered"] | {"also": [self.tick(referral)]}
        )

        assert len(form.fields["also"].choices) == 1
        assert list(response.context["form"].errors) == ["also"]
        assert not EscalationAnswer.objects.exists()

    @pytest.mark.parametrize("also", ["nonsense", f"{UUID(int=1)}/", f"{UUID(int=1)}/never"])
    def test_what_is_not_the_patients_cannot_be_ticked(
        self, clinician, clinic, escalation, second, also
    ) -> None:
        strangers = self.tick(escalated(surveyed(clinic), clinic.clinician))

        for value in (also, strangers):
            response = clinician.post(
                address(escalation, "ordered"), SENT["ordered"] | {"also": [value]}
            )
            assert list(response.context["form"].errors) == ["also"]
        assert not EscalationAnswer.objects.exists()

    def test_signature_names_that_it_is_for_each_lesion(
        self, clinician, escalation, second
    ) -> None:
        page = address(escalation, "not-indicated")
        said = {"why": "NOT_APPROPRIATE", "reason": "Child C.", "is_signed": "on", "until": ""}

        form = clinician.get(page).context["form"]
        clinician.post(page, said | {"also": [self.tick(second)]})

        assert "each one ticked below" in form.fields["is_signed"].label
        assert not FollowUp.objects.open().exists()

    def test_one_lesion_is_asked_once_about_its_plan(
        self, clinician, clinic, escalation, second
    ) -> None:
        review = owed(clinic, -3, lesion=second.follow_up.lesion, kind="REVIEW")
        escalated(review, clinic.clinician)
        own = owed(clinic, -3, lesion=escalation.follow_up.lesion, kind="REVIEW")
        escalated(own, clinic.clinician)

        plan = clinician.get(address(escalation, "plan")).context["form"]
        taken = clinician.get(address(escalation)).context["form"]

        assert len(plan.fields["also"].choices) == 1
        assert len(taken.fields["also"].choices) == 3


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
