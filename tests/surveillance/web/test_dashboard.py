"""The dashboard: who may see which numbers, the lists behind them, and what leaves as a file."""

import csv
import io
import re
import zipfile
from xml.etree import ElementTree

import pytest
import time_machine
from django.test import Client

from patients.models import AuditEvent, Role
from surveillance.dashboard.kinds import KINDS
from surveillance.web.bar_chart import Series, bar_chart
from surveillance.web.sheets import Sheet, as_csv, as_xlsx
from tests.factories import NOW, MembershipFactory, PatientFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, a_lesion, a_patient, escalated, owed

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic(slug="north", name="North Hospital")


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(client: Client, clinic: Clinic) -> Client:
    client.force_login(clinic.lead)
    return client


def late(clinic: Clinic, **patient) -> None:
    owed(clinic, -10, lesion=a_lesion(a_patient(clinic, **patient)))


def test_each_number_says_what_it_is_made_of_and_links_to_its_list(lead, clinic) -> None:
    late(clinic)
    owed(clinic, 10)

    page = lead.get("/dashboard/").content.decode()

    assert "1 follow-ups past their last day, of 2 open follow-ups." in page
    assert "North Hospital, as of 31 Aug 2026" in page
    assert "/dashboard/overdue/?site=north&amp;part=AT_RISK.7-20" in page
    assert all(f'id="{key}-heading"' in page for key in KINDS)


def test_the_list_shows_the_people_behind_a_number(lead, clinic) -> None:
    late(clinic, family_name="Overdue")
    owed(clinic, 10, patient=a_patient(clinic, family_name="Intime"))
    late(a_clinic(), family_name="Elsewhere")

    page = lead.get("/dashboard/overdue/?site=north&part=AT_RISK.7-20").content.decode()

    assert "Overdue, Alex" in page
    assert "At risk, 7 to 20 days: 1." in page
    assert "Intime" not in page
    assert "Elsewhere" not in page


def test_a_long_list_goes_on_from_its_last_row(lead, clinic) -> None:
    patient = a_patient(clinic)
    for n in range(52):
        owed(clinic, -1 - n % 7, lesion=a_lesion(patient, label=f"N{n}"))

    first = lead.get("/dashboard/overdue/?site=north").content.decode()
    [after] = re.findall(r"after=([\w.-]+)", first)
    second = lead.get(f"/dashboard/overdue/?site=north&after={after}").content.decode()

    labels = [set(re.findall(r"Lesion (N\d+)", page)) for page in (first, second)]
    assert [len(found) for found in labels] == [50, 2]
    assert not labels[0] & labels[1]


def test_what_does_not_exist_is_not_found(lead) -> None:
    for address in (
        "/dashboard/nothing/",
        "/dashboard/overdue/?part=nonsense",
        "/dashboard/numbers.pdf",
        "/dashboard/numbers.csv?number=nothing",
        "/dashboard/overdue/list.pdf",
    ):
        assert lead.get(address).status_code == 404, address


ADDRESSES = (
    "/dashboard/",
    "/dashboard/?site=all",
    "/dashboard/numbers.csv",
    "/dashboard/overdue/",
    "/dashboard/overdue/list.csv",
)


@pytest.mark.parametrize("role", [Role.NURSE_NAVIGATOR, Role.CLINICIAN, Role.AUDITOR])
def test_only_who_may_view_measures_sees_them(client, clinic, role) -> None:
    client.force_login(MembershipFactory(site=clinic.site, role=role).user)

    assert {client.get(address).status_code for address in ADDRESSES} == {403}


def test_a_site_of_others_is_refused(lead) -> None:
    late(a_clinic(slug="south"))

    asked = {f"{address}?site=south" for address in ADDRESSES if "all" not in address}
    assert {lead.get(address).status_code for address in asked} == {403}
    assert "of 0 open follow-ups" in lead.get("/dashboard/?site=all").content.decode()


