"""Sessions end when idle and after a working day, and lead back to where one was."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from surveillance.web.session_clock import whose
from tests.factories import NOW, MembershipFactory

pytestmark = pytest.mark.django_db
IDLE = timedelta(seconds=settings.SESSION_COOKIE_AGE)
LONGEST = timedelta(seconds=settings.SESSION_LONGEST)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def nina(client: Client, clock):
    user = MembershipFactory().user
    client.force_login(user)
    client.get(reverse("roles"))
    return user


def state(client: Client) -> dict[str, object]:
    answer = client.get(reverse("session_state"), headers={"X-Background": "1"})
    return answer.json() if answer.status_code == 200 else {"seconds": 0}


def test_somebody_at_work_stays_until_the_working_day_is_over(client, nina, clock) -> None:
    at_work = timedelta()
    while client.get(reverse("roles")).status_code == 200:
        clock.shift(IDLE / 2)
        at_work += IDLE / 2

    assert LONGEST <= at_work < LONGEST + IDLE / 2
    assert client.get(reverse("roles"))["Location"].startswith(reverse("account_login"))


def test_idle_sessions_end(client, nina, clock) -> None:
    clock.shift(IDLE + MINUTE)

    assert client.get(reverse("queue"))["Location"] == "/accounts/login/?next=/queue/"


def test_a_click_keeps_the_session_alive_and_a_page_by_itself_does_not(client, nina, clock) -> None:
    clock.shift(IDLE - 2 * MINUTE)
    by_itself = state(client)
    client.post(reverse("session_state"))
    clicked = state(client)

    assert by_itself["seconds"] == 120
    assert clicked["seconds"] == IDLE.total_seconds()


def test_the_page_tells_how_long_and_for_whom_without_saying_who(client, nina) -> None:
    page = client.get(reverse("roles")).content.decode()

    assert f'data-seconds="{int(IDLE.total_seconds())}"' in page
    assert f'data-whose="{whose(nina)}"' in page
    assert state(client)["whose"] == whose(nina)
    assert nina.username not in whose(nina)


def test_signed_out_the_answer_is_empty(client) -> None:
    assert client.get(reverse("session_state")).json() == {"seconds": 0, "whose": "", "token": ""}


@pytest.mark.parametrize(
    ("headers", "leads_to"),
    [
        pytest.param({"Referer": "http://testserver/absences/"}, "/absences/", id="its-page"),
        pytest.param(
            {"Referer": "https://evil.example/queue/"}, "/inbox/messages/", id="elsewhere"
        ),
        pytest.param({}, "/inbox/messages/", id="unknown"),
    ],
)
def test_a_form_sent_too_late_leads_back_to_its_page(client, headers, leads_to: str) -> None:
    answer = client.post(reverse("inbox_messages"), headers=headers)

    assert answer["Location"] == f"/accounts/login/?next={leads_to}"


def test_a_part_asked_for_too_late_moves_the_whole_page(client) -> None:
    here = {"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/?tab=due"}

    answer = client.post(reverse("inbox_messages"), headers=here)

    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fqueue%2F%3Ftab%3Ddue"
