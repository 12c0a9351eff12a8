"""What the cells of one row must say together. Each check yields (column, value, what is wrong)."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from surveillance.intake.csv_registry.columns import Part
from surveillance.intake.csv_registry.values import BadValue

Stated = dict[Part, dict[str, Any]]
Finding = tuple[str, Any, BadValue]
Check = Callable[[Stated, date], Iterator[Finding]]

EARLIEST_BIRTH = date(1900, 1, 1)
DAYS = (
    (Part.PATIENT, "birth_date", "birth_date"),
    (Part.STATUS, "on", "patient_status_on"),
    (Part.RISK, "effective_on", "risk_effective_on"),
    (Part.RISK, "cardiac_failure_signs_on", "cardiac_failure_signs_on"),
    (Part.AFP, "taken_on", "afp_on"),
    (Part.EXAM, "performed_on", "performed_on"),
    (Part.PATHOLOGY, "on", "pathology_on"),
    (Part.MDT, "on", "mdt_on"),
    (Part.WAIVER, "on", "waiver_on"),
    (Part.TREATMENT, "on", "treated_on"),
)
"""Days of what has happened: not after today, and not before birth."""

NEEDED = (
    (Part.EXAM, "accession", "accession", "Give the exam its accession number"),
    (Part.EXAM, "performed_on", "performed_on", "Give the day of the exam"),
    (Part.EXAM, "modality", "modality", "Say what kind of exam it was"),
    (Part.AFP, "taken_on", "afp_on", "Give the day of the blood sample"),
    (Part.PATHOLOGY, "value", "pathology_result", "Give the result"),
    (Part.PATHOLOGY, "on", "pathology_on", "Give the day of the result"),
    (Part.MDT, "value", "mdt_outcome", "Say what was decided"),
    (Part.MDT, "on", "mdt_on", "Give the day of the decision"),
    (Part.MDT, "author", "mdt_author", "Say who recorded the decision"),
    (Part.WAIVER, "on", "waiver_on", "Give the day of the decision"),
    (Part.WAIVER, "evidence", "waiver_reason", "Say why the lesion cannot be characterised"),
    (Part.WAIVER, "author", "waiver_author", "Say who signed it"),
    (Part.TREATMENT, "value", "treatment", "Say REMOVED or TREATED"),
    (Part.TREATMENT, "on", "treated_on", "Give the day of treatment"),
    (Part.TREATMENT, "author", "treated_by", "Say who recorded it"),
)
"""If anything of the part is stated, this must be."""

OF_A_LESION = (Part.FINDING, Part.PATHOLOGY, Part.MDT, Part.WAIVER, Part.TREATMENT)


def days_are_possible(stated: Stated, today: date) -> Iterator[Finding]:
    """Nothing has happened in the future, or before the patient was born."""
    born = stated[Part.PATIENT].get("birth_date")
    if born and born < EARLIEST_BIRTH:
        cure = "Correct the year"
        yield "birth_date", born, BadValue("birth_too_early", "is before 1900", cure)
    for part, field, column in DAYS:
        day = stated[part].get(field)
        if day and day > today:
            cure = f"Give the day on which it was so, at the latest today ({today})"
            yield column, day, BadValue("in_the_future", "is in the future", cure)
        elif day and born and day < born:
            cure = "Correct this date or the birth date"
            wrong = f"is before the birth date given in this row ({born})"
            yield column, day, BadValue("before_birth", wrong, cure)


def parts_are_complete(stated: Stated, _today: date) -> Iterator[Finding]:
    """An exam has number, day and kind; a decision its day and author; and so on."""
    for part, field, column, cure in NEEDED:
        if stated[part] and field not in stated[part]:
            yield column, "", BadValue("cell_missing", "is missing", cure)


def blood_test_says_something(stated: Stated, _today: date) -> Iterator[Finding]:
    """A result is a value, or at least that it rises or is high for the age."""
    afp = stated[Part.AFP]
    if afp and "value_ng_ml" not in afp and not (afp.get("rising") or afp.get("elevated_for_age")):
        yield "afp_ng_ml", "", BadValue("cell_missing", "is missing", "Give the result in ng/mL")


def lesion_is_named(stated: Stated, _today: date) -> Iterator[Finding]:
    """Whatever is said of a lesion names it, and a finding belongs to an exam."""
    speaks = any(stated[part] for part in OF_A_LESION) or bool(stated[Part.LESION])
    if speaks and "label" not in stated[Part.LESION]:
        cure = "Name the lesion, for example L1, the same in every row about it"
        yield "lesion_label", "", BadValue("lesion_missing", "is missing", cure)
    if stated[Part.FINDING] and not stated[Part.EXAM]:
        cure = "Give accession, performed_on and modality, or leave the findings blank"
        yield "accession", "", BadValue("exam_missing", "is missing beside findings", cure)
    if stated[Part.EXAM] and "label" not in stated[Part.LESION]:
        cure = "Name the lesion that was looked at, for example L1"
        yield "lesion_label", "", BadValue("lesion_missing", "is missing beside an exam", cure)


def outside_exam_has_evidence(stated: Stated, _today: date) -> Iterator[Finding]:
    """An exam at another institution counts once its report is on file."""
    exam = stated[Part.EXAM]
    if exam.get("is_external") and "evidence" not in exam:
        cure = "Say what proves the exam, for example where its report is filed"
        yield "evidence", "", BadValue("evidence_missing", "is missing for an outside exam", cure)


def score_is_of_ultrasound(stated: Stated, _today: date) -> Iterator[Finding]:
    """The visualisation score is a score of ultrasound."""
    exam = stated[Part.EXAM]
    if "vis" in exam and exam.get("modality") not in (None, "US", "CEUS"):
        cure = "Leave it blank; say adequate: no if the exam was limited"
        yield "vis", exam["vis"], BadValue("vis_not_of_us", "is given for no ultrasound", cure)


def unseen_has_no_size(stated: Stated, _today: date) -> Iterator[Finding]:
    """A lesion that was not seen was not measured."""
    finding = stated[Part.FINDING]
    if finding.get("lesion_seen") is False and "size_mm" in finding:
        cure = "Leave the size blank, or say lesion_seen: yes"
        wrong = BadValue("size_of_unseen", "is given for a lesion that was not seen", cure)
        yield "size_mm", finding["size_mm"], wrong


def status_is_complete(stated: Stated, _today: date) -> Iterator[Finding]:
    """A status other than active has its day; one of them needs a signature."""
    status = stated[Part.STATUS]
    value = status.get("value")
    if status and value is None:
        cure = "Say which status holds, or leave its date and reason blank"
        yield "patient_status", "", BadValue("cell_missing", "is missing", cure)
    if value not in (None, "ACTIVE") and "on" not in status:
        cure = "Give the day from which it holds"
        yield "patient_status_on", "", BadValue("cell_missing", "is missing", cure)
    if value == "SURVEILLANCE_NOT_APPROPRIATE":
        cure = "Leave it blank; a clinician signs this in the application"
        yield "patient_status", value, BadValue("needs_signature", "must be signed", cure)


def risk_is_dated(stated: Stated, _today: date) -> Iterator[Finding]:
    """Risk facts hold from a day, and agree among themselves."""
    risk = stated[Part.RISK]
    if not risk:
        return
    if "effective_on" not in risk and "performed_on" not in stated[Part.EXAM]:
        cure = "Say from when the risk facts hold"
        yield "risk_effective_on", "", BadValue("cell_missing", "is missing", cure)
    if "expected_delivery_on" in risk and risk.get("pregnant") != "YES":
        cure = "Say pregnant: yes, or leave the day blank"
        day = risk["expected_delivery_on"]
        yield "expected_delivery_on", day, BadValue("not_pregnant", "has no pregnancy", cure)
    if "cardiac_failure_signs_on" in risk and risk.get("cardiac_failure_signs") != "YES":
        cure = "Say cardiac_failure_signs: yes, or leave the day blank"
        day = risk["cardiac_failure_signs_on"]
        yield "cardiac_failure_signs_on", day, BadValue("no_signs", "has no signs beside it", cure)


ROW_CHECKS: tuple[Check, ...] = (
    days_are_possible,
    parts_are_complete,
    blood_test_says_something,
    lesion_is_named,
    outside_exam_has_evidence,
    score_is_of_ultrasound,
    unseen_has_no_size,
    status_is_complete,
    risk_is_dated,
)