def test_all_sites_are_those_of_the_reader(lead, clinic) -> None:
    second, third = a_clinic(), a_clinic()
    for place in (clinic, second, third):
        late(place)
    MembershipFactory(site=second.site, user=clinic.lead, role=Role.LEAD_NAVIGATOR)
    MembershipFactory(site=third.site, user=clinic.lead, role=Role.NURSE_NAVIGATOR)

    page = lead.get("/dashboard/?site=all").content.decode()

    assert "2 follow-ups past their last day, of 2 open follow-ups." in page


def test_the_page_costs_the_same_queries_whatever_the_rows(
    lead, clinic, django_assert_max_num_queries
) -> None:
    for n in range(5):
        escalated(owed(clinic, -n), clinic.lead)

    with django_assert_max_num_queries(34):
        lead.get("/dashboard/")


def test_numbers_as_csv_hold_definitions_and_nobody_s_data(lead, clinic) -> None:
    late(clinic, family_name="Overdue", mrn="M-4711")

    response = lead.get("/dashboard/numbers.csv")

    text = response.content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    [figure] = [row for row in rows if row["number"] == "overdue" and row["row"] == "Overdue"]
    assert (figure["numerator"], figure["denominator"], figure["value"]) == ("1", "1", "100.0")
    assert figure["definition"].startswith("What is open and past its last day")
    assert {row["number"] for row in rows} == set(KINDS)
    assert "Overdue, " not in text
    assert "M-4711" not in text
    assert not AuditEvent.objects.filter(action="downloaded").exists()


def _texts(workbook: bytes, part: str) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        root = ElementTree.fromstring(book.read(part))
    return [node.text or "" for node in root.iter() if node.tag.endswith("}t")]


def test_the_workbook_has_one_sheet_per_number(lead, clinic) -> None:
    late(clinic)

    response = lead.get("/dashboard/numbers.xlsx")

    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        sheets = re.findall(r'<sheet name="(\w+)"', book.read("xl/workbook.xml").decode())
    assert sheets == list(KINDS)
    texts = _texts(response.content, "xl/sharedStrings.xml")
    assert "What is left out" in texts
    assert "100 % – 1 follow-ups past their last day, of 1 open follow-ups." in texts
    assert response["Content-Disposition"] == 'attachment; filename="numbers-north-2026-08-31.xlsx"'


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_list_with_names_is_on_everybody_s_audit_trail(lead, clinic, form) -> None:
    twice = a_patient(clinic, family_name="Twice", mrn="M-1")
    for label in ("L1", "L2"):
        owed(clinic, -10, lesion=a_lesion(twice, label=label))
    late(clinic, family_name="Once", mrn="M-2")

    response = lead.get(f"/dashboard/overdue/list.{form}?site=north&part=AT_RISK")

    content = response.content
    names = content.decode() if form == "csv" else str(_texts(content, "xl/sharedStrings.xml"))
    assert "M-1" in names
    assert "Once" in names
    events = AuditEvent.objects.filter(action="downloaded", actor=f"user:{clinic.lead.pk}")
    assert events.count() == 2
    assert {event.detail["list"] for event in events} == {"overdue.AT_RISK"}
    assert {event.detail["form"] for event in events} == {form}


def left_out(clinic: Clinic, **patient) -> None:
    a_patient(clinic, **patient)


def test_whom_a_number_leaves_out_is_listed_with_the_reason_of_each(lead, clinic) -> None:
    left_out(clinic, family_name="Gone", status="DECEASED", status_on=NOW.date())
    left_out(clinic, family_name="Young", birth_date=NOW.date())
    left_out(clinic, family_name="Ageless", birth_date=None)
    left_out(clinic, family_name="Idle")
    left_out(a_clinic(), family_name="Elsewhere")
    owed(clinic, 10, patient=a_patient(clinic, family_name="Counted"))

    dashboard = lead.get("/dashboard/").content.decode()
    child = lead.get("/dashboard/six_monthly/?site=north&part=child").content.decode()
    everybody = lead.get("/dashboard/six_monthly/?site=north&part=excluded").content.decode()

    assert "/dashboard/six_monthly/?site=north&amp;part=child" in dashboard
    assert "Excluded: Under 18, or age not known, People: 2." in child
    assert set(re.findall(r">(\w+), Alex<", child)) == {"Young", "Ageless"}
    rows = re.findall(r">(\w+), Alex</a>.*?<td>([^<]+)</td>\s*</tr>", everybody, re.DOTALL)
    assert rows == [
        ("Ageless", "Age not known"),
        ("Gone", "Deceased"),
        ("Idle", "Nothing is owed here"),
        ("Young", "Under 18"),
    ]


