"""A clinician comes from an e-mail on a telephone: the case and the five answers at a glance."""

from datetime import date

import pytest
from playwright.sync_api import Page, ViewportSize

from surveillance.models import Escalation
from tests.browser.test_accessibility import overflow
from tests.browser.test_journeys import days_from_now
from tests.factories import PASSWORD
from tests.surveillance.web.scenes import Clinic, a_patient, an_exam, escalated, owed

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 320, "height": 640}


@pytest.fixture
def raised(clinic: Clinic) -> Escalation:
    ada = a_patient(clinic, family_name="Okafor", given_name="Ada", reachable=True)
    follow_up = owed(clinic, days_from_now(-12), patient=ada)
    an_exam(follow_up.lesion, date(2025, 9, 1), 7.0)
    an_exam(follow_up.lesion, date(2026, 3, 3), 9.0)
    return escalated(follow_up, clinic.clinician)


def test_from_the_link_through_sign_in_to_an_answer_on_a_phone(
    page: Page, clinic: Clinic, raised: Escalation
) -> None:
    page.set_viewport_size(PHONE)

    page.goto(f"/escalations/{raised.pk}/")
    page.get_by_label("Username").fill(clinic.clinician.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", level=1).get_by_text("12 days overdue").wait_for()

    answers = page.locator(".hc-answers .nhsuk-button")
    assert answers.all_inner_texts() == [
        "Order placed",
        "Change the plan",
        "Not indicated",
        "Followed elsewhere",
        "Not mine",
    ]
    box = answers.last.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 2 * PHONE["height"]
    assert overflow(page) == 0
    answers.first.click()
    page.get_by_role("heading", name="Order placed").wait_for()
