"""ORU^R01: which state, whose text, which imaging, which coded findings."""

from decimal import Decimal
from typing import Any

import pytest

from surveillance.arrivals import CodedFinding, ReportArrival, ReportState, Unmapped
from surveillance.intake.hl7v2.reading import read_message
from surveillance.protocol.terms import Conclusion, LiRads, Modality, Segment, Tri
from tests.surveillance.intake.hl7v2.messages import message, report, segment


def line(text: str, state: str = "F", **fields: str) -> str:
    return segment("OBX", **{"f2": "TX", "f3": "RPT", "f5": text, "f11": state, **fields})


def read(raw: bytes, **mapping: Any) -> ReportArrival:
    [part] = read_message(raw, mapping).parts
    assert isinstance(part, ReportArrival), part
    return part


def waits(raw: bytes, **mapping: Any) -> tuple[str, str]:
    [part] = read_message(raw, mapping).parts
    assert isinstance(part, Unmapped), part
    return part.code, part.where


@pytest.mark.parametrize(
    ("of_the_report", "of_the_lines", "state"),
    [
        ("F", "F", ReportState.FINAL),
        ("F", "", ReportState.FINAL),
        ("P", "P", ReportState.PRELIMINARY),
        ("A", "F", ReportState.PRELIMINARY),
        ("R", "", ReportState.PRELIMINARY),
        ("F", "FP", ReportState.PRELIMINARY),
        ("C", "F", ReportState.CORRECTED),
        ("F", "FC", ReportState.CORRECTED),
        ("C", "P", ReportState.PRELIMINARY),
        ("X", "F", ReportState.CANCELLED),
        ("D", "", ReportState.CANCELLED),
        ("W", "", ReportState.CANCELLED),
        ("F", "DD", ReportState.CANCELLED),
        ("C", "WX", ReportState.CANCELLED),
        ("F", "FD", ReportState.FINAL),
        ("", "F", ReportState.FINAL),
        ("", "FC", ReportState.CORRECTED),
        ("", "S", ReportState.PRELIMINARY),
    ],
)
def test_state_of_a_report(of_the_report: str, of_the_lines: str, state: ReportState) -> None:
    lines = [line("Text.", one) for one in of_the_lines]

    assert read(report(*lines, f25=of_the_report)).state == state


@pytest.mark.parametrize(("state", "code"), [("", "no_status"), ("Q", "unknown_status")])
def test_a_state_that_nobody_knows_waits(state: str, code: str) -> None:
    assert waits(report(line("Text.", ""), f25=state)) == (code, "OBR-25")


def test_a_withdrawn_report_says_nothing_but_its_number() -> None:
    cancelled = read(report(line("Wrong patient.", "W"), line("9", "W", f3="SIZE"), f7=""))

    assert (cancelled.accession, cancelled.text, cancelled.findings) == ("RAD-1", "", ())
    assert cancelled.performed_on.isoformat() == "2026-03-01"


def test_a_deleted_line_is_left_out() -> None:
    assert read(report(line("4 mm."), line("9 mm.", "D"))).text == "4 mm."


def test_headings_stand_where_the_lines_change_to_another_part() -> None:
    lines = [
        line("Calcification.", f3="X&GDT"),
        line("Unchanged.", f3="X&GDT"),
        line("Benign.", f3="X&IMP"),
        line("COMMENT: none.", f3="X&REC"),
    ]

    text = read(report(*lines)).text

    assert text == "FINDINGS:\nCalcification.\nUnchanged.\n\nIMPRESSION:\nBenign.\nCOMMENT: none."


