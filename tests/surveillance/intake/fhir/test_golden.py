"""A whole examination, read: every arrival and every field."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from surveillance.arrivals import (
    AppointmentArrival,
    AppointmentState,
    CodedFinding,
    ConditionArrival,
    MergeArrival,
    OrderArrival,
    OrderState,
    PatientArrival,
    Person,
    ReportArrival,
    ReportState,
    Unmapped,
)
from surveillance.arrivals_json import arrival_as_json, arrival_from_json
from surveillance.intake.fhir.mapping import read_mapping
from surveillance.protocol.terms import (
    CalcificationPattern,
    LiRads,
    Modality,
    Segment,
    Sex,
    Tri,
    VisualisationScore,
)
from tests.surveillance.intake.fhir.scenes import (
    HEARD_AT,
    REPORT_TEXT,
    appointment,
    bundle,
    coded,
    condition,
    entry,
    everything,
    numbered,
    observation,
    order,
    patient,
    read,
    refused,
    remarks,
    report,
    study,
)

ANA = Person(
    mrn="M-1",
    family_name="García",
    given_name="Ana María",
    birth_date=date(1961, 2, 28),
    sex=Sex.FEMALE,
    phone="555-0100",
    email="ana@example.org",
    address="1 Long Road\nFlat 2",
    postal_code="28001",
    city="Madrid",
    language="es",
)
SENT_AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def only(found):
    """The one part of a message."""
    assert not refused(found), refused(found)
    [part] = found.parts
    return part


def test_everything_of_one_examination_is_read() -> None:
    found = read(everything())

    assert (found.kind, refused(found)) == ("transaction", {})
    assert (found.envelope.control_id, found.envelope.sent_at) == ("B-1", SENT_AT)
    assert found.parts == (
        PatientArrival(person=ANA, said_at=SENT_AT),
        ConditionArrival(
            person=ANA,
            fact="cirrhosis",
            value=Tri.YES,
            effective_on=date(2024, 5, 1),
            said_at=datetime(2026, 3, 1, 8, tzinfo=UTC),
        ),
        OrderArrival(
            person=ANA,
            order_number="O-5",
            state=OrderState.PLACED,
            ordered_on=date(2026, 2, 1),
            modality=Modality.US,
            procedure="US Liver",
            body_site="Liver",
            reason="Calcification",
            said_at=datetime(2026, 2, 1, 9, tzinfo=UTC),
        ),
        AppointmentArrival(
            person=ANA,
            appointment="slot-9",
            state=AppointmentState.BOOKED,
            starts_on=date(2026, 4, 1),
            order_number="O-5",
            modality=Modality.US,
            body_site="Liver",
            said_at=datetime(2026, 2, 28, 23, tzinfo=UTC),
        ),
        ReportArrival(
            person=ANA,
            accession="A-77",
            state=ReportState.FINAL,
            performed_on=date(2026, 3, 1),
            modality=Modality.MRI_HEPATOBILIARY,
            procedure="MRI liver",
            body_site="Liver",
            text=f"{REPORT_TEXT}\n\nCONCLUSION: Probably benign.",
            reporter="Dr. Reader",
            order_number="O-5",
            findings=(
                CodedFinding(
                    segments=(Segment.IVA,),
                    size_mm=Decimal(8),
                    aphe=Tri.NO,
                    lirads=LiRads.LR_2,
                    pattern=CalcificationPattern.PUNCTATE,
                ),
            ),
            said_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
        ),
    )
    assert [arrival_from_json(arrival_as_json(one)) for one in found.parts] == list(found.parts)


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param({"reference": "http://his.example/Patient/ana"}, id="absolute"),
        pytest.param({"reference": "Patient/ana/_history/3"}, id="versioned"),
        pytest.param({"reference": "Patient/ana"}, id="relative"),
        pytest.param({"reference": "#p"}, id="contained"),
    ],
)
def test_a_reference_finds_the_patient(reference) -> None:
    inside = [patient(id="p")]

    found = read(bundle(patient(), condition(subject=reference, contained=inside)))

    assert found.parts[-1].person == ANA


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param({"reference": "Patient?identifier=urn:oid:1.2.3|M-1"}, id="conditional"),
        pytest.param({"identifier": {"system": "urn:oid:1.2.3", "value": "M-1"}}, id="logical"),
    ],
)
def test_a_number_alone_says_whose_it_is(reference) -> None:
    assert only(read(condition(subject=reference))).person == Person(mrn="M-1")


def test_a_urn_of_the_bundle_is_resolved() -> None:
    here = "urn:uuid:0f3c6a4e-5f3e-4c8e-9a55-0f0f0f0f0f0f"
    sent = bundle(patient(), condition(subject={"reference": here}))
    sent["entry"][0]["fullUrl"] = here

    assert read(sent).parts[-1].person == ANA


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("partial", ReportState.PRELIMINARY),
        ("preliminary", ReportState.PRELIMINARY),
        ("final", ReportState.FINAL),
        ("amended", ReportState.CORRECTED),
        ("corrected", ReportState.CORRECTED),
        ("appended", ReportState.CORRECTED),
        ("cancelled", ReportState.CANCELLED),
        ("entered-in-error", ReportState.CANCELLED),
    ],
)
def test_a_report_is_in_the_state_its_sender_says(status, state) -> None:
    assert read(bundle(patient(), study(), report(status=status))).parts[-1].state == state


@pytest.mark.parametrize(
    ("code", "modality"),
    [
        ({"text": "CT abdomen w/o contrast"}, Modality.CT_NONCONTRAST),
        ({"text": "CT abdomen with IV contrast"}, Modality.CT_SINGLE_PHASE),
        ({"text": "CT LIVER W WO CONTRAST"}, Modality.CT_SINGLE_PHASE),
        ({"text": "CT liver triphasic"}, Modality.CT_MULTIPHASE),
        ({"text": "CT abdomen"}, None),
        ({"text": "MRI abdomen with and without contrast"}, Modality.MRI_EXTRACELLULAR),
        ({"text": "MRI liver with Eovist"}, Modality.MRI_HEPATOBILIARY),
        ({"text": "MR liver without contrast"}, Modality.MRI_NONCONTRAST),
        ({"text": "US abdomen limited"}, Modality.US),
        ({"text": "Contrast-enhanced ultrasound liver"}, Modality.CEUS),
        ({"text": "PET/CT skull base to thigh"}, Modality.PET_CT),
        (coded("http://loinc.org", "30612-6", "CT Liver WO and W"), Modality.CT_SINGLE_PHASE),
        (coded("http://loinc.org", "30612-6", "CT liver multiphase"), Modality.CT_MULTIPHASE),
        (coded("http://loinc.org", "30669-6"), Modality.MRI_NONCONTRAST),
        (coded("urn:his", "IMG55"), Modality.CT_MULTIPHASE),
    ],
)
def test_contrast_and_phases_make_the_modality(code, modality) -> None:
    procedures = {"urn:his|IMG55": {"modality": "CT_MULTIPHASE", "body_site": "Liver"}}
    mapping = read_mapping({"procedures": procedures}, "UTC")
    alone = report(code=code, identifier=[numbered("ACSN", "A-1")], imagingStudy=[], result=[])

    assert read(bundle(patient(), alone), mapping).parts[-1].modality == modality


def test_a_study_by_itself_is_an_exam_that_awaits_its_report() -> None:
    found = read(bundle(patient(), study())).parts[-1]

    assert (found.state, found.accession) == (ReportState.PRELIMINARY, "A-77")
    assert found.said_at == datetime(2026, 2, 28, 23, 30, tzinfo=UTC)


def test_two_records_that_are_one_person_are_merged_from_either_side() -> None:
    bea = patient(
        id="bea",
        identifier=[numbered("MR", "M-2")],
        link=[{"other": {"reference": "Patient/ana"}, "type": "replaced-by"}],
    )
    ana = patient(
        link=[{"other": {"identifier": {"value": "M-2"}}, "type": "replaces"}],
    )

    given_up = read(bundle(patient(), bea)).parts[-1]
    replacing = only_merge(read(ana))

    assert given_up == MergeArrival(person=ANA, duplicate_mrn="M-2", said_at=HEARD_AT)
    assert (replacing.person, replacing.duplicate_mrn) == (ANA, "M-2")


def only_merge(found):
    """The merge a message tells of."""
    [merge] = [part for part in found.parts if isinstance(part, MergeArrival)]
    return merge


@pytest.mark.parametrize(
    ("said", "deceased", "on"),
    [
        ({"deceasedBoolean": True}, True, None),
        ({"deceasedBoolean": False}, False, None),
        ({"deceasedDateTime": "2026-01-31T23:30:00Z"}, True, date(2026, 2, 1)),
        ({"deceasedDateTime": "2026-01"}, True, None),
    ],
)
def test_a_death_is_told_with_its_day_where_it_is_known(said, deceased, on) -> None:
    person = only(read(patient(**said))).person

    assert (person.deceased, person.deceased_on) == (deceased, on)


@pytest.mark.parametrize(
    ("code", "more", "facts"),
    [
        (("http://hl7.org/fhir/sid/icd-10-cm", "K70.30"), {}, {"cirrhosis": "YES", "ald": "YES"}),
        (("http://hl7.org/fhir/sid/icd-10-cm", "B18.2"), {}, {"chronic_hcv": "YES"}),
        (("http://hl7.org/fhir/sid/icd-10-cm", "C50.9"), {}, {"extrahepatic_malignancy": "YES"}),
        (("http://hl7.org/fhir/sid/icd-10-cm", "C22.1"), {}, {}),
        (("http://snomed.info/sct", "19943007"), {"verificationStatus": "refuted"},
         {"cirrhosis": "NO"}),
        (("http://snomed.info/sct", "19943007"), {"verificationStatus": "entered-in-error"},
         {"cirrhosis": "UNKNOWN"}),
        (("http://snomed.info/sct", "19943007"), {"verificationStatus": "provisional"}, {}),
        (("http://snomed.info/sct", "19943007"), {"clinicalStatus": "resolved"},
         {"cirrhosis": "YES"}),
        (("http://snomed.info/sct", "77386006"), {"clinicalStatus": "resolved"},
         {"pregnant": "NO"}),
        (("urn:his", "LIV1"), {}, {"hcc_risk_factors": "YES"}),
    ],
)  # fmt: skip
def test_a_condition_is_a_fact_of_risk_or_nothing(code, more, facts) -> None:
    mapping = read_mapping({"conditions": {"urn:his|LIV1": "hcc_risk_factors"}}, "UTC")
    said = {name: coded("http://terminology.hl7.org/CodeSystem/x", value)
            for name, value in more.items()}  # fmt: skip

    found = read(bundle(patient(), condition(code=coded(*code), **said)), mapping)

    assert {one.fact: one.value for one in found.parts[1:]} == facts


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("arrived", AppointmentState.BOOKED),
        ("fulfilled", AppointmentState.FULFILLED),
        ("cancelled", AppointmentState.CANCELLED),
        ("noshow", AppointmentState.NO_SHOW),
    ],
)
def test_an_appointment_is_kept_missed_or_called_off(status, state) -> None:
    found = read(bundle(patient(), appointment(status=status)))

    assert found.parts[-1].state == state


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"intent": "plan"}, "intent"),
        ({"status": "draft"}, "status"),
        ({"doNotPerform": True}, "doNotPerform"),
        ({"category": [{"text": "Lab", "coding": [{"code": "108252007"}]}],
          "code": {"text": "ALT"}}, "category"),
    ],
)  # fmt: skip
def test_what_is_no_order_is_named_and_not_used(more, place) -> None:
    found = read(bundle(patient(), order(**more)))

    assert len(found.parts) == 1
    assert remarks(found)[f"Bundle.entry[1].resource.{place}"].startswith("Not used")


def test_a_revoked_order_is_cancelled() -> None:
    found = read(bundle(patient(), order(status="revoked")))

    assert found.parts[-1].state == OrderState.CANCELLED


def test_quality_and_visualisation_are_of_the_exam() -> None:
    limited = observation(
        id="quality",
        code={"text": "Image quality"},
        component=[],
        valueCodeableConcept=coded("http://radlex.org", "RID13"),
    )
    vis = observation(
        id="vis", code=coded("urn:local:lirads", "VIS"), component=[], valueString="B"
    )
    results = [{"reference": "Observation/quality"}, {"reference": "Observation/vis"}]

    found = read(bundle(patient(), study(), limited, vis, report(result=results))).parts[-1]

    assert (found.adequate, found.vis, found.findings) == (False, VisualisationScore.B, ())


def test_a_finding_of_another_organ_is_no_finding_of_the_liver() -> None:
    kidney = observation(bodySite=coded("http://snomed.info/sct", "64033007", "Kidney"))

    found = read(bundle(patient(), study(), kidney, report()))

    assert found.parts[-1].findings == ()
    assert "outside the liver" in remarks(found)["Bundle.entry[3].resource.result[0]"]


@pytest.mark.parametrize("unit", ["[in_i]", "kg", ""])
def test_a_size_in_another_unit_is_no_size(unit) -> None:
    size = (
        {"value": 8, "code": unit or "mm", "comparator": "<"}
        if not unit
        else {"value": 8, "code": unit}
    )
    one = {"code": coded("http://snomed.info/sct", "103339001"), "valueQuantity": size}

    found = read(bundle(patient(), study(), observation(component=[one]), report()))

    assert not found.parts[-1].findings


def test_markup_is_read_as_text_and_pdf_is_named() -> None:
    forms = [
        {"contentType": "text/html", "data": "PHA+T25lPC9wPjxwPiZsdDsgOCBtbTwvcD4="},
        {"contentType": "application/pdf", "data": "JVBERg=="},
    ]

    found = read(bundle(patient(), study(), report(presentedForm=forms, conclusion="One")))

    assert found.parts[-1].text == "One\n< 8 mm"
    assert "text/plain" in remarks(found)["Bundle.entry[2].resource.presentedForm[1]"]


@pytest.mark.parametrize(
    ("sent", "code", "where"),
    [
        (bundle(patient(identifier=[])), "no_record_number", "Bundle.entry[0].resource.identifier"),
        (patient(identifier=[numbered("MR", "1"), numbered("MR", "2", "urn:b")]),
         "several_record_numbers", "Patient.identifier"),
        (condition(), "patient_not_known", "Condition.subject"),
        (bundle(patient(), report(imagingStudy=[])), "no_accession",
         "Bundle.entry[1].resource.identifier"),
        (bundle(patient(), study(), report(status="unknown")), "status_unknown",
         "Bundle.entry[2].resource.status"),
        (bundle(patient(), order(identifier=[])), "no_order_number",
         "Bundle.entry[1].resource.identifier"),
        (bundle(patient(), appointment(participant=[{"status": "accepted"}])), "patient_not_known",
         "Bundle.entry[1].resource.participant"),
        (patient(link=[{"other": {"reference": "Patient/x"}, "type": "replaced-by"}]),
         "linked_patient_not_known", "Patient.link[0].other"),
    ],
)  # fmt: skip
def test_what_cannot_be_mapped_waits_with_its_place_and_the_cure(sent, code, where) -> None:
    found = read(sent)
    [waiting] = [part for part in found.parts if isinstance(part, Unmapped)]

    assert not found.is_refused
    assert (waiting.code, waiting.where) == (code, where)
    assert remarks(found)[where] == waiting.problem


def test_of_several_numbers_the_feeds_mapping_says_which() -> None:
    mapping = read_mapping({"mrn_systems": ["urn:b"]}, "UTC")
    two = patient(identifier=[numbered("MR", "1"), numbered("XX", "2", "urn:b")])

    assert read(two, mapping).parts[0].person.mrn == "2"


def test_what_the_mapping_calls_no_imaging_is_not_used() -> None:
    visit = [coded("urn:his", "VISIT", "Hepatology clinic")]
    sent = bundle(
        patient(),
        order(code=visit[0]),
        appointment(serviceType=visit),
        report(code=visit[0], imagingStudy=[], category=[], result=[]),
    )
    mapping = read_mapping({"not_imaging_procedures": ["urn:his|VISIT"]}, "UTC")

    assert len(read(sent).parts) == 4
    assert [type(part) for part in read(sent, mapping).parts] == [PatientArrival]


def test_in_a_batch_a_wrong_entry_keeps_nobody_else_out() -> None:
    sent = bundle(patient(), condition(code=3), kind="batch")
    sent["entry"].append(entry(order(), method="DELETE"))

    found = read(sent)

    assert not found.is_refused
    assert [one.is_refused for one in found.entries] == [False, True, True]
    assert len(found.parts) == 1


def reported(**said) -> object:
    """The part that becomes of a report without a study, form, result or conclusion of its own."""
    bare = {"imagingStudy": [], "presentedForm": [], "result": [], "conclusion": ""}
    numbers = {"identifier": [numbered("ACSN", "A-1")]}
    told = report(**(bare | numbers | {name: one for name, one in said.items() if name != "with_"}))
    kept = {name: value for name, value in told.items() if value}
    return read(bundle(patient(), *said.get("with_", ()), kept)).parts[-1]


def words(identity: str, said: str, name: str = "Impression", **more) -> object:
    return {
        "resourceType": "Observation",
        "id": identity,
        "status": "final",
        "code": {"text": name},
        "valueString": said,
    } | more


PDF = [{"contentType": "application/pdf", "data": "JVBERi0="}]
NEW = "New 12 mm hepatic calcification in segment VII."
DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>New 12 mm hepatic calcification</p></div>'


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"effectiveDateTime": "2024"}, id="a year"),
        pytest.param({"effectiveDateTime": "2024-05"}, id="a month"),
        pytest.param({"effectiveDateTime": ""}, id="only when it was issued"),
        pytest.param(
            {"effectiveDateTime": "", "effectivePeriod": {"start": "2024-05"}}, id="a period"
        ),
        pytest.param(
            {"effectiveDateTime": "2024", "imagingStudy": [{"reference": "ImagingStudy/study"}],
             "with_": [study()]}, id="the study is of another year"
        ),
    ],
)  # fmt: skip
def test_a_report_without_a_whole_day_of_its_exam_waits(said) -> None:
    part = reported(**said, conclusion="Benign.")

    assert isinstance(part, Unmapped)
    assert part.code == "no_date"


def test_the_study_says_the_day_and_what_is_withdrawn_needs_none() -> None:
    part = reported(
        effectiveDateTime="2026-03",
        imagingStudy=[{"reference": "ImagingStudy/study"}],
        with_=[study()],
    )
    void = reported(effectiveDateTime="2024", status="cancelled")

    assert isinstance(part, ReportArrival)
    assert isinstance(void, ReportArrival)
    assert (part.performed_on, void.performed_on) == (date(2026, 3, 1), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("said", "text"),
    [
        pytest.param({"conclusionCode": [{"text": NEW}]}, NEW, id="code of the conclusion"),
        pytest.param({"text": {"status": "generated", "div": DIV}}, NEW[:31], id="narrative"),
        pytest.param(
            {"text": {"status": "generated", "div": DIV}, "conclusion": "Benign."},
            f"{NEW[:31]}\n\nCONCLUSION: Benign.", id="narrative and conclusion"
        ),
        pytest.param(
            {"result": [{"reference": "Observation/1"}, {"reference": "Observation/2"}],
             "with_": [words("1", NEW, "FINDINGS"), words("2", "Benign.", "Report text",
                                                         code={"coding": [{"code": "77"}]})]},
            f"FINDINGS: {NEW}\n\nBenign.", id="results",
        ),
        pytest.param(
            {"result": [{"reference": "Observation/1"}],
             "with_": [words("1", "", "Report", hasMember=[{"reference": "Observation/2"}]),
                       words("2", NEW)]},
            f"IMPRESSION: {NEW}", id="results of results",
        ),
        pytest.param(
            {"result": [{"reference": "Observation/1"}], "conclusion": NEW,
             "with_": [words("1", NEW)]},
            f"IMPRESSION: {NEW}", id="said twice",
        ),
        pytest.param(
            {"result": [{"reference": "Observation/1"}, {"reference": "Observation/2"}],
             "conclusion": "Benign.",
             "with_": [words("1", NEW, status="entered-in-error"),
                       words("2", "L1", code={"coding": [{"system": "urn:local:hepcalc-finding",
                                                          "code": "label"}]})]},
            "Benign.", id="withdrawn, and a coded finding",
        ),
    ],
)  # fmt: skip
def test_words_are_read_wherever_they_stand(said, text) -> None:
    for observed in said.get("with_", ()):
        if not observed["valueString"]:
            del observed["valueString"]

    part = reported(**said)

    assert isinstance(part, ReportArrival)
    assert part.text == text


def test_sentences_in_results_make_a_report_of_no_category_one_single_words_do_not() -> None:
    said = {"category": [], "code": {"text": "Study"}, "result": [{"reference": "Observation/1"}]}
    laboratory = [{"coding": [{"code": "laboratory"}]}]

    assert isinstance(reported(**said, with_=[words("1", NEW)]), ReportArrival)
    assert not isinstance(reported(**said, with_=[words("1", "Positive")]), ReportArrival)
    assert not isinstance(
        reported(**said, with_=[words("1", NEW, category=laboratory)]), ReportArrival
    )


@pytest.mark.parametrize(
    "form", [PDF, [{"contentType": "text/plain", "url": "http://his.example/report"}]]
)
def test_a_report_that_is_a_file_waits_unless_it_is_withdrawn(form) -> None:
    part = reported(presentedForm=form)

    assert isinstance(part, Unmapped)
    assert part.code == "report_is_a_file"
    assert isinstance(reported(presentedForm=form, status="cancelled"), ReportArrival)
    assert isinstance(reported(presentedForm=form, conclusion="Benign."), ReportArrival)


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ({"text": "Alder Dummyswift"}, ("", "")),
        ({"text": "Alder Dummyswift", "family": "Alder Dummyswift"}, ("", "")),
        ({"text": "Alder Dummyswift", "given": ["Alder"]}, ("", "")),
        ({"text": "D, A", "family": "Dummyswift", "given": ["Alder"]}, ("Dummyswift", "Alder")),
        ({"family": "Dummyswift"}, ("Dummyswift", "")),
    ],
)
def test_which_words_of_a_name_are_the_family_name_is_not_guessed(name, taken) -> None:
    found = read(patient(name=[name]))
    [part] = found.parts

    assert isinstance(part, PatientArrival)
    assert (part.person.family_name, part.person.given_name) == taken
    assert ("Patient.name" in remarks(found)) is (taken == ("", ""))


def test_a_name_in_one_text_is_still_compared_with_the_record() -> None:
    found = read(bundle(patient(name=[{"text": "Alder Dummyswift"}]), study(), report()))

    assert found.parts[-1].person.family_name == "Alder Dummyswift"
