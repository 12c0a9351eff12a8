"""FHIR over HTTP: who may send, what is kept, what the sender is told."""

import json

import pytest
from rest_framework.test import APIClient

from surveillance.api.fhir import formats
from surveillance.models import CapturedReport, IntakeFeed, IntakeItem, IntakeMessage, MessageFormat
from tests.factories import PatientFactory, SiteFactory
from tests.surveillance.api.scenes import System, a_system
from tests.surveillance.intake.fhir.scenes import (
    afp,
    as_bytes,
    bundle,
    condition,
    entry,
    everything,
    order,
    patient,
    report,
    study,
)
from tests.surveillance.intake.fhir.synthea_like import synthea_like

pytestmark = pytest.mark.django_db
FHIR = "application/fhir+json"


def a_feed(site, name="his", **more) -> IntakeFeed:
    """A FHIR feed of the site."""
    return IntakeFeed.objects.create(site=site, name=name, format=MessageFormat.FHIR_R4, **more)


@pytest.fixture
def site():
    return SiteFactory(slug="north", time_zone="Europe/Madrid")


@pytest.fixture
def system(site) -> System:
    a_feed(site)
    return a_system(site, scope="intake")


def send(system: System, document, address="/fhir/r4/", method="post", kind=FHIR, **headers):
    """What is answered, as JSON where there is a body."""
    raw = document if isinstance(document, bytes) else as_bytes(document)
    return getattr(system.client, method)(address, raw, content_type=kind, headers=headers)


def issues(answer) -> list[tuple[str, str]]:
    """Severity and place of each issue of an outcome."""
    told = answer.json()
    assert told["resourceType"] == "OperationOutcome"
    return [(one["severity"], one.get("expression", [""])[0]) for one in told["issue"]]


def statuses(answer) -> list[str]:
    """The status of each entry of a response."""
    return [one["response"]["status"] for one in answer.json()["entry"]]


def test_a_transaction_is_kept_as_it_came_and_each_entry_is_answered(system) -> None:
    sent = everything()

    answer = send(system, sent)

    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, FHIR)
    assert answer.json()["type"] == "transaction-response"
    assert len(statuses(answer)) == len(sent["entry"])
    assert all(one.startswith("20") for one in statuses(answer))
    message = IntakeMessage.objects.get()
    assert (bytes(message.raw), message.control_id) == (as_bytes(sent), "B-1")
    assert message.message_type == "Bundle transaction"
    assert [item.kind for item in message.items.order_by("position")] == [
        "PATIENT", "CONDITION", "ORDER", "APPOINTMENT", "REPORT",
    ]  # fmt: skip


def test_the_same_bundle_again_changes_nothing(system) -> None:
    first, second = send(system, everything()), send(system, everything())

    assert statuses(first) == statuses(second)
    assert (IntakeMessage.objects.count(), IntakeItem.objects.count()) == (1, 5)


def test_a_transaction_with_one_wrong_entry_is_refused_as_a_whole_but_kept(system) -> None:
    sent = bundle(patient(), condition(code=3))

    answer = send(system, sent)

    assert answer.status_code == 400
    assert issues(answer) == [("error", "Bundle.entry[1].resource.code")]
    assert bytes(IntakeMessage.objects.get().raw) == as_bytes(sent)
    assert not IntakeItem.objects.exists()


def test_in_a_batch_each_entry_stands_alone(system) -> None:
    answer = send(system, bundle(patient(), condition(code=3), kind="batch"))

    assert answer.json()["type"] == "batch-response"
    assert statuses(answer)[1] == "400 Bad Request"
    assert IntakeItem.objects.get().kind == "PATIENT"


def test_what_cannot_be_mapped_is_accepted_and_waits(system) -> None:
    answer = send(system, bundle(patient(), report(imagingStudy=[])))

    assert statuses(answer)[1] == "202 Accepted"
    [issue] = [
        one
        for one in answer.json()["entry"][1]["response"]["outcome"]["issue"]
        if one["severity"] == "warning"
    ]
    assert issue["expression"] == ["Bundle.entry[1].resource.identifier"]
    assert IntakeItem.objects.waiting().get().code == "no_accession"


def test_a_synthea_like_bundle_goes_in_without_an_error(system) -> None:
    answer = send(system, synthea_like(3))

    assert answer.status_code == 200
    assert all(one.startswith("20") for one in statuses(answer))


def test_a_message_is_answered_with_one_outcome(system) -> None:
    header = {"resourceType": "MessageHeader", "id": "h-1"}
    sent = bundle(header, patient(), kind="message")

    answer = send(system, sent)

    assert answer.status_code == 200
    assert ("information", "Bundle.entry[1].resource") in issues(answer)
    assert IntakeMessage.objects.get().control_id == "h-1"


def test_one_resource_goes_to_the_address_of_its_type(system) -> None:
    answer = send(system, patient(), "/fhir/r4/Patient")
    again = send(system, patient(), "/fhir/r4/Patient/ana", "put")

    assert answer.status_code in {201, 202}
    assert again.status_code in {200, 202}
    assert issues(answer)[0] == ("information", "Patient")
    assert IntakeItem.objects.get().mrn == "M-1"


