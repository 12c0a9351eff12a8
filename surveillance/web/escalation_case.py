"""The case behind an escalation: what somebody with thirty seconds must know before answering."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from surveillance.models import FollowUp, LesionAssessment, LesionObservation
from surveillance.obligations import window_of
from surveillance.protocol.parameters import LARGE_FROM
from surveillance.web.chart import Chart, size_chart
from surveillance.web.lesion_view import ExamRow, exam_row, measurements_of
from surveillance.web.owed_view import booking_words
from surveillance.web.queue_rows import owed_words, stage_tag
from surveillance.web.risk_words import risk_tag, risk_why
from surveillance.web.wording import (
    Tag,
    age_words,
    date_words,
    lesion_words,
    name_of_patient,
)


@dataclass(frozen=True, slots=True)
class CaseView:
    """Who, which lesion, which risk and why, what is owed, and how the lesion grew."""

    key: str
    name: str
    url: str
    mrn: str
    site: str
    born: str
    age: str
    phone: str
    risk: Tag
    risk_why: str
    lesion: str
    history_url: str
    owed: str
    last_day: str
    stage: Tag | None
    booking: str
    chart: Chart | None
    exams: tuple[ExamRow, ...]


def case_view(
    follow_up: FollowUp, decision: LesionAssessment, on: date, *, is_open: bool
) -> CaseView:
    """The case as of the site's day. Two queries: the risk on record, and what was seen.

    Of an escalation that is not open any more, nothing is said that still runs.
    """
    patient, lesion = follow_up.patient, follow_up.lesion
    profile = patient.risk_profiles.in_force(on).first()
    seen = LesionObservation.objects.standing().filter(lesion=lesion).select_related("exam")
    light = seen.defer("exam__report_text", "exam__evidence")
    observations = list(light.order_by("-exam__performed_on", "exam__accession"))
    name = lesion_words(lesion)
    return CaseView(
        key=str(lesion.pk),
        name=name_of_patient(patient),
        url=reverse("patient", args=[patient.pk]),
        mrn=patient.mrn,
        site=follow_up.site.name,
        born=date_words(patient.birth_date) or _("not recorded"),
        age=age_words(patient.birth_date, on),
        phone=patient.phone,
        risk=risk_tag(decision.risk),
        risk_why=risk_why(profile),
        lesion=name,
        history_url=reverse("lesion_history", args=[lesion.pk]),
        owed=owed_words(follow_up),
        last_day=date_words(window_of(follow_up).latest),
        stage=stage_tag(follow_up, on) if is_open else None,
        booking=booking_words(follow_up),
        chart=size_chart(name, measurements_of(observations), LARGE_FROM.value),
        exams=tuple(exam_row(row) for row in observations),
    )
