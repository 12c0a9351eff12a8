"""What a radiology department would have to say so that a follow-up closes by itself."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from patients.models import Patient
from surveillance.arrivals import CodedFinding, Person, ReportArrival, ReportState
from surveillance.exam_matching import (
    LesionRow,
    incoming_report,
    lesions_of,
    named_by,
    named_on_file,
)
from surveillance.models import FollowUp
from surveillance.protocol.exam_of_report import last_size
from surveillance.protocol.identity import identity_of
from surveillance.protocol.incoming import Verdict
from surveillance.protocol.reconciliation import reconcile
from surveillance.protocol.report_reader.read import read_report
from surveillance.protocol.terms import Conclusion, Modality, RecommendationKind, Sex

BODY_SITE: Final = "liver"
REPORTER: Final = "Gantry"
USUAL_SIZE: Final = Decimal(6)
"""Millimetres, of a lesion that was never measured."""
PROCEDURES: Final = {
    Modality.US: "Ultrasound liver",
    Modality.CEUS: "CEUS liver",
    Modality.CT_NONCONTRAST: "CT liver without contrast",
    Modality.CT_SINGLE_PHASE: "CT liver with contrast",
    Modality.CT_MULTIPHASE: "CT liver, multiphase with contrast",
    Modality.MRI_NONCONTRAST: "MRI liver without contrast",
    Modality.MRI_EXTRACELLULAR: "MRI liver with contrast, gadobutrol",
    Modality.MRI_HEPATOBILIARY: "MRI liver with contrast, gadoxetate",
}
"""Words from which the readers of both formats know the kind of exam without any mapping."""
WITH_CONTRAST: Final = frozenset(
    {
        Modality.CEUS,
        Modality.CT_MULTIPHASE,
        Modality.MRI_EXTRACELLULAR,
        Modality.MRI_HEPATOBILIARY,
    }
)


def sample_result(follow_up: FollowUp, *, number: str, now: datetime) -> ReportArrival:
    """A signed, adequate exam of the advised kind, done today, with every lesion whose imaging is
    owed measured as before. `number` becomes the accession number."""
    patient = follow_up.patient
    today = patient.site.local_date(now)
    rows = [row for row in lesions_of(patient, today) if row.follow_up is not None]
    modality = kind_of_exam(follow_up)
    findings = tuple(_unchanged(row, modality) for row in rows)
    return ReportArrival(
        person=person_of(patient),
        accession=number,
        state=ReportState.FINAL,
        performed_on=today,
        modality=modality,
        procedure=PROCEDURES[modality],
        body_site=BODY_SITE,
        text=_text(findings),
        reporter=REPORTER,
        order_number=follow_up.order_number,
        adequate=True,
        findings=findings,
        said_at=now.replace(microsecond=0),
    )


def speaks_against(report: ReportArrival, follow_up: FollowUp, now: datetime) -> tuple[str, ...]:
    """Why this report would not close the follow-up by itself; nothing if it would."""
    patient = follow_up.patient
    rows = lesions_of(patient, patient.site.local_date(now), accession=report.accession)
    incoming = incoming_report(report, read_report(report.text))
    identity = identity_of(named_by(report.person), named_on_file(patient))
    matches = reconcile(incoming, identity, [row.on_file for row in rows])
    own = next(one for one in matches if one.lesion == str(follow_up.lesion_id))
    if own.verdict is Verdict.CERTAIN:
        return ()
    return tuple(reason.words for reason in own.reasons_against)


def kind_of_exam(follow_up: FollowUp) -> Modality:
    """The exam that is advised; ultrasound where any will do."""
    advised = Modality(follow_up.advised_modality or Modality.US)
    return advised if advised in PROCEDURES else Modality.MRI_EXTRACELLULAR


def person_of(patient: Patient) -> Person:
    """Who it is, with the second identifier that a machine asks for."""
    return Person(
        mrn=patient.mrn,
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
        sex=Sex(patient.sex),
    )


def _unchanged(row: LesionRow, modality: Modality) -> CodedFinding:
    """Measured as before; an exam with contrast also says what it takes the lesion for."""
    assert row.follow_up is not None
    confirms = row.follow_up.recommendation == RecommendationKind.CONFIRM_ISOLATION_CONTRAST
    conclusion = Conclusion.ISOLATED_CALCIFICATION if confirms else Conclusion.INDETERMINATE
    return CodedFinding(
        label=row.lesion.label,
        segments=row.on_file.segments,
        size_mm=last_size(row.on_file.case) or USUAL_SIZE,
        conclusion=conclusion if modality in WITH_CONTRAST else None,
    )


def _text(findings: Sequence[CodedFinding]) -> str:
    seen = [f"{one.label}{_place(one)}: {one.size_mm} mm, unchanged." for one in findings]
    return "\n".join(["FINDINGS", *seen, "IMPRESSION", "No change since the last exam."])


def _place(one: CodedFinding) -> str:
    return f", segment {', '.join(one.segments)}" if one.segments else ""
