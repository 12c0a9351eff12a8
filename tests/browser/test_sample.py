"""In a demonstration a sample result closes a follow-up before one's eyes, on a telephone too."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page

from surveillance.models import FollowUp, IntakeFeed
from tests.browser.test_accessibility import overflow, violations
from tests.surveillance.web.scenes import Clinic, surveyed

pytestmark = pytest.mark.browser
NOBODY_LISTENS = 1


@pytest.fixture
def follow_up(settings, clinic: Clinic) -> FollowUp:
    settings.DEMO = True
    settings.MLLP = replace(settings.MLLP, port=NOBODY_LISTENS)
    IntakeFeed.objects.create(
        site=clinic.site, name="RIS", format="HL7V2", sending_application="RIS"
    )
    return surveyed(clinic, family_name="Okafor", given_name="Ada")


def test_a_sample_result_closes_a_follow_up(
    page: Page, sign_in, clinic: Clinic, follow_up: FollowUp
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(clinic.navigator)
    page.goto(f"/patients/{follow_up.patient_id}/")

    page.locator(f"main a[href='/sample/{follow_up.pk}/']").click()
    assert overflow(page) == 0
    page.get_by_role("button", name="Send", exact=True).click()

    page.get_by_role("heading", name="Closed: Done.").wait_for()
    page.get_by_role("link", name="Undo this closure").wait_for()
    assert "MSA|AA|" in page.locator("pre").inner_text()
    assert violations(page) == []
    assert overflow(page) == 0
