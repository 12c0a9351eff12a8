"""`make screenshots`: the pictures of docs/images, taken from a demonstration made for them.

Its folder is new each time, so that the pictures show what a newcomer sees on the first day.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from hepcalc_site.env import BASE_DIR
from tests.browser.chromium import CHROMIUM, QUIET

FOLDER = ".demo-pictures"
IMAGES = BASE_DIR / "docs" / "images"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SIGN_IN = re.compile(r"^  (?P<role>\S.*?)\s{2,}(?P<name>\S+)\s+(?P<password>\S+)\s{3}")
ADDRESS = re.compile(r"http://localhost:\d+/")


@dataclass(frozen=True, slots=True)
class Demonstration:
    """Where it runs, and user name and password of each role."""

    url: str
    people: dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """One file of docs/images: whose page, how to get there, how wide the window is."""

    name: str
    role: str
    path: str
    follow: tuple[str, ...] = ()
    """Selectors of the links to click, one after the other; the first that each finds."""
    phone: bool = False
    dark: bool = False


PICTURES = (
    Picture("queue", "Nurse navigator", "/queue/?tab=overdue"),
    Picture("panel", "Nurse navigator", "/queue/?tab=overdue", (".hc-queue__name",)),
    Picture(
        "lesion",
        "Nurse navigator",
        "/queue/?tab=overdue",
        (".hc-queue__name", "a:text('Whole record')"),
    ),
    Picture("case", "Clinician", "/inbox/", ("main a[href^='/escalations/']",), phone=True),
    Picture("dashboard", "Medical director", "/dashboard/"),
)


def main() -> None:
    """Start a demonstration, take every picture, stop it and delete its folder."""
    shutil.rmtree(BASE_DIR / FOLDER, ignore_errors=True)
    try:
        with demonstration() as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            for picture in PICTURES:
                _take(browser, site, picture)
            browser.close()
    finally:
        shutil.rmtree(BASE_DIR / FOLDER, ignore_errors=True)


@contextmanager
def demonstration() -> Iterator[Demonstration]:
    """`make demo` in a folder of its own, until the block ends. Exits when it does not start."""
    process = subprocess.Popen(  # our own command
        [sys.executable, "-m", "hepcalc_site.demo"],
        cwd=BASE_DIR,
        env=os.environ | {"DEMO_FOLDER": FOLDER, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield _ready(process)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=60)


def _ready(process: "subprocess.Popen[str]") -> Demonstration:
    """Read what it prints until it says how to stop it."""
    url, people = "", {}
    for line in process.stdout or ():
        if address := ADDRESS.search(line):
            url = address[0]
        if found := SIGN_IN.match(line):
            people[found["role"]] = (found["name"], found["password"])
        if "Ctrl-C" in line:
            return Demonstration(url, people)
    sys.exit("The demonstration did not start; `make demo` says why.")


def _take(browser: Browser, site: Demonstration, picture: Picture) -> None:
    context = browser.new_context(
        base_url=site.url,
        viewport=PHONE if picture.phone else DESK,  # type: ignore[arg-type]
        color_scheme="dark" if picture.dark else "light",
        locale="en-GB",
    )
    page = context.new_page()
    _sign_in(page, *site.people[picture.role])
    page.goto(picture.path)
    for selector in picture.follow:
        page.locator(selector).first.click()
        page.wait_for_load_state("networkidle")
    target = IMAGES / f"{picture.name}.png"
    page.screenshot(path=target)
    sys.stdout.write(f"{Path(target).relative_to(BASE_DIR)}\n")
    context.close()


def _sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "login" not in url)


if __name__ == "__main__":
    main()
