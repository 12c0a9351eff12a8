"""Whatever happens to a patient, in whatever order: what is open is exactly what is owed (I1, I23).

Random sequences of workflow calls; after each, every lesion is compared with the protocol's answer
to the facts on file that day.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from patients.models import Patient, PatientStatus, Tri
from surveillance.cases import build_case
from surveillance.exam_reports import ExamReport, Finding
from surveillance.models import (
    FollowUp,
    ImagingExam,
    Lesion,
    LesionEvent,
    LesionEventKind,
    PatientMerge,
    ReportStatus,
)
from surveillance.obligations import window_of
from surveillance.protocol.recommend import recommend
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LiRads,
    MdtOutcome,
    Modality,
    ObligationKind,
    PathologyResult,
)
from surveillance.workflows.merge_patients import merge_patients
from surveillance.workflows.reassess_changed_by_time import reassess_changed_by_time
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.record_lesion_event import record_lesion_event
from surveillance.workflows.register_lesion import register_lesion
from surveillance.workflows.retract_exam import retract_exam
from surveillance.workflows.retract_lesion_event import retract_lesion_event
from surveillance.workflows.unmerge_patients import unmerge_patients
from surveillance.workflows.update_risk import update_risk
from surveillance.workflows.withdraw_patient import withdraw_patient
from tests.factories import MembershipFactory, PatientFactory
from tests.journeys.story import at
from tests.surveillance.factories import DECLINED_IN_PERSON, risk_facts, tried_everything

pytestmark = pytest.mark.django_db

BEGIN = date(2022, 1, 31)
RECORDABLE = [modality for modality in Modality if modality is not Modality.MRI_CONTRAST]
TRI = st.sampled_from([Tri.YES, Tri.NO, Tri.UNKNOWN])


def maybe(values: Any) -> Any:
    return st.none() | st.sampled_from(list(values))


EXAMS = st.fixed_dictionaries(
    {
        "modality": st.sampled_from(RECORDABLE),
        "adequate": st.sampled_from([True, True, True, False]),
        "vis": maybe("ABC"),
        "report_status": st.sampled_from([ReportStatus.FINAL] * 4 + [ReportStatus.PRELIMINARY]),
    }
)
FINDINGS = st.fixed_dictionaries(
    {
        "lesion_seen": st.sampled_from([True, True, True, False]),
        "size_mm": st.none() | st.sampled_from([Decimal(n) / 2 for n in range(6, 60)]),
        "aphe": maybe([Tri.YES, Tri.NO]),
        "washout": maybe([Tri.YES, Tri.NO]),
        "lirads": maybe(LiRads),
        "conclusion": maybe(Conclusion),
        "kind": maybe([*LesionKind, None, None]),
        "isolation": maybe(Isolation),
        "pattern": maybe(CalcificationPattern),
        "septations": maybe([Tri.YES, Tri.NO]),
    }
)
RISKS = st.dictionaries(
    st.sampled_from(
        [
            "cirrhosis",
            "chronic_hbv",
            "normal_liver_function",
            "extrahepatic_malignancy",
            "torch_evaluated",
        ]
    ),
    TRI,
    max_size=3,
)
EVENTS = st.one_of(
    st.tuples(st.just(LesionEventKind.PATHOLOGY), st.sampled_from(list(PathologyResult))),
    st.tuples(st.just(LesionEventKind.MDT_DECISION), st.sampled_from(list(MdtOutcome))),
    st.tuples(st.just(LesionEventKind.CHARACTERISATION_WAIVER), st.just("WAIVED")),
    st.tuples(st.just(LesionEventKind.REMOVED_OR_TREATED), st.just("REMOVED")),
    st.tuples(st.just(LesionEventKind.SYMPTOMS), TRI),
)
STEPS = st.one_of(
    st.tuples(st.just("exam"), EXAMS, FINDINGS, st.sampled_from(["one", "other", "both"])),
    st.tuples(st.just("exam"), EXAMS, FINDINGS, st.sampled_from(["one", "other", "both"])),
    st.tuples(st.just("exam"), EXAMS, FINDINGS, st.sampled_from(["one", "other", "both"])),
    st.tuples(st.just("risk"), RISKS),
    st.tuples(st.just("event"), EVENTS),
    st.tuples(st.just("status"), st.sampled_from(list(PatientStatus))),
    st.tuples(st.just("retract exam"), st.integers(0, 5)),
    st.tuples(st.just("retract event"), st.integers(0, 5)),
    st.tuples(st.just("merge")),
    st.tuples(st.just("unmerge")),
)
HISTORIES = st.lists(st.tuples(st.integers(1, 250), STEPS), min_size=1, max_size=7)


class World:
    """Two records of one site, one lesion each to begin with, and a calendar."""

    def __init__(self, born: date) -> None:
        self.day = BEGIN
        self.patient = PatientFactory(birth_date=born)
        self.other = PatientFactory(site=self.patient.site, birth_date=born)
        self.navigator = MembershipFactory(site=self.patient.site).user
        self.clinician = MembershipFactory(site=self.patient.site, clinician=True).user
        self.who = {"by": self.navigator, "now": at(BEGIN)}
        self.lesion = register_lesion(patient=self.patient, label="L1", **self.who)
        self.second = register_lesion(patient=self.other, label="L1", **self.who)

    def live(self, days: int, step: tuple[Any, ...]) -> None:
        self.day += timedelta(days=days)
        self.who = {"by": self.clinician, "now": at(self.day)}
        reassess_changed_by_time(site=self.patient.site, now=at(self.day))
        verb, *rest = step
        getattr(self, f"_{verb.replace(' ', '_')}")(*rest)

    def _exam(self, exam: dict[str, Any], finding: dict[str, Any], seen: str) -> None:
        lesions = list(Lesion.objects.filter(patient=self.patient).order_by("recorded_at", "pk"))
        chosen = {"one": lesions[:1], "other": lesions[-1:], "both": lesions}[seen]
        report = ExamReport(
            accession=f"{self.patient.pk}/{self.day}",
            performed_on=self.day,
            findings=tuple(Finding(lesion=lesion, **finding) for lesion in chosen),
            **exam,
        )
        record_exam(patient=self.patient, report=report, **self.who)

    def _risk(self, facts: dict[str, Any]) -> None:
        update_risk(
            patient=self.patient,
            facts=risk_facts(**facts),
            effective_on=self.day,
            source="letter",
            **self.who,
        )

    def _event(self, event: tuple[LesionEventKind, str]) -> None:
        kind, value = event
        record_lesion_event(
            lesion=self.lesion,
            kind=kind,
            value=value,
            occurred_on=self.day,
            author="Dr Example",
            **self.who,
        )

    def _status(self, status: PatientStatus) -> None:
        for patient in (self.patient, self.other):
            if status == PatientStatus.LOST_TO_FOLLOW_UP:
                tried_everything(patient, at(self.day))
            withdraw_patient(
                patient=patient,
                status=status,
                status_on=self.day,
                reason="letter",
                declined=DECLINED_IN_PERSON if status == PatientStatus.DECLINED else None,
                **self.who,
            )

    def _retract_exam(self, which: int) -> None:
        exams = ImagingExam.objects.standing().filter(patient=self.patient)
        for exam in exams.order_by("performed_on")[which : which + 1]:
            retract_exam(exam=exam, reason="error", **self.who)

    def _retract_event(self, which: int) -> None:
        events = LesionEvent.objects.standing().filter(lesion=self.lesion)
        for event in events.order_by("occurred_on", "pk")[which : which + 1]:
            retract_lesion_event(event=event, reason="error", **self.who)

    def _merge(self) -> None:
        """Not where the records differ in status, as after a death between merge and its undoing:
        that is refused."""
        pair = Patient.objects.filter(pk__in=[self.patient.pk, self.other.pk])
        if len(set(pair.values_list("status", flat=True))) == 1:
            merge_patients(
                survivor=self.patient, duplicate=self.other, reason="same person", **self.who
            )

    def _unmerge(self) -> None:
        spans = ImagingExam.objects.filter(observations__lesion=self.second).filter(
            observations__lesion=self.lesion
        )
        for merge in PatientMerge.objects.filter(duplicate=self.other, undone_at=None):
            if not spans.exists():
                unmerge_patients(merge=merge, **self.who)

    def check(self) -> None:
        for lesion in Lesion.objects.filter(patient__in=[self.patient, self.other]):
            check_lesion(lesion, self.day)
        for patient in Patient.objects.filter(pk__in=[self.patient.pk, self.other.pk]):
            strangers = FollowUp.objects.filter(patient=patient).exclude(lesion__patient=patient)
            assert not strangers.exists()


def check_lesion(lesion: Lesion, day: date) -> None:
    answer = recommend(build_case(lesion, as_of=day))
    rows = list(FollowUp.objects.open().filter(lesion=lesion))
    note(f"{day} {lesion} {answer.rule} owed={answer.obligations} open={rows}")
    owed = {obligation.kind: obligation for obligation in answer.obligations}
    assert len(rows) == len({row.kind for row in rows})
    assert {row.kind for row in rows} == set(owed)
    assert answer.stop is (not rows)
    for row in rows:
        wanted = owed[ObligationKind(row.kind)]
        assert row.recommendation == wanted.recommendation
        assert row.escalation_class == wanted.escalation_class
        assert row.advised_modality == (wanted.modality or "")
        if row.kind == ObligationKind.REVIEW:
            assert row.latest_on <= wanted.window.latest
        else:
            assert window_of(row) == wanted.window


@settings(max_examples=min(settings().max_examples, 60))
@given(
    born=st.sampled_from([date(1970, 5, 17), date(2004, 2, 29), date(2021, 9, 1)]),
    history=HISTORIES,
)
def test_what_is_open_is_exactly_what_is_owed(born, history):
    world = World(born)
    world.check()

    for days, step in history:
        world.live(days, step)
        world.check()