@pytest.mark.parametrize(
    ("procedure", "service", "modality"),
    [
        ("CT ABDOMEN WO CONTRAST", "CT", Modality.CT_NONCONTRAST),
        ("CT ABDOMEN W/O CONTRAST", "", Modality.CT_NONCONTRAST),
        ("CT ABD W CONTRAST", "CT", Modality.CT_SINGLE_PHASE),
        ("CT ABDOMEN WITH AND WITHOUT CONTRAST", "CT", Modality.CT_SINGLE_PHASE),
        ("CT ABDOMEN W & W/O CONTRAST", "CT", Modality.CT_SINGLE_PHASE),
        ("CT LIVER W WO CONTRAST TRIPHASIC", "CT", Modality.CT_MULTIPHASE),
        ("TC abdomen sin contraste", "", Modality.CT_NONCONTRAST),
        ("TC hepático multifásico", "", Modality.CT_MULTIPHASE),
        ("CT ABDOMEN", "CT", None),
        ("MRI LIVER W WO EOVIST", "MR", Modality.MRI_HEPATOBILIARY),
        ("MR ABDOMEN W GADAVIST", "MR", Modality.MRI_EXTRACELLULAR),
        ("MRI ABDOMEN WITHOUT CONTRAST", "MR", Modality.MRI_NONCONTRAST),
        ("MRI ABDOMEN W WO CONTRAST", "MR", None),
        ("MRI LIVER W/O & W/ CONT (PRIMOVIST)", "MR", Modality.MRI_HEPATOBILIARY),
        ("MRI HEPATOBILIARY MRCP WO CONTRAST", "MR", Modality.MRI_NONCONTRAST),
        ("MRI HEPATOBILIARY SYSTEM W WO CONTRAST", "MR", None),
        ("US GUIDED BIOPSY LIVER", "US", None),
        ("US ELASTOGRAPHY LIVER", "US", None),
        ("BONE SCAN TC-99M", "NMS", None),
        ("TC abdomen bifásico con contraste", "", Modality.CT_SINGLE_PHASE),
        ("CT ABDOMEN WITHOUT, PELVIS WITH CONTRAST", "CT", Modality.CT_NONCONTRAST),
        ("US ABDOMEN COMPLETE", "US", Modality.US),
        ("Ecografía abdominal", "", Modality.US),
        ("US LIVER WITH CONTRAST", "US", Modality.CEUS),
        ("PET/CT SKULL TO THIGH", "CT", Modality.PET_CT),
        ("XR ABDOMEN 1 VIEW", "RX", Modality.XR),
        ("Abdomen", "CR", Modality.XR),
    ],
)
def test_modality_of_a_procedure(procedure: str, service: str, modality: Modality | None) -> None:
    assert read(report(f4=f"X1^{procedure}", f24=service)).modality == modality


def test_contrast_of_an_mri_is_what_the_site_says() -> None:
    raw = report(f4="X1^MRI ABDOMEN W WO CONTRAST", f24="MR")

    assert read(raw, mri_with_contrast="MRI_EXTRACELLULAR").modality == Modality.MRI_EXTRACELLULAR


def finding(code: str, value: str, kind: str = "ST", unit: str = "", sub: str = "1") -> str:
    return line(value, f2=kind, f3=code, f4=sub, f6=unit)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (finding("SIZE", "1.2", "NM", "cm"), CodedFinding(size_mm=Decimal("12.0"))),
        (finding("SIZE", "12 x 8 mm"), CodedFinding(size_mm=Decimal("12"))),
        (finding("SIZE", "^7.5", "SN", "mm"), CodedFinding(size_mm=Decimal("7.5"))),
        (finding("LIRADS", "4^LI-RADS 4", "CWE"), CodedFinding(lirads=LiRads.LR_4)),
        (finding("LIRADS", "LR-TIV"), CodedFinding(lirads=LiRads.LR_TIV)),
        (finding("LIRADS", "US-2"), CodedFinding(lirads=LiRads.US_2)),
        (finding("SEGMENT", "S8"), CodedFinding(segments=(Segment.VIII,))),
        (finding("SEGMENT", "4a, 5"), CodedFinding(segments=(Segment.IVA, Segment.V))),
        (finding("APHE", "absent"), CodedFinding(aphe=Tri.NO)),
        (finding("CONCLUSION", "x^Probably benign^L", "CWE"),
         CodedFinding(conclusion=Conclusion.PROBABLY_BENIGN)),
    ],
)  # fmt: skip
def test_coded_findings(sent: str, said: CodedFinding) -> None:
    assert read(report(sent)).findings == (said,)