def test_whom_a_number_leaves_out_goes_on_by_page(lead, clinic) -> None:
    for n in range(52):
        left_out(clinic, family_name=f"Idle{n:02}")

    first = lead.get("/dashboard/six_monthly/?site=north&part=not_owed").content.decode()
    [url] = re.findall(r'href="([^"]*page=2)"', first)
    second = lead.get(url.replace("&amp;", "&")).content.decode()

    names = [re.findall(r">(Idle\d+), Alex<", page) for page in (first, second)]
    assert [len(found) for found in names] == [50, 2]
    assert names[1] == ["Idle50", "Idle51"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_of_whom_a_number_leaves_out_is_on_everybody_s_audit_trail(
    lead, clinic, form
) -> None:
    left_out(clinic, family_name="Idle", mrn="M-1")
    left_out(clinic, family_name="Young", mrn="M-2", birth_date=NOW.date())

    response = lead.get(f"/dashboard/six_monthly/list.{form}?site=north&part=excluded")

    content = response.content
    names = content.decode() if form == "csv" else str(_texts(content, "xl/sharedStrings.xml"))
    assert "M-1" in names
    assert "Under 18" in names
    events = AuditEvent.objects.filter(action="downloaded", actor=f"user:{clinic.lead.pk}")
    assert {event.patient_id for event in events} == {
        str(one.pk) for one in clinic.site.patients.all()
    }
    assert {event.detail["list"] for event in events} == {"six_monthly.excluded"}


def test_a_csv_file_is_in_english_whoever_reads_the_page(lead, clinic) -> None:
    late(clinic)
    addresses = (
        "/dashboard/numbers.csv",
        "/dashboard/overdue/list.csv",
        "/dashboard/six_monthly/list.csv?part=excluded",
        "/measures.csv",
    )

    for address in addresses:
        english = lead.get(address, HTTP_ACCEPT_LANGUAGE="en").content
        assert lead.get(address, HTTP_ACCEPT_LANGUAGE="es").content == english, address


def test_nothing_in_a_file_is_a_formula() -> None:
    assert as_csv(("a",), [("=1+1",), ("-3",), (-3,)]).splitlines() == ["a", "'=1+1", "'-3", "-3"]

    workbook = as_xlsx([Sheet("s", (), ("a",), [("=1+1",)])])

    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    assert "=1+1" in _texts(workbook, "xl/sharedStrings.xml")


def test_parts_of_a_bar_follow_each_other_and_differ_by_pattern() -> None:
    series = [Series("T1", (3, 1), "4"), Series("T2", (0, 2), "2")]

    chart = bar_chart("Raised", ["Answered", "Open"], series)

    assert chart is not None
    first, second = chart.bars
    assert [part.pattern for part in first.parts] == ["solid", "hatch"]
    assert float(first.parts[0].x) + float(first.parts[0].width) == float(first.parts[1].x)
    assert [part.pattern for part in second.parts] == ["hatch"]
    assert float(second.parts[0].width) == 2 * float(first.parts[1].width)
    assert chart.description == "T1: 4; T2: 2."


def test_a_chart_of_nothing_is_left_out() -> None:
    assert bar_chart("Raised", ["n"], [Series("T1", (0,), "0")]) is None


def test_a_patient_is_named_in_no_address(lead, clinic) -> None:
    owed(clinic, -10, lesion=a_lesion(PatientFactory(site=clinic.site, family_name="Secret")))

    page = lead.get("/dashboard/overdue/?site=north").content.decode()

    assert not [url for url in re.findall(r'href="([^"]*)"', page) if "Secret" in url]
