"""The pages of an answer to what has ended: they lead to the case, and lose no word typed."""

import pytest
from django.test import Client

from surveillance.models import Disowning, Escalation, EscalationAnswer
from tests.surveillance.factories import EscalationFactory
from tests.surveillance.web.scenes import Clinic, surveyed
from tests.surveillance.web.test_escalation_answers import SENT, address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
every_page = pytest.mark.parametrize("page", [*SENT, "not-mine"])
NOT_MINE = {"note": "Followed by the other team"}


@pytest.fixture
def ended(clinic: Clinic) -> Escalation:
    row: Escalation = EscalationFactory(follow_up=surveyed(clinic), owner=clinic.clinician)
    Escalation.objects.filter(pk=row.pk).update(
        resolved_at=row.raised_at, resolution="BOOKED_IN_TIME"
    )
    return row


@pytest.fixture
def clinician(clinic: Clinic, client: Client) -> Client:
    client.force_login(clinic.clinician)
    return client


@every_page
def test_the_form_of_what_ended_leads_to_the_case(
    clinician: Client, ended: Escalation, page: str
) -> None:
    response = clinician.get(address(ended, page), follow=True)

    assert response.redirect_chain == [(address(ended), 302)]
    assert "This escalation has ended: it needs no answer any more." in response.content.decode()


@every_page
def test_what_is_sent_to_what_ended_says_so_and_where_to_look(
    clinician: Client, ended: Escalation, page: str
) -> None:
    sent = SENT.get(page, NOT_MINE)

    response = clinician.post(address(ended, page), sent)

    text = response.content.decode()
    assert response.status_code == 422
    assert f'<a href="{address(ended)}">See the case and how it ended</a>' in text
    assert "Reload" not in text
    assert "clock runs on" not in text
    assert next(value for name, value in sent.items() if name != "until") in text
    assert not EscalationAnswer.objects.exists()
    assert not Disowning.objects.exists()


def test_nobody_mends_a_form_that_cannot_be_saved(clinician: Client, ended: Escalation) -> None:
    response = clinician.post(address(ended, "ordered"), SENT["ordered"] | {"until": ""})

    assert "See the case and how it ended" in response.content.decode()


def test_who_may_not_answer_is_refused_as_before(
    client: Client, clinic: Clinic, ended: Escalation
) -> None:
    client.force_login(clinic.auditor)

    assert client.get(address(ended, "ordered")).status_code == 403
