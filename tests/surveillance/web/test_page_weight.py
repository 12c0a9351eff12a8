"""What a browser must fetch before the queue is there, and that no script holds up its first paint.

Measured on the answer that the application gives and on the files that the page names, each
compressed as the server compresses it. Nothing else is fetched: the policy forbids other hosts.
"""

import gzip
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from surveillance.web.queue_query import PAGE_SIZE
from tests.architecture.sources import ROOT
from tests.surveillance.web.scenes import Clinic, a_lesion, a_patient, escalated, owed

LIMIT = 120 * 1024
URL_IN_STYLE = re.compile(r"""url\(\s*['"]?([^'")]+)""")
IMPORT_IN_STYLE = re.compile(r"@import\b")
SCRIPT_TAG = re.compile(r"<script\b[^>]*>", re.IGNORECASE)


class Fetched(HTMLParser):
    """The files that a page names, and its script tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.files: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script":
            self.scripts.append(given)
        wanted = {"script": "src", "img": "src", "link": "href"}.get(tag)
        if wanted and given.get(wanted):
            self.files.append(str(given[wanted]))


def files_of(html: str) -> Iterator[str]:
    """Addresses of everything that the page fetches, fonts and pictures of its styles too."""
    for address in dict.fromkeys(Fetched(html).files):
        yield address
        if address.endswith(".css"):
            style = content_of(address).decode()
            assert not IMPORT_IN_STYLE.search(style), f"{address} makes the browser wait twice"
            for inner in URL_IN_STYLE.findall(style):
                if not inner.startswith(("data:", "#")):
                    yield urljoin(address, inner)


def content_of(address: str) -> bytes:
    """A file of ours, by its address."""
    assert address.startswith(settings.STATIC_URL), f"{address} comes from elsewhere"
    found = finders.find(address.removeprefix(settings.STATIC_URL))
    assert found, f"{address} does not exist"
    return Path(str(found)).read_bytes()


def weight(content: bytes) -> int:
    return len(gzip.compress(content, 6))


@pytest.fixture
def full_queue(clinic: Clinic) -> None:
    """A page of the queue and one row more, each with all that a row can show."""
    for number in range(PAGE_SIZE + 1):
        patient = a_patient(
            clinic,
            family_name=f"Family{number * 7919}",
            given_name=f"Given{number * 104729}",
            phone=f"+44 20 7946 {number:04}",
            language="es",
        )
        row = owed(clinic, -number - 1, patient=patient)
        owed(clinic, number, lesion=a_lesion(patient, "L2"))
        escalated(row, clinic.clinician)


def test_the_queue_with_its_styles_and_scripts_weighs_less_than_the_limit(
    navigator: Client, full_queue: None
) -> None:
    page = navigator.get("/queue/").content
    weights = {address: weight(content_of(address)) for address in files_of(page.decode())}
    weights["the page"] = weight(page)

    assert page.count(b'name="pick"') == PAGE_SIZE
    assert len(weights) > 8
    assert sum(weights.values()) < LIMIT, "\n".join(
        f"{size:>7,} {address}"
        for address, size in sorted(weights.items(), key=lambda one: -one[1])
    )


def test_a_list_that_is_changed_fetches_the_list_only(navigator: Client, full_queue: None) -> None:
    fragment = navigator.get("/queue/?tab=all", headers={"HX-Request": "true"}).content

    assert list(files_of(fragment.decode())) == []
    assert weight(fragment) < LIMIT / 6


@pytest.mark.parametrize("name", ["queue", "my_day", "inbox", "patient"])
def test_scripts_never_hold_up_the_first_paint(
    navigator: Client, clinic: Clinic, name: str
) -> None:
    row = owed(clinic, -1)
    address = reverse(name, args=[row.patient_id] if name == "patient" else [])

    page = navigator.get(address).content.decode()

    scripts = Fetched(page).scripts
    assert scripts
    for script in scripts:
        assert script.get("src"), "a script inside the page"
        assert "defer" in script or script.get("type") == "module", script["src"]


def test_no_template_has_a_script_that_is_waited_for() -> None:
    """Data that a script reads is no script."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for tag in SCRIPT_TAG.findall(path.read_text(encoding="utf-8")):
            is_data = 'type="application/json"' in tag
            assert is_data or " defer" in tag or 'type="module"' in tag, (path.name, tag)
