"""A morning at the navigator's desk: by keyboard alone, without leaving the list."""

import pytest
from playwright.sync_api import Page, expect

from surveillance.models import ContactAttempt
from tests.browser.test_accessibility import overflow, violations
from tests.browser.test_journeys import days_from_now
from tests.surveillance.letters.scenes import HOME
from tests.surveillance.web.scenes import Clinic, a_patient, escalated, owed

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(page: Page, sign_in, clinic: Clinic) -> Page:
    """Abara is overdue, Okafor is due and may still be put aside."""
    for name, days in (("Abara", -40), ("Okafor", 10)):
        patient = a_patient(clinic, family_name=name, given_name="Ada", reachable=True, **HOME)
        row = owed(clinic, days_from_now(days), patient=patient)
    escalated(row, clinic.clinician)
    sign_in(clinic.navigator).goto("/queue/?tab=all")
    return page


def name_of(page: Page, name: str):
    return page.get_by_role("link", name=name, exact=True)


def test_no_answer_is_logged_with_three_keys_and_undone(desk: Page) -> None:
    said = desk.locator("#announcer")
    desk.keyboard.press("j")
    expect(name_of(desk, "Abara, Ada")).to_be_focused()
    desk.keyboard.press("j")
    expect(name_of(desk, "Okafor, Ada")).to_be_focused()

    desk.keyboard.press("c")
    desk.keyboard.press("n")

    expect(said).to_contain_text("The contact is on file. Next try")
    expect(name_of(desk, "Okafor, Ada")).to_be_focused()
    expect(desk.locator("tr", has_text="Okafor")).to_contain_text("No answer")
    attempt = ContactAttempt.objects.get()
    assert (attempt.outcome, attempt.channel) == ("NO_ANSWER", "PHONE")
    assert attempt.next_try_on is not None

    desk.get_by_role("button", name="Undo “No answer”").click()
    expect(said).to_contain_text("Taken back")
    expect(desk.locator("tr", has_text="Okafor")).to_contain_text("No contact yet")
    expect(desk.locator("#panel-title")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(name_of(desk, "Okafor, Ada")).to_be_focused()
    expect(desk.locator("#panel")).to_be_hidden()


def test_keys_rest_while_somebody_types_and_can_be_switched_off(desk: Page) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("s")
    expect(desk.get_by_label("Put aside until")).to_be_focused()
    desk.get_by_label("Why").fill("j c n")
    desk.get_by_label("Why").press("Escape")
    expect(desk.locator("#announcer")).to_contain_text("not saved")
    expect(desk.get_by_label("Why")).to_have_value("j c n")
    desk.get_by_label("Why").press("Escape")
    expect(desk.locator("#panel")).to_be_hidden()

    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_be_visible()
    assert not violations(desk)
    desk.get_by_label("Single keys do something here").uncheck()
    desk.get_by_role("button", name="Close").click()
    desk.reload()
    desk.keyboard.press("j")
    expect(name_of(desk, "Abara, Ada")).not_to_be_focused()


def test_refreshed_list_keeps_the_place(desk: Page) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("x")

    desk.locator("[data-refresh]").click()

    expect(desk.locator("#announcer")).to_have_text("The list is up to date.")
    expect(name_of(desk, "Okafor, Ada")).to_be_focused()
    expect(desk.get_by_label("Choose Okafor, Ada")).to_be_checked()


def test_panel_forms_and_preview_have_no_violations(desk: Page) -> None:
    name_of(desk, "Okafor, Ada").click()
    expect(desk.locator("#panel-title")).to_be_focused()
    assert not violations(desk)
    for words in ("Snooze", "Close", "Log contact"):
        desk.locator("#panel").get_by_role("link", name=words).first.click()
        expect(desk.locator("#panel form[data-guard]")).to_be_visible()
        assert not violations(desk, "#panel"), words
        desk.emulate_media(color_scheme="dark")
        assert not violations(desk, "#panel"), words
        desk.locator("#panel").get_by_role("link", name="Cancel").click()
        expect(desk.locator("#panel-next")).to_be_visible()
    assert not violations(desk)
    desk.set_viewport_size({"width": 320, "height": 700})
    assert overflow(desk) <= 0
    desk.keyboard.press("Escape")

    desk.get_by_label("Choose all on this page").check()
    desk.get_by_role("button", name="Send letters").click()
    expect(desk.get_by_text("Nothing has happened yet. It can be done for 2")).to_be_visible()
    assert not violations(desk)
    assert overflow(desk) <= 0
