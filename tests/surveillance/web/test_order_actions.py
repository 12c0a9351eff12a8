"""Record an order and cancel it: by whom, with what errors, and where the page leads."""

from datetime import timedelta

import pytest
from django.test import Client

from surveillance.models import FollowUp
from tests.factories import NOW, TODAY
from tests.surveillance.web.scenes import Clinic, a_clinic, a_lesion, owed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
VERBS = ("order", "order/cancel")


def address(follow_up: FollowUp, verb: str = "order") -> str:
    return f"/follow-ups/{follow_up.pk}/{verb}/"


@pytest.mark.parametrize("verb", VERBS)
def test_follow_up_of_another_site_does_not_exist(navigator: Client, verb: str) -> None:
    assert navigator.post(address(owed(a_clinic(), -1), verb), {"version": 1}).status_code == 404


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_roles_that_only_read_are_refused(client: Client, clinic: Clinic, verb, role) -> None:
    client.force_login(getattr(clinic, role))

    assert client.post(address(owed(clinic, -1), verb), {"version": 1}).status_code == 403


@pytest.mark.parametrize("verb", VERBS)
def test_closed_follow_up_leads_back_with_a_word(navigator: Client, clinic: Clinic, verb) -> None:
    follow_up = owed(clinic, -1, closed_at=NOW, outcome="NO_LONGER_OWED")

    response = navigator.get(address(follow_up, verb), follow=True)

    assert "This follow-up is closed" in response.content.decode()


@pytest.mark.parametrize("role", ["navigator", "clinician"])
def test_order_is_recorded_from_the_patient_page(client: Client, clinic: Clinic, role) -> None:
    follow_up = owed(clinic, 60)
    other = owed(clinic, 65, lesion=a_lesion(follow_up.patient, "L2"))
    client.force_login(getattr(clinic, role))
    page = client.get(f"/patients/{follow_up.patient_id}/").content.decode()
    assert f"/follow-ups/{follow_up.pk}/book/" in page

    form = client.get(address(follow_up)).context["form"]
    said = {"version": 1, "order_number": "ORD-9", "ordered_on": TODAY, "also": [str(other.pk)]}
    response = client.post(address(follow_up), said, follow=True)

    assert form.initial["ordered_on"] == TODAY
    assert "The order is noted." in response.content.decode()
    assert "Ordered 31 Aug 2026 (number ORD-9), not booked" in response.content.decode()
    assert set(FollowUp.objects.values_list("order_number", flat=True)) == {"ORD-9"}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        pytest.param({"ordered_on": TODAY}, "order_number", id="no number"),
        pytest.param({"order_number": "1"}, "ordered_on", id="no day"),
        pytest.param(
            {"order_number": "1", "ordered_on": TODAY + timedelta(days=1)},
            "ordered_on",
            id="tomorrow",
        ),
        pytest.param(
            {"order_number": "1", "ordered_on": "2020-01-01"}, "ordered_on", id="before the need"
        ),
    ],
)
def test_order_that_cannot_be_is_told_at_its_field(
    navigator: Client, clinic: Clinic, said, field
) -> None:
    follow_up = owed(clinic, 60)

    response = navigator.post(address(follow_up), {"version": 1} | said)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    follow_up.refresh_from_db()
    assert follow_up.ordered_on is None


def test_lost_race_is_told_and_overwrites_nothing(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 60)
    FollowUp.objects.update(ordered_on=TODAY, order_number="THEIRS", version=2)

    said = {"version": 1, "order_number": "MINE", "ordered_on": TODAY}
    response = navigator.post(address(follow_up), said)

    assert "Somebody else changed this follow-up" in response.content.decode()
    assert "number THEIRS" in response.content.decode()


def test_order_is_cancelled_with_a_reason_that_stays_visible(
    navigator: Client, clinic: Clinic
) -> None:
    follow_up = owed(clinic, 60, ordered_on=TODAY, order_number="ORD-9")
    page = f"/patients/{follow_up.patient_id}/"
    assert address(follow_up, "order/cancel") in navigator.get(page).content.decode()

    refused = navigator.post(address(follow_up, "order/cancel"), {"version": 1})
    done = navigator.post(
        address(follow_up, "order/cancel"), {"version": 1, "reason": "refused"}, follow=True
    )

    assert list(refused.context["form"].errors) == ["reason"]
    assert (
        "Not ordered, not booked. Last cancelled on 31 Aug 2026: refused" in done.content.decode()
    )
    assert address(follow_up, "order/cancel") not in done.content.decode()


def test_patient_page_says_by_when_each_link_must_be_made(
    navigator: Client, clinic: Clinic
) -> None:
    follow_up = owed(clinic, 55)

    [lesion] = navigator.get(f"/patients/{follow_up.patient_id}/").context["lesions"]

    assert [lead.words for lead in lesion.owed[0].leads] == [
        "Order by 28 Aug 2026, 3 days late",
        "Book by 11 Sep 2026",
        "Speak to the patient by 18 Sep 2026",
    ]


def test_review_has_neither_order_nor_dates(navigator: Client, clinic: Clinic) -> None:
    review = owed(clinic, 20, kind="REVIEW", recommendation="MANUAL_REVIEW")

    page = navigator.get(f"/patients/{review.patient_id}/").content.decode()

    assert address(review) not in page
    assert "To be in time" not in page
