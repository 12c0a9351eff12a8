"""One clinic, its staff and its records: the arm in which the real software does its work.

Everything that becomes known of the simulated people is written down here by the workflows that
the pages, the feeds and the tasks use. Nothing else writes.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User

from patients.calendars import Calendar, calendar_of
from patients.models import Membership, Patient, PatientStatus, RiskProfile, Role, Site
from patients.prepared import Prepared, slot
from patients.workflows.assign_care_team import assign_care_team
from surveillance.exam_reports import ExamReport, Finding
from surveillance.intake.csv_registry.importing import Batch, Destination, take_in
from surveillance.intake.demonstration.accounts import DemoPerson, make_people, make_sites
from surveillance.models import (
    FollowUp,
    InformedOf,
    Lesion,
    LesionEventKind,
    Letter,
    OverrideKind,
    WhoDeclined,
)
from surveillance.protocol.terms import MdtOutcome, ObligationKind, Tri
from surveillance.registry.known import PatientRows
from surveillance.registry.reports import EXAM_WORDS, FINDING_WORDS, in_words
from surveillance.registry.rows import RegistryRow
from surveillance.simulation.life import Life
from surveillance.simulation.records import Records
from surveillance.simulation.subjects import Clinic
from surveillance.simulation.world import AUTHOR
from surveillance.workflows.amend_patient import amend_patient
from surveillance.workflows.append_declination import Declined
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.override_assessment import override_assessment
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.record_lesion_event import record_lesion_event
from surveillance.workflows.record_missed_appointment import record_missed_appointment
from surveillance.workflows.record_order import record_order
from surveillance.workflows.record_returned_letter import record_returned_letter
from surveillance.workflows.update_risk import facts_of, update_risk
from surveillance.workflows.withdraw_patient import withdraw_patient

NOON = time(12)
NAVIGATORS = 2
"""In each team, so that one may be away."""
NOBODY_SIGNS_IN = "!"
NEW_ADDRESS = "1 Another Lane"

REASONS = {
    PatientStatus.DECEASED: "Reported by the practice (simulated)",
    PatientStatus.TRANSFERRED_ACKNOWLEDGED: "Receiving centre confirmed in writing (simulated)",
    PatientStatus.DECLINED: "Told of the risk by telephone, declined (simulated)",
}

DECLINED = Declined(by=WhoDeclined.PATIENT, informed_of=(InformedOf.RISK_OF_DELAY,))


_OPEN_IMAGING = Prepared(
    lambda: (
        FollowUp.objects.open()
        .filter(patient=slot(FollowUp, "patient"), kind=ObligationKind.IMAGING)
        .select_related("site", "patient")
        .order_by("latest_on", "lesion__label")
    )
)


@dataclass
class OnFile:
    """Where a simulated person is found in the records."""

    patient: Patient
    lesions: dict[str, Lesion]


@dataclass
class Hospital(Records):
    """A clinic and everything on file there. `people` by MRN."""

    clinic: Clinic
    site: Site
    calendar: Calendar
    people: dict[str, OnFile] = field(default_factory=dict)
    coming_back: dict[str, list[Letter]] = field(default_factory=lambda: defaultdict(list))
    """By MRN: letters that were posted to an address where nobody is."""
    _staff: list[tuple[Role, User]] = field(default_factory=list)

    def noon(self, day: date) -> datetime:
        """The moment of the day at which everything happens: noon at the site."""
        zone = ZoneInfo(self.site.time_zone)
        return datetime.combine(day, NOON, tzinfo=zone).astimezone(UTC)

    def enrol(self, life: Life, rows: list[RegistryRow], day: date) -> None:
        """By the registry's own import; then the care team is named."""
        site, now = self.site, self.noon(day)
        group = PatientRows(site.slug, life.mrn, tuple(rows))
        taken = take_in(
            Batch((group,), (), 0, None), Destination({site.slug: site}), by=None, now=now
        )
        if taken.refused:
            raise ValueError(f"an invented row was refused: {taken.problems[0].message}")
        patient = Patient.objects.select_related("site").get(site=site, mrn=life.mrn)
        navigators = self.in_post(Role.NURSE_NAVIGATOR)
        assign_care_team(
            patient=patient,
            navigator=navigators[life.subject.number % len(navigators)] if navigators else None,
            responsible_clinician=self.in_post(Role.CLINICIAN)[0],
            by=None,
            now=now,
        )
        lesions = {one.label: one for one in Lesion.objects.filter(patient=patient)}
        self.people[life.mrn] = OnFile(patient, lesions)

    def staff(self) -> list[tuple[Role, User]]:
        """Who works here, by role and name. Read once, until somebody comes or goes."""
        if not self._staff:
            rows = Membership.objects.current().filter(site=self.site).select_related("user")
            found = [(Role(row.role), row.user) for row in rows.order_by("user__username")]
            self._staff = sorted(found, key=lambda each: each[0])
        return self._staff

    def staff_changed(self) -> None:
        """Somebody came or went."""
        self._staff = []

    def in_post(self, role: Role) -> list[User]:
        """Who holds the role, in a settled order."""
        return [user for held, user in self.staff() if held == role]

    def open_imaging(self, life: Life) -> list[FollowUp]:
        """The exams that the records hold open for a person."""
        return _OPEN_IMAGING.ask(patient=self.people[life.mrn].patient.pk)

    def exam(self, life: Life, rows: list[RegistryRow], day: date) -> None:
        """By the workflow of the feeds."""
        on_file = self.people[life.mrn]
        findings = tuple(
            Finding(
                lesion=on_file.lesions[row.lesion["label"]],
                **in_words(row.finding, FINDING_WORDS),
            )
            for row in rows
        )
        report = ExamReport(findings=findings, **in_words(rows[0].exam, EXAM_WORDS))
        record_exam(patient=on_file.patient, report=report, by=None, now=self.noon(day))

    def order(self, life: Life, day: date) -> None:
        """The order is noted on everything that one exam will serve."""
        missing = [one for one in self.open_imaging(life) if one.ordered_on is None]
        if missing:
            record_order(
                follow_up=missing[0],
                also=missing[1:],
                order_number=f"SIM-{life.mrn}-{day:%y%m%d}",
                ordered_on=day,
                by=None,
                now=self.noon(day),
            )

    def booking(self, life: Life, booked_for: date, day: date) -> None:
        """One appointment serves all lesions of the patient."""
        owed = self.open_imaging(life)
        if owed:
            book_follow_up(
                follow_up=owed[0], also=owed[1:], booked_for=booked_for, by=None, now=self.noon(day)
            )

    def missed(self, life: Life, day: date) -> None:
        """Recorded for everything that the appointment would have served."""
        for follow_up in self.open_imaging(life):
            if follow_up.booked_for is None or follow_up.booked_for > day:
                continue
            record_missed_appointment(follow_up=follow_up, by=None, now=self.noon(day))

    def decision(self, life: Life, label: str, outcome: MdtOutcome, day: date) -> None:
        """The minutes of a meeting."""
        self._event(life, label, LesionEventKind.MDT_DECISION, outcome.value, day)

    def treated(self, life: Life, label: str, day: date) -> None:
        """A report of treatment."""
        self._event(life, label, LesionEventKind.REMOVED_OR_TREATED, "TREATED", day)

    def _event(self, life: Life, label: str, kind: LesionEventKind, value: str, day: date) -> None:
        record_lesion_event(
            lesion=self.people[life.mrn].lesions[label],
            kind=kind,
            value=value,
            occurred_on=day,
            author=AUTHOR,
            evidence="Simulated",
            by=None,
            now=self.noon(day),
        )

    def facts(self, life: Life, facts: dict[str, Tri], day: date) -> None:
        """What was asked for, over what was known."""
        patient = self.people[life.mrn].patient
        profile = RiskProfile.objects.filter(patient=patient).in_force(day).first()
        assert profile is not None
        learned: dict[str, Any] = {name: one.value for name, one in facts.items()}
        update_risk(
            patient=patient,
            facts=replace(facts_of(profile), **learned),
            effective_on=day,
            source="practice (simulated)",
            by=None,
            now=self.noon(day),
        )

    def status(self, life: Life, day: date) -> None:
        """Somebody dies, moves away or declines."""
        status = PatientStatus(life.status.value)
        withdraw_patient(
            patient=self.people[life.mrn].patient,
            status=status,
            status_on=day,
            reason=REASONS[status],
            declined=DECLINED if status is PatientStatus.DECLINED else None,
            by=None,
            now=self.noon(day),
        )

    def returned(self, life: Life, day: date) -> None:
        """A letter is back."""
        letter = self.coming_back[life.mrn].pop(0)
        record_returned_letter(letter=letter, on=day, by=None, now=self.noon(day))

    def address(self, life: Life, day: date) -> None:
        """The patient said on the telephone where letters arrive."""
        amend_patient(
            patient=self.people[life.mrn].patient,
            changes={"address": NEW_ADDRESS},
            by=None,
            now=self.noon(day),
        )

    def signed_off(self, life: Life, label: str, day: date) -> None:
        """A clinician of the site signs."""
        override_assessment(
            lesion=self.people[life.mrn].lesions[label],
            kind=OverrideKind.CLOSE,
            reason="Not indicated any more (simulated)",
            by=self.in_post(Role.CLINICIAN)[0],
            now=self.noon(day),
        )


