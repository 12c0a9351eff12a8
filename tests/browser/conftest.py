"""A headless Chromium against the real site on a real port.

Playwright's synchronous interface keeps an event loop in this thread, in which Django would refuse
the database: DJANGO_ALLOW_ASYNC_UNSAFE says that no asynchronous code runs here.
"""

import os
from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.chromium import CHROMIUM, QUIET
from tests.factories import PASSWORD
from tests.surveillance.web.scenes import Clinic, a_clinic


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of: policy violations, script errors, missing files."""
    return []


@pytest.fixture
def context(chromium: Browser, live_server, complaints: list[str]) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=live_server.url, locale="en-GB")

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    context.on("console", note)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    unexpected = [text for text in complaints if "422" not in text]
    assert not unexpected


@pytest.fixture
def page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


@pytest.fixture
def clinic(transactional_db) -> Clinic:
    return a_clinic(name="St Brigid", phone="+44 20 7946 0000")


@pytest.fixture
def sign_in(page: Page, live_server, settings):
    """Signs in and hands the cookie to the browser, which is on no page yet. How people do it in
    the browser, `test_sign_in`, `test_case` and `test_journeys` show."""

    def as_(user) -> Page:
        client = Client()
        client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies(
            [{"name": session.key, "value": session.value, "url": live_server.url}]
        )
        return page

    return as_