@pytest.mark.parametrize(
    ("address", "method", "document", "status", "place"),
    [
        ("/fhir/r4/Patient", "post", condition(), 400, "resourceType"),
        ("/fhir/r4/Patient/bea", "put", patient(), 400, "Patient.id"),
        ("/fhir/r4/Patient", "post", everything(), 400, "resourceType"),
        ("/fhir/r4/", "post", patient(), 400, ""),
        ("/fhir/r4/Claim", "post", {"resourceType": "Claim"}, 404, ""),
        ("/fhir/r4/Patient", "post", patient(gender="x"), 400, "Patient.gender"),
        ("/fhir/r4/Patient", "post", b"", 400, ""),
        ("/fhir/r4/", "post", b"{", 400, ""),
    ],
)
def test_a_resource_at_the_wrong_address_is_told_so(
    system, address, method, document, status, place
) -> None:
    answer = send(system, document, address, method)

    assert answer.status_code == status
    assert place in [where for _, where in issues(answer)]
    assert not IntakeItem.objects.exists()


def test_of_what_is_refused_nothing_is_said_to_wait(system) -> None:
    unnumbered = report(imagingStudy=[])

    answers = [
        send(system, unnumbered, "/fhir/r4/Patient"),
        send(system, bundle(patient(), unnumbered, condition(code=3))),
    ]

    told = [one["diagnostics"] for answer in answers for one in answer.json()["issue"]]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert not [words for words in told if "waits" in words]
    assert [words for words in told if words.startswith("The report has no accession number")]
    assert not IntakeItem.objects.exists()


NEW = "New 12 mm hepatic calcification in segment VII."
OBSERVED = {
    "resourceType": "Observation", "id": "lesion", "status": "final",
    "code": {"text": "Impression"}, "valueString": NEW,
}  # fmt: skip
DIV = f'<div xmlns="http://www.w3.org/1999/xhtml">{NEW}</div>'


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"result": [{"reference": "Observation/lesion"}]}, id="results"),
        pytest.param({"conclusionCode": [{"text": NEW}]}, id="code of the conclusion"),
        pytest.param({"text": {"status": "generated", "div": DIV}}, id="narrative"),
    ],
)
def test_a_calcification_is_captured_wherever_it_is_written(system, said) -> None:
    bare = {"presentedForm", "conclusion", "result"}
    told = {name: one for name, one in report().items() if name not in bare} | said

    answer = send(system, bundle(patient(), study(), OBSERVED, told))

    assert statuses(answer)[3] == "202 Accepted"
    assert NEW in CapturedReport.objects.get().text


def test_a_report_that_is_a_file_waits(system) -> None:
    form = [{"contentType": "application/pdf", "data": "JVBERi0="}]
    told = {name: one for name, one in report().items() if name not in {"conclusion", "result"}}

    answer = send(system, bundle(patient(), study(), told | {"presentedForm": form}))

    issue = answer.json()["entry"][2]["response"]["outcome"]["issue"]
    assert [one for one in issue if one["diagnostics"].startswith("Kept, and waits for a person")]
    assert IntakeItem.objects.waiting().get().code == "report_is_a_file"


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        ("minimal", None),
        ("representation", "Patient"),
        ("OperationOutcome", "OperationOutcome"),
        ("", "OperationOutcome"),
    ],
)
def test_the_sender_chooses_what_comes_back(system, wish, kind) -> None:
    answer = send(system, patient(), "/fhir/r4/Patient", prefer=f"return={wish}" if wish else "")

    assert (answer.json()["resourceType"] if answer.content else None) == kind


def test_representation_returns_each_resource_of_a_bundle(system) -> None:
    answer = send(system, bundle(patient()), prefer="return=representation")

    assert answer.json()["entry"][0]["resource"] == patient()


def test_what_is_on_file_is_not_created_again(system, site) -> None:
    PatientFactory(site=site, mrn="M-1")
    known = entry(patient(), ifNoneExist="identifier=urn:oid:1.2.3|M-1")
    new = entry(order(), ifNoneExist="identifier=O-5")

    answer = send(system, bundle(entry=[known, new]))
    single = send(system, patient(), "/fhir/r4/Patient", **{"if-none-exist": "identifier=M-1"})

    assert statuses(answer)[0] == "200 OK"
    assert single.status_code == 200
    assert [item.kind for item in IntakeItem.objects.all()] == ["ORDER"]


def test_a_condition_that_is_not_understood_is_refused(system) -> None:
    answer = send(system, bundle(entry=[entry(patient(), ifNoneExist="name=Ana")]))

    assert answer.status_code == 400
    assert ("error", "Bundle.entry[0].resource") in issues(answer)


