"""Filters: what they keep, what the page says of them, and what is saved under a name."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from surveillance.models import Escalation, SavedFilter
from tests.factories import TODAY, MembershipFactory
from tests.surveillance.web.scenes import (
    Clinic,
    a_clinic,
    a_lesion,
    a_patient,
    an_assessment,
    owed,
    window_ending,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "fresh_cache")]
QUEUE, FILTERS = "/queue/", "/queue/filters/"


def page_at(client: Client, **asked: str):
    return client.get(QUEUE, {"tab": "all"} | asked).context["page"]


def names(page) -> list[str]:
    return [row.name for row in page.rows]


def person(clinic: Clinic, family_name: str, **fields):
    return a_patient(clinic, family_name=family_name, given_name="", **fields)


@pytest.fixture
def two(clinic: Clinic) -> None:
    """Ana speaks Spanish, is at low risk, owed an ultrasound soon, by the lead; Bo is neither."""
    lesion = a_lesion(person(clinic, "Ana", language="es"))
    low = an_assessment(lesion, window_ending(20), risk="LOW_RISK", escalation_class="LOW")
    owed(
        clinic,
        20,
        lesion=lesion,
        assessment=low,
        escalation_class="LOW",
        advised_modality="US",
        owner=clinic.lead,
    )
    owed(clinic, 200, patient=person(clinic, "Bo"))


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"risk": "LOW_RISK"}, "Risk: Low risk"),
        ({"modality": "US"}, "Modality: Ultrasound"),
        ({"class": "LOW"}, "Class: Low"),
        ({"language": "es"}, "Language: Spanish"),
        ({"to": str(TODAY + timedelta(days=20))}, "Last day to: 20 Sep 2026"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_filter_keeps_what_fits_and_says_so(navigator: Client, asked, words: str) -> None:
    page = page_at(navigator, **asked)

    assert names(page) == ["Ana"]
    [in_force] = page.filters.in_force
    assert in_force.words == words
    assert names(navigator.get(in_force.url).context["page"]) == ["Ana", "Bo"]


@pytest.mark.usefixtures("two")
def test_owner_and_first_day_are_filters_too(navigator: Client, clinic: Clinic) -> None:
    mine = page_at(navigator, owner=str(clinic.navigator.pk))
    later = page_at(navigator, **{"from": str(TODAY + timedelta(days=21))})

    assert names(mine) == names(later) == ["Bo"]
    assert mine.filters.in_force[0].words == f"Owner: {clinic.navigator.get_full_name()}"


@pytest.mark.usefixtures("two")
def test_counts_honour_the_filters(navigator: Client) -> None:
    counts = {tab.label: tab.count for tab in page_at(navigator, language="es").tabs}

    assert (counts["All owed"], counts["Due soon"], counts["Team"]) == ("1", "0", "1")


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    "asked",
    [{"risk": "x"}, {"owner": "-1"}, {"owner": "９"}, {"from": "soon"}, {"language": "<b>"}],
    ids=str,
)
def test_what_cannot_be_read_hides_nobody(navigator: Client, asked: dict[str, str]) -> None:
    assert len(names(page_at(navigator, **asked))) == 2


@pytest.mark.usefixtures("two")
def test_owner_of_another_site_hides_nobody(navigator: Client) -> None:
    stranger = a_clinic().navigator

    assert len(names(page_at(navigator, owner=str(stranger.pk)))) == 2


@pytest.mark.usefixtures("two")
def test_empty_list_says_which_filter_hides_how_many(navigator: Client) -> None:
    page = page_at(navigator, language="es", risk="AT_RISK")

    assert page.none_words == "Nobody in “All owed” fits the filters."
    assert [way.words for way in page.ways_out] == [
        "Without “Risk: At risk”: 1 patient",
        "Without “Language: Spanish”: 1 patient",
        "Without any filter: 2 patients",
    ]
    assert names(navigator.get(page.ways_out[1].url).context["page"]) == ["Bo"]


@pytest.mark.usefixtures("two")
def test_empty_list_that_no_filter_hides_says_what_it_always_says(navigator: Client) -> None:
    page = navigator.get(QUEUE, {"tab": "snoozed", "language": "es"}).context["page"]

    assert (page.none_words, page.ways_out) == ("Nobody is put aside.", ())


@pytest.mark.usefixtures("two")
def test_form_offers_what_occurs_and_keeps_what_was_chosen(navigator: Client) -> None:
    fields = {one.name: one for one in page_at(navigator, language="es").filters.fields}

    assert "site" not in fields
    languages = [(one.label, one.is_chosen) for one in fields["language"].options]
    assert languages == [("Any", False), ("English", False), ("Spanish", True)]


def test_who_works_at_two_sites_chooses_between_them(navigator: Client, clinic: Clinic) -> None:
    other = a_clinic(name="Another")
    MembershipFactory(user=clinic.navigator, site=other.site)

    [site] = [one for one in page_at(navigator).filters.fields if one.name == "site"]

    assert [one.label for one in site.options] == ["Another", "St Brigid"]


def test_sent_form_gets_an_address_without_empty_fields(navigator: Client) -> None:
    asked = {"tab": "due", "owner": "", "language": "es", "from": ""}
    response = navigator.get(QUEUE, asked, headers={"HX-Request": "true"})

    address = urlsplit(response.headers["HX-Push-Url"])
    assert parse_qs(address.query) == {
        "site": [parse_qs(address.query)["site"][0]],
        "tab": ["due"],
        "language": ["es"],
    }


@pytest.mark.usefixtures("two")
def test_pages_and_tabs_keep_the_filters(navigator: Client) -> None:
    page = page_at(navigator, language="es")

    assert all("language=es" in tab.url for tab in page.tabs)
    assert ("language", "es") in page.filters.state


def test_filtered_queries_do_not_grow_with_rows(navigator: Client, clinic: Clinic) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as context:
            assert page_at(navigator, language="en", risk="AT_RISK").rows
        return len(context)

    owed(clinic, -1)
    page_at(navigator)
    few = queries()
    for _ in range(30):
        patient = a_patient(clinic)
        owed(clinic, -1, patient=patient)
        owed(clinic, -2, lesion=a_lesion(patient, "L2"))

    assert queries() == few


def test_team_is_what_the_navigators_answer_for(navigator: Client, clinic: Clinic) -> None:
    for owner in (clinic.navigator, clinic.lead, clinic.clinician):
        owed(clinic, 10, owner=owner)

    assert len(navigator.get(QUEUE, {"tab": "team"}).context["page"].rows) == 2


def test_row_says_which_language_is_needed(navigator: Client, clinic: Clinic) -> None:
    owed(clinic, -1, patient=a_patient(clinic, language="es", interpreter_needed=True))
    owed(clinic, -1, patient=a_patient(clinic))

    languages = {row.language for row in page_at(navigator).rows}

    assert languages == {"Spanish, interpreter needed", ""}


def test_two_escalations_of_one_row_are_one_patient(navigator: Client, clinic: Clinic) -> None:
    row = owed(clinic, -9)
    for tier in (1, 2):
        Escalation.objects.create(
            follow_up=row, tier=tier, step=f"T{tier}", owner=clinic.lead, raised_at=row.opened_at
        )

    page = navigator.get(QUEUE, {"tab": "escalated"}).context["page"]

    assert len(page.rows) == 1
    assert {tab.label: tab.count for tab in page.tabs}["Escalated"] == "1"


# Saved under a name


def saved_at(client: Client, name: str = "Spanish", whose: str = "HERE") -> SavedFilter:
    response = client.post(f"{FILTERS}?tab=due&language=es", {"name": name, "whose": whose})
    assert response.status_code == 302
    return SavedFilter.objects.get(name=name)


def test_list_in_view_is_saved_and_in_the_menu(navigator: Client, clinic: Clinic) -> None:
    offered = page_at(navigator, language="es").filters.manage_url
    assert navigator.get(offered).context["list_words"] == "All owed; Language: Spanish"

    saved = saved_at(navigator)

    [link] = navigator.get(QUEUE, {"tab": "due", "language": "es"}).context["page"].filters.saved
    assert (link.words, link.is_current) == ("Spanish", True)
    assert saved.query == "tab=due&language=es"
    assert navigator.get(link.url).context["page"].heading == "Due"


def test_shared_list_names_who_shares_it(navigator: Client, clinic: Clinic) -> None:
    saved_at(navigator, whose="TEAM")
    navigator.force_login(clinic.auditor)

    [link] = page_at(navigator).filters.saved

    assert link.words == f"Spanish (shared by {clinic.navigator.get_full_name()})"


def test_taken_name_is_told_at_the_field(navigator: Client) -> None:
    saved_at(navigator)

    response = navigator.post(f"{FILTERS}?tab=all", {"name": "Spanish", "whose": "HERE"})

    assert response.status_code == 422
    assert "You have a filter named “Spanish” already" in response.content.decode()


@pytest.mark.parametrize(
    ("verb", "field", "value"),
    [("rename", "name", "Renamed"), ("share", "is_shared", True)],
)
def test_kept_one_is_changed_by_its_buttons(navigator: Client, verb, field, value) -> None:
    saved = saved_at(navigator)

    navigator.post(f"{FILTERS}{saved.pk}/", {"verb": verb, "name": "Renamed"})

    saved.refresh_from_db()
    assert getattr(saved, field) == value


def test_shared_one_is_taken_back_and_deleted(navigator: Client) -> None:
    saved = saved_at(navigator, whose="TEAM")

    navigator.post(f"{FILTERS}{saved.pk}/", {"verb": "take_back"})
    assert not SavedFilter.objects.get().is_shared
    navigator.post(f"{FILTERS}{saved.pk}/", {"verb": "delete"})

    assert not SavedFilter.objects.standing().exists()


def test_what_may_not_be_done_is_told(navigator: Client, clinic: Clinic) -> None:
    saved = saved_at(navigator, whose="TEAM")
    navigator.force_login(clinic.clinician)

    page = navigator.post(f"{FILTERS}{saved.pk}/", {"verb": "delete"}, follow=True)

    assert "belongs to a colleague" in page.content.decode()
    assert navigator.post(f"{FILTERS}{saved.pk}/", {"verb": "burn"}).status_code == 400


def test_private_ones_and_those_of_other_sites_do_not_exist_for_others(
    navigator: Client, clinic: Clinic
) -> None:
    saved = saved_at(navigator)
    for stranger in (clinic.lead, a_clinic().lead):
        navigator.force_login(stranger)
        assert navigator.post(f"{FILTERS}{saved.pk}/", {"verb": "delete"}).status_code == 404


def test_who_only_reads_may_keep_but_not_share(navigator: Client, clinic: Clinic) -> None:
    navigator.force_login(clinic.auditor)

    refused = navigator.post(f"{FILTERS}?tab=due", {"name": "Mine", "whose": "TEAM"})

    assert refused.status_code == 422
    assert not SavedFilter.objects.exists()
    assert not saved_at(navigator, whose="EVERYWHERE").is_shared
