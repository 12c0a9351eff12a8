"""What a navigator and a clinician do, as they would do it, in a real browser."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from surveillance.models import ContactAttempt
from tests.factories import PASSWORD, TODAY
from tests.surveillance.web.scenes import a_lesion, a_patient, escalated, owed

pytestmark = pytest.mark.browser


def days_from_now(days: int) -> int:
    """For `owed`, which counts from the tests' fixed day; the browser's server has the real one."""
    return (timezone.now().date() - TODAY).days + days


@pytest.fixture
def ada(clinic):
    patient = a_patient(clinic, family_name="Okafor", given_name="Ada", reachable=True)
    return owed(clinic, days_from_now(-12), patient=patient)


def test_navigator_signs_in_finds_a_patient_logs_a_call_and_books(page: Page, clinic, ada) -> None:
    for days in (-3, -40):
        owed(clinic, days_from_now(days))
    second = owed(clinic, days_from_now(20), lesion=a_lesion(ada.patient, "L2"))
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(clinic.navigator.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Queue: overdue")
    page.get_by_label("Find a patient").fill("okafor")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Queue: search")
    page.get_by_role("link", name="Okafor, Ada", exact=True).click()
    page.get_by_role("link", name="Whole record").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Okafor, Ada")

    page.get_by_role("link", name="Log contact").first.click()
    page.get_by_label("Reached, agreed").check()
    page.get_by_label("Note").fill("Prefers mornings.")
    page.get_by_role("button", name="Save contact").click()
    expect(page.get_by_text("The contact is on file.")).to_be_visible()
    expect(page.get_by_text("Prefers mornings.").first).to_be_visible()

    page.get_by_role("link", name="Order or book").first.click()
    booked = (timezone.now() + timedelta(days=9)).date()
    page.get_by_label("Date of the appointment").fill(booked.isoformat())
    page.get_by_label("Order number").fill("ORD-9")
    page.get_by_label("Lesion L2").check()
    page.get_by_role("button", name="Save booking").click()
    expect(page.get_by_text("The booking is noted.")).to_be_visible()
    for follow_up in (ada, second):
        follow_up.refresh_from_db()
        assert (follow_up.booked_for, follow_up.order_number) == (booked, "ORD-9")


def test_clinician_answers_an_escalation_from_the_link(page: Page, sign_in, clinic, ada) -> None:
    escalation = escalated(ada, clinic.clinician)
    sign_in(clinic.clinician)
    page.goto(f"/escalations/{escalation.pk}/")

    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="Fill in: what you will do next").click()
    expect(page.get_by_label("What you will do next")).to_be_focused()
    page.get_by_label("What you will do next").fill("I call her this afternoon.")
    page.get_by_label("By when").fill((timezone.now() + timedelta(days=2)).date().isoformat())
    page.get_by_role("button", name="Acknowledge").click()

    expect(page.get_by_text("You have taken this on.")).to_be_visible()
    escalation.refresh_from_db()
    assert escalation.acknowledged_by == clinic.clinician


def test_clinician_answers_on_a_telephone_that_the_order_is_placed(
    page: Page, sign_in, clinic, ada
) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    escalation = escalated(ada, clinic.clinician)
    sign_in(clinic.clinician)
    page.goto(f"/escalations/{escalation.pk}/")

    page.get_by_role("link", name="Order placed").click()
    page.get_by_label("Order number").fill("ORD-12")
    page.get_by_role("button", name="Save order").click()

    expect(page.get_by_text("Your answer is on file.")).to_be_visible()
    expect(page.get_by_role("heading", name="Answers", exact=True)).to_be_visible()
    ada.refresh_from_db()
    assert ada.order_number == "ORD-12"


def test_tabs_swap_in_place_and_the_address_and_back_button_follow(
    page: Page, sign_in, clinic, ada
) -> None:
    due = owed(clinic, days_from_now(10), patient=a_patient(clinic, family_name="Duerr"))
    sign_in(clinic.navigator).goto("/")
    page.evaluate("window.stillTheSamePage = true")

    page.get_by_role("link", name="Due 1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Queue: due")
    assert page.evaluate("window.stillTheSamePage") is True
    assert "tab=due" in page.url
    expect(page.get_by_role("link", name="Due 1", exact=True)).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Due: 1 shown")).to_be_attached()
    expect(
        page.get_by_role("link", name=f"{due.patient.family_name}, Alex", exact=True)
    ).to_be_visible()

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Queue: overdue")
    expect(page.get_by_role("link", name="Okafor, Ada", exact=True)).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Okafor, Ada", exact=True)).to_be_focused()


def test_keyboard_alone_logs_a_call(page: Page, sign_in, clinic, ada) -> None:
    sign_in(clinic.navigator)
    page.goto("/queue/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tab_to(page, "Log contact with Okafor, Ada")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Log contact")).to_be_focused()
    tab_to_element(page, "#id_outcome_0")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    tab_to_element(page, "button:has-text('Save contact')")
    page.keyboard.press("Enter")

    expect(page.locator("#panel").get_by_text("The contact is on file.")).to_be_visible()
    assert ContactAttempt.objects.get().outcome == "CALL_BACK"


def test_menus_open_and_close_by_keyboard_and_sign_out_works(page, sign_in, clinic) -> None:
    sign_in(clinic.navigator).goto("/")
    account = page.locator("summary", has_text=clinic.navigator.get_full_name())

    account.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(account).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until the link of that name has the focus."""
    _tab_until(page, lambda: page.get_by_role("link", name=name), most)


def tab_to_element(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until that element has the focus."""
    _tab_until(page, lambda: page.locator(selector), most)


def _tab_until(page: Page, find, most: int) -> None:
    wanted = find()
    for _ in range(most):
        if wanted.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{most} times Tab did not reach {wanted}")


def test_without_scripts_everything_still_works(chromium, live_server, clinic, ada) -> None:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(clinic.navigator.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("link", name="All owed 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Queue: all owed")
    page.get_by_label("Find a patient").fill("okafor")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Okafor, Ada", exact=True).click()
    page.get_by_role("link", name="Close").first.click()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Log contact").first.click()
    page.get_by_label("No answer", exact=True).check()
    page.get_by_role("button", name="Save contact").click()

    expect(page.get_by_text("The contact is on file.")).to_be_visible()
    context.close()
    assert ContactAttempt.objects.get().attempted_at.date() >= date(2026, 1, 1)
