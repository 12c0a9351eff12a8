"""Searching: owed something or not, by any of the three keys, within one's sites only."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from surveillance.web.queue_query import PAGE_SIZE
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient, owed

pytestmark = pytest.mark.django_db


def found(client: Client, text: str):
    page = client.post("/queue/", {"q": text}).context["page"]
    return [row.name for row in page.rows], [one.name for one in page.found.not_owed]


@pytest.fixture
def ada(clinic: Clinic):
    patient = a_patient(
        clinic, family_name="Okafor", given_name="Ada", mrn="X77", birth_date=date(1958, 3, 4)
    )
    owed(clinic, 300, patient=patient)
    return patient


@pytest.mark.parametrize("typed", ["okaf", "ADA", "x77", "1958-03-04", "4 Mar 1958", "ada okafor"])
def test_patient_is_found_by_name_number_and_birth_date(navigator, ada, typed) -> None:
    assert found(navigator, typed) == (["Okafor, Ada"], [])


@pytest.mark.parametrize(
    "typed",
    [
        "+44 20 7946 0123",
        "+442079460123",
        "0044 20 7946-0123",
        "020 7946 0123",
        "(020) 7946.0123",
        "+44 (0)20 7946 0123",
        "7946 0123",
    ],
)
@pytest.mark.parametrize("kept", ["+44 20 7946 0123", "020 79460123"])
def test_patient_is_found_by_phone_number_however_it_is_written(
    navigator, ada, typed: str, kept: str
) -> None:
    ada.site.holiday_calendar = "GB-ENG"
    ada.site.save()
    ada.phone = kept
    ada.save()

    assert found(navigator, typed) == (["Okafor, Ada"], [])


def test_another_number_with_the_same_end_is_another_patient(navigator, ada) -> None:
    ada.phone = "+44 20 7946 0123"
    ada.save()

    assert found(navigator, "+44 161 946 0123") == ([], [])
    assert found(navigator, "+49 30 7946 0123") == ([], [])


def test_digits_may_be_a_record_number_as_well(navigator, clinic: Clinic) -> None:
    a_patient(clinic, family_name="Number", mrn="07946012")
    a_patient(clinic, family_name="Phone", phone="07946012")

    assert sorted(found(navigator, "07946012")[1]) == ["Number, Alex", "Phone, Alex"]


def test_year_or_month_of_birth_narrows_a_name(navigator, ada) -> None:
    assert found(navigator, "oka 1958-03") == (["Okafor, Ada"], [])
    assert found(navigator, "oka 1958-02") == ([], [])
    assert found(navigator, "oka 1958-13") == ([], [])


def test_both_readings_of_a_date_are_looked_for(navigator, ada) -> None:
    assert found(navigator, "03/04/1958") == (["Okafor, Ada"], [])


def test_patient_who_is_owed_nothing_is_found_too(navigator, clinic: Clinic) -> None:
    a_patient(clinic, family_name="Silva", given_name="Rui")

    assert found(navigator, "silva") == ([], ["Silva, Rui"])


def test_number_of_a_merged_record_finds_the_one_that_goes_on(navigator, clinic, ada) -> None:
    a_patient(clinic, family_name="Okafour", mrn="OLD9", merged_into=ada)

    assert found(navigator, "old9") == (["Okafor, Ada"], [])


def test_patients_of_another_site_stay_hidden(navigator) -> None:
    elsewhere = a_clinic()
    owed(elsewhere, -1, patient=a_patient(elsewhere, family_name="Hidden"))

    assert found(navigator, "hidden") == ([], [])


def test_nothing_typed_is_told(navigator) -> None:
    response = navigator.post("/queue/", {"q": "  "})

    assert "Enter a name, an MRN, a birth date or a phone number." in response.content.decode()


def test_long_answers_are_cut_and_say_so(navigator, clinic: Clinic) -> None:
    for _ in range(PAGE_SIZE + 1):
        a_patient(clinic, family_name="Many")

    response = navigator.post("/queue/", {"q": "many"})

    assert len(response.context["page"].found.not_owed) == PAGE_SIZE
    assert "Only the first 50 are shown" in response.content.decode()


def test_search_costs_the_same_for_few_and_many(navigator, clinic: Clinic) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as context:
            navigator.post("/queue/", {"q": "many"})
        return len(context)

    owed(clinic, -1, patient=a_patient(clinic, family_name="Many"))
    navigator.get("/queue/")
    few = queries()
    for _ in range(20):
        owed(clinic, -1, patient=a_patient(clinic, family_name="Many"))

    assert queries() == few
