"""A save that fails in the side panel is seen where it was pressed, and nothing typed is lost."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from surveillance.models import PatientNote
from tests.browser.test_desk import name_of
from tests.browser.test_journeys import days_from_now
from tests.factories import PASSWORD
from tests.surveillance.web.scenes import Clinic, a_patient, owed

pytestmark = pytest.mark.browser
WORDS = "Ask for the daughter."


@pytest.fixture
def panel(page: Page, sign_in, clinic: Clinic, complaints: list[str]):
    """A note is being typed in the panel of the last row of a long list."""
    for number in range(30):
        patient = a_patient(clinic, family_name=f"Sample{number:02}", given_name="Ada")
        owed(clinic, days_from_now(number - 40), patient=patient)
    sign_in(clinic.navigator).goto("/queue/?tab=all")
    name_of(page, "Sample29, Ada").click()
    panel = page.locator("#panel")
    panel.get_by_role("link", name="Note").click()
    panel.get_by_label("Note").fill(WORDS)
    yield panel
    expected = ("Failed to load resource", "htmx:", "Response Status Error Code")
    complaints[:] = [one for one in complaints if not one.startswith(expected)]


def save(panel) -> None:
    panel.get_by_role("button", name="Save note").click()


@pytest.mark.parametrize("answer", [0, 500, 403])
def test_failure_is_seen_at_the_button_and_a_second_try_works(panel, page: Page, answer) -> None:
    page.route("**/note/**", lambda way: way.fulfill(status=answer) if answer else way.abort())

    save(panel)

    problem = panel.get_by_role("alert")
    expect(problem).to_contain_text("Nothing was saved")
    expect(problem).to_be_in_viewport(ratio=1)
    expect(panel.get_by_label("Note")).to_have_value(WORDS)
    expect(panel.get_by_role("button", name="Save note")).to_be_focused()

    page.unroute("**/note/**")
    save(panel)

    expect(problem).to_have_count(0)
    expect(panel).to_contain_text("The note is on file")
    assert PatientNote.objects.get().text == WORDS


def sign_in_again(context: BrowserContext, clinic: Clinic) -> None:
    other = context.new_page()
    other.goto("/accounts/login/")
    other.get_by_label("Username").fill(clinic.navigator.username)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.wait_for_url(lambda url: "login" not in url)


def sign_out_elsewhere(context: BrowserContext) -> None:
    other = context.new_page()
    other.goto("/roles/")
    other.locator(".hc-header summary").last.click()
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/accounts/login/")


def test_form_older_than_the_sign_in_is_sent_with_the_new_token(panel, context, clinic) -> None:
    sign_out_elsewhere(context)
    sign_in_again(context, clinic)

    save(panel)

    expect(panel).to_contain_text("The note is on file")
    assert PatientNote.objects.get().text == WORDS


@pytest.mark.parametrize("is_gone", [False, True], ids=["signed out elsewhere", "cookies gone"])
def test_what_was_typed_outlives_a_session_that_ended_elsewhere(
    panel, page: Page, context, clinic, is_gone
) -> None:
    context.clear_cookies() if is_gone else sign_out_elsewhere(context)

    save(panel)

    expect(page.get_by_role("heading", name="You are signed out")).to_be_focused()
    expect(panel).to_be_hidden()
    sign_in_again(context, clinic)
    page.get_by_role("button", name="Go on here").click()
    expect(panel.get_by_label("Note")).to_have_value(WORDS)
    save(panel)
    expect(panel).to_contain_text("The note is on file")
    assert PatientNote.objects.get().text == WORDS