def open_hospital(clinic: Clinic, *, first_day: date) -> Hospital:
    """The clinic with its staff, who cannot sign in."""
    now = datetime.combine(first_day - timedelta(days=1), NOON, tzinfo=UTC)
    made = make_sites([clinic.site], now=now)
    make_people(_staff_of(clinic), made, password=NOBODY_SIGNS_IN, now=now)
    [site] = made.values()
    return Hospital(clinic, site, calendar_of(site))


def _staff_of(clinic: Clinic) -> list[DemoPerson]:
    name, label = clinic.label.title(), clinic.label
    navigators = [navigator(clinic, number) for number in range(1, NAVIGATORS + 1)]
    return [
        *navigators,
        DemoPerson(f"lead.{label}", "Lea", name, Role.LEAD_NAVIGATOR, clinic.slug),
        DemoPerson(f"clinician.{label}", "Cleo", name, Role.CLINICIAN, clinic.slug),
        DemoPerson(f"director.{label}", "Dana", name, Role.MEDICAL_DIRECTOR, clinic.slug),
    ]


def navigator(clinic: Clinic, number: int) -> DemoPerson:
    """Navigator `number` of a clinic, the first two or a successor."""
    name, role = clinic.label.title(), Role.NURSE_NAVIGATOR
    return DemoPerson(f"navigator.{clinic.label}.{number}", f"Nav{number}", name, role, clinic.slug)