@pytest.mark.parametrize(
    ("kind", "headers", "status"),
    [
        ("application/json", {}, 200),
        ("application/fhir+json; fhirVersion=4.0", {}, 200),
        ("application/fhir+json; fhirVersion=5.0", {}, 415),
        ("application/fhir+xml", {}, 415),
        (FHIR, {"accept": "application/fhir+xml"}, 406),
        (FHIR, {"content-encoding": "gzip"}, 415),
    ],
)
def test_formats_are_json_of_r4(system, kind, headers, status) -> None:
    answer = send(system, bundle(patient()), kind=kind, **headers)

    assert answer.status_code == status
    assert answer.json()["resourceType"] in {"Bundle", "OperationOutcome"}


def test_a_body_that_is_too_large_is_refused(system, monkeypatch) -> None:
    monkeypatch.setattr(formats, "LARGEST_BYTES", 100)

    answer = send(system, everything())

    assert (answer.status_code, issues(answer)) == (413, [("error", "")])


def test_the_feed_is_named_where_there_are_several(system, site) -> None:
    second = a_feed(site, "second")

    unnamed = send(system, bundle(patient()))
    named = send(system, bundle(patient()), **{"x-intake-feed": "second"})
    by_site = send(system, bundle(patient()), f"/fhir/r4?feed={site.slug}/second")
    by_id = send(system, bundle(patient()), f"/fhir/r4?feed={second.pk}")
    unknown = send(system, bundle(patient()), "/fhir/r4?feed=third")

    heard = [one.status_code for one in (unnamed, named, by_site, by_id, unknown)]
    assert heard == [400, 200, 200, 200, 400]
    assert IntakeMessage.objects.get().feed == second
    for answer in (unnamed, unknown):
        assert f"{site.slug}/second (id {second.pk})" in answer.content.decode()


def test_two_sites_with_feeds_of_one_name_are_told_apart(site) -> None:
    first = a_feed(site, "hub")
    south = SiteFactory(slug="south")
    other = a_feed(south, "hub")
    system = a_system(site, south, scope="intake")

    either = send(system, bundle(patient()), **{"x-intake-feed": "hub"})
    named = send(system, bundle(patient()), **{"x-intake-feed": "south/hub"})

    assert either.status_code == 400
    assert str(first.pk) in either.content.decode()
    assert named.status_code == 200
    assert IntakeMessage.objects.get().feed == other


def test_a_feed_of_another_site_is_none(system) -> None:
    a_feed(SiteFactory(slug="south"), "southern")

    answer = send(system, bundle(patient()), **{"x-intake-feed": "southern"})

    assert answer.status_code == 400
    assert "southern" not in answer.content.decode()


def test_a_feed_whose_mapping_is_faulty_takes_nothing_in(site) -> None:
    a_feed(site, mapping={"colour": 1})

    answer = send(a_system(site, scope="intake"), bundle(patient()))

    assert answer.status_code == 503
    assert "colour" in answer.json()["issue"][0]["diagnostics"]


def test_without_a_token_or_its_scope_nothing_comes_in(site) -> None:
    a_feed(site)
    nobody = APIClient().post("/fhir/r4/", b"{}", content_type=FHIR)
    reader = send(a_system(site), bundle(patient()))

    assert (nobody.status_code, reader.status_code) == (401, 403)
    assert nobody.json()["issue"][0]["code"] == "login"
    assert "intake" in reader.json()["issue"][0]["diagnostics"]
    assert not IntakeMessage.objects.exists()


def test_a_study_and_its_report_are_one_thing(system) -> None:
    answer = send(system, bundle(patient(), study(), report()))

    assert statuses(answer)[1] == "200 OK"
    assert IntakeItem.objects.filter(kind="REPORT").count() == 1
    assert json.loads(answer.content)["entry"][1]["response"]["outcome"]


def test_a_patient_may_be_named_by_the_id_that_they_have_here(system, site) -> None:
    known = PatientFactory(site=site, mrn="M-9")
    elsewhere = PatientFactory(site=SiteFactory(slug="south"))
    ours, theirs = ({"reference": f"Patient/{one.pk}"} for one in (known, elsewhere))

    send(system, condition(subject=ours), "/fhir/r4/Condition")
    send(system, condition(subject=theirs), "/fhir/r4/Condition")

    assert IntakeItem.objects.get(mrn="M-9").content["fact"] == "cirrhosis"
    assert IntakeItem.objects.waiting().get().code == "patient_not_known"


def test_a_laboratory_result_is_answered_and_sent_again_does_nothing(system, site) -> None:
    PatientFactory(site=site, mrn="M-1")
    here = {"identifier": {"system": "urn:oid:1.2.3", "value": "M-1"}}
    sent = afp(subject=here, identifier=[{"system": "urn:lis", "value": "L-7"}])

    first = send(system, sent, "/fhir/r4/Observation")
    known = {"If-None-Exist": "identifier=urn:lis|L-7"}
    again = send(system, sent | {"id": "x"}, "/fhir/r4/Observation", **known)
    void = send(system, sent | {"status": "entered-in-error", "issued": "2026-03-02T09:00:00Z"},
                "/fhir/r4/Observation")  # fmt: skip

    assert [one.status_code for one in (first, again, void)] == [201, 200, 202]
    assert [one.code for one in IntakeItem.objects.order_by("created_at")] == [
        "result_recorded",
        "result_withdrawn",
    ]