@pytest.mark.parametrize(
    "sent",
    [
        finding("SIZE", "12", "NM"),
        finding("SIZE", "<^5", "SN", "mm"),
        finding("SIZE", "900", "NM", "mm"),
        finding("SIZE", "pea"),
        finding("SEGMENT", "left lobe"),
        finding("LIRADS", "6"),
        finding("LESION_SEEN", "perhaps"),
    ],
)
def test_a_coded_value_that_cannot_be_read_is_not_left_out(sent: str) -> None:
    assert waits(report(line("Text."), sent)) == ("unknown_finding_value", "OBX-5 (2)")


def test_lines_with_one_sub_id_are_one_lesion() -> None:
    first = finding("SIZE", "5", "NM", "mm", "1"), finding("SEGMENT", "II", sub="1")
    second = (finding("SIZE", "9", "NM", "mm", "2"),)

    found = read(report(*first, *second, finding("VIS", "VIS-C", sub=""))).findings

    assert [(one.size_mm, one.segments) for one in found] == [
        (Decimal(5), (Segment.II,)),
        (Decimal(9), ()),
    ]


def test_groups_of_one_accession_are_as_careful_as_the_most_careful() -> None:
    other = segment("OBR", f3="RAD-1", f4="CT2^CT PELVIS", f7="20260227", f24="CT", f25="P")

    joined = read(report(line("One."), other, line("Two.", "P")))

    assert joined.state == ReportState.PRELIMINARY
    assert (joined.text, joined.modality) == ("One.\n\nTwo.", Modality.CT_NONCONTRAST)
    assert joined.performed_on.day == 27


TRIPHASIC, CHEST = "CT ABDOMEN TRIPHASIC", "CT CHEST WO CONTRAST"


@pytest.mark.parametrize(
    ("procedures", "modality"),
    [
        pytest.param((TRIPHASIC, CHEST), Modality.CT_MULTIPHASE, id="the abdomen first"),
        pytest.param((CHEST, TRIPHASIC), Modality.CT_MULTIPHASE, id="the chest first"),
        pytest.param(
            (CHEST, "CT PELVIS", TRIPHASIC), Modality.CT_MULTIPHASE, id="two others before it"
        ),
        pytest.param((TRIPHASIC, "CT LIVER WO CONTRAST"), None, id="both show the liver"),
        pytest.param((CHEST, "CT PELVIS W IV CONTRAST"), None, id="neither does"),
        pytest.param(("CT ABDOMEN", CHEST), None, id="the abdomen with or without contrast"),
    ],
)
def test_of_groups_of_one_accession_the_one_of_the_liver_says_the_kind_of_exam(
    procedures: tuple[str, ...], modality: Modality | None
) -> None:
    groups = [
        segment("OBR", f3="A1", f4=f"P^{words}", f7="20260228", f24="CT", f25="F")
        for words in procedures
    ]

    assert read(message(*groups)).modality == modality


def test_the_message_says_a_moment_or_waits() -> None:
    raw = report(line("Text."), f22="20260302101112").replace(b"20260301101500+0000", b"202603")

    assert read(raw).said_at.isoformat() == "2026-03-02T10:11:12+00:00"
    assert waits(raw.replace(b"20260302101112", b"")) == ("no_moment", "MSH-7")


