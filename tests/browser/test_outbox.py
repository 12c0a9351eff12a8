"""The outbox leafed through in a browser, on a desk and on a telephone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from surveillance.models import Notification
from surveillance.web.outbox_paging import SHOWN
from tests.browser.test_accessibility import overflow, violations
from tests.factories import NOW
from tests.surveillance.web.scenes import Clinic, a_patient, owed

pytestmark = pytest.mark.browser


@pytest.fixture
def sent(clinic: Clinic) -> Clinic:
    """Two full pages of messages that were sent, and one more."""
    follow_up = owed(clinic, 20, patient=a_patient(clinic, family_name="Okafor", given_name="Ada"))
    Notification.objects.bulk_create(
        Notification(
            site=clinic.site,
            channel="EMAIL",
            template="PATIENT_REMINDER",
            dedupe_key=str(number),
            patient=follow_up.patient,
            follow_up=follow_up,
            created_at=NOW,
            not_before=NOW,
            status="SENT",
            finished_at=NOW + timedelta(minutes=number),
            attempts=1,
        )
        for number in range(2 * SHOWN + 1)
    )
    return clinic


@pytest.mark.parametrize("width", [1280, 360])
def test_outbox_is_leafed_through_to_its_end_and_back(
    page: Page, sign_in, sent: Clinic, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(sent.lead)
    page.goto("/outbox/?state=sent")
    assert page.locator("tbody tr").count() == SHOWN

    page.get_by_role("link", name="Older").click()
    page.get_by_role("link", name="Older").click()

    page.get_by_role("link", name="Newer").wait_for()
    assert page.locator("tbody tr").count() == 1
    assert page.get_by_role("link", name="Older").count() == 0
    assert violations(page) == []
    assert overflow(page) == 0
    page.get_by_role("link", name="First page").click()
    page.get_by_role("link", name="Older").wait_for()
    assert page.locator("tbody tr").count() == SHOWN