def test_stamps_without_offset_are_in_the_zone_of_mapping_or_site() -> None:
    raw = report(line("Text.")).replace(b"+0000", b"")

    [of_site] = read_message(raw, {}, time_zone="Europe/Madrid").parts

    assert of_site.said_at is not None
    assert of_site.said_at.isoformat() == "2026-03-01T10:15:00+01:00"
    assert read(raw, time_zone="America/New_York").said_at.utcoffset() is not None


@pytest.mark.parametrize(
    ("raw", "code", "where"),
    [
        (report(f3="7" * 65), "too_long", "OBR-3"),
        (report().replace(b"600100^^^GENHOSP^MR", b"9^^^SSA^SS"), "no_mrn", "PID-3"),
        (report().replace(b"600100^^^GENHOSP^MR", b"1~2"), "which_mrn", "PID-3"),
        (report(f7="2026"), "no_exam_date", "OBR-7"),
    ],
)
def test_what_is_needed_and_missing_waits(raw: bytes, code: str, where: str) -> None:
    assert waits(raw) == (code, where)


def test_two_messages_in_one_frame_are_refused() -> None:
    raw = report(line("Text."))

    refused = read_message(raw + raw, {})

    assert (refused.code, refused.problems[0].code) == ("AE", "two_messages")
    assert [part.code for part in refused.parts if isinstance(part, Unmapped)] == ["two_messages"]


def test_a_message_without_its_segments_is_refused() -> None:
    refused = read_message(message("PV1|1"), {})

    assert (refused.code, refused.problems[0].where) == ("AE", "OBR")


def test_a_message_of_a_training_system_is_refused_unless_the_mapping_takes_it() -> None:
    raw = report(line("Text.")).replace(b"|1|P|", b"|1|T|")

    refused = read_message(raw, {})

    assert (refused.code, refused.problems[0].code) == ("AE", "not_production")
    assert read(raw, processing_ids=["P", "T"]).text == "Text."


def test_a_line_without_a_type_is_text() -> None:
    assert read(report(line("Text.", f2=""))).text == "Text."


def test_a_report_was_said_when_it_was_reported_not_when_it_was_sent_again() -> None:
    first = report(line("26 mm."), f22="20260301090000+0000")

    assert read(first).said_at.isoformat() == "2026-03-01T09:00:00+00:00"
    assert read(first, said_at=["MSH-7"]).said_at.isoformat() == "2026-03-01T10:15:00+00:00"
    assert read(report(line("26 mm."), f22="20260301")).said_at.hour == 10


@pytest.mark.parametrize(
    ("declared", "name", "code"),
    [
        pytest.param("CNS 11643-1992", b"\xa7\xf5", "unknown_character_set", id="another set"),
        pytest.param("ISO IR165", b"\x1b$)E1-\x1b(B", "unknown_character_set", id="an escape"),
        pytest.param("KLINGON", b"Munoz", "", id="plain letters"),
        pytest.param("8859/1", "Muñoz".encode(), "", id="UTF-8 called Latin-1"),
    ],
)
def test_a_name_whose_letters_are_not_known_is_not_taken_in(
    declared: str, name: bytes, code: str
) -> None:
    raw = message(kind="ADT^A08").replace(b"|2.5.1\r", b"|2.5.1||||||" + declared.encode() + b"\r")

    told = read_message(raw.replace(b"Prueba", name), {})

    [part] = told.parts
    assert (told.code, getattr(part, "code", ""), len(told.problems)) == ("AA", code, 1)
    assert (part.mrn if isinstance(part, Unmapped) else part.person.mrn) == "600100"


def test_the_mapping_says_the_set_where_the_message_names_none_that_is_known() -> None:
    raw = message(kind="ADT^A08").replace(b"|2.5.1\r", b"|2.5.1||||||LATIN\r")
    raw = raw.replace(b"Prueba", "Muñoz".encode("latin-1"))

    [part] = read_message(raw, {"character_set": "8859/1"}).parts

    assert not isinstance(part, Unmapped)
    assert part.person.family_name == "Muñoz"
