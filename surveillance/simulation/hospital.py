"""The sites, their staff and their records: the arm in which the real software does its work.

Everything that becomes known of the simulated people is written down here by the workflows that
the pages, the feeds and the tasks use. Nothing else writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User

from patients.calendars import Calendar, calendars_of
from patients.models import Membership, Patient, PatientStatus, RiskProfile, Role, Site
from patients.workflows.assign_care_team import assign_care_team
from surveillance.exam_reports import ExamReport, Finding
from surveillance.intake.csv_registry.importing import Batch, Destination, take_in
from surveillance.intake.demonstration.accounts import DemoPerson, make_people, make_sites
from surveillance.intake.synthetic.words import DemoSite
from surveillance.models import (
    FollowUp,
    FollowUpQuerySet,
    InformedOf,
    Lesion,
    LesionEventKind,
    OverrideKind,
    WhoDeclined,
)
from surveillance.protocol.terms import MdtOutcome, ObligationKind, Tri
from surveillance.registry.known import PatientRows
from surveillance.registry.reports import EXAM_WORDS, FINDING_WORDS, in_words
from surveillance.registry.rows import RegistryRow
from surveillance.simulation.life import Life
from surveillance.simulation.world import AUTHOR, Records
from surveillance.workflows.append_declination import Declined
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.override_assessment import override_assessment
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.record_lesion_event import record_lesion_event
from surveillance.workflows.record_missed_appointment import record_missed_appointment
from surveillance.workflows.update_risk import facts_of, update_risk
from surveillance.workflows.withdraw_patient import withdraw_patient

NOON = time(12, tzinfo=UTC)
"""The same calendar day at all three sites."""
NAVIGATORS = 2
"""At each site, so that one may be away."""
NOBODY_SIGNS_IN = "!"

REASONS = {
    PatientStatus.DECEASED: "Reported by the practice (simulated)",
    PatientStatus.TRANSFERRED_ACKNOWLEDGED: "Receiving centre confirmed in writing (simulated)",
    PatientStatus.DECLINED: "Told of the risk by telephone, declined (simulated)",
}

DECLINED = Declined(by=WhoDeclined.PATIENT, informed_of=(InformedOf.RISK_OF_DELAY,))


def noon(day: date) -> datetime:
    """The moment of the day at which everything happens."""
    return datetime.combine(day, NOON)


@dataclass
class OnFile:
    """Where a simulated person is found in the records."""

    patient: Patient
    lesions: dict[str, Lesion]


@dataclass
class Hospital(Records):
    """The sites and everything on file. `people` by MRN."""

    sites: dict[str, Site]
    calendars: dict[str, Calendar]
    people: dict[str, OnFile] = field(default_factory=dict)
    _staff: dict[str, list[tuple[Role, User]]] = field(default_factory=dict)

    def enrol(self, life: Life, rows: list[RegistryRow], day: date) -> None:
        """By the registry's own import; then the care team is named."""
        site, now = self.sites[life.subject.site.slug], noon(day)
        group = PatientRows(site.slug, life.mrn, tuple(rows))
        taken = take_in(
            Batch((group,), (), 0, None), Destination({site.slug: site}), by=None, now=now
        )
        if taken.refused:
            raise ValueError(f"an invented row was refused: {taken.problems[0].message}")
        patient = Patient.objects.select_related("site").get(site=site, mrn=life.mrn)
        navigators = self.in_post(site, Role.NURSE_NAVIGATOR)
        assign_care_team(
            patient=patient,
            navigator=navigators[life.subject.number % len(navigators)] if navigators else None,
            responsible_clinician=self.in_post(site, Role.CLINICIAN)[0],
            by=None,
            now=now,
        )
        lesions = {one.label: one for one in Lesion.objects.filter(patient=patient)}
        self.people[life.mrn] = OnFile(patient, lesions)

    def staff(self, site: Site) -> list[tuple[Role, User]]:
        """Who works at the site, by role and name. Read once, until somebody comes or goes."""
        if site.slug not in self._staff:
            rows = Membership.objects.current().filter(site=site).select_related("user")
            found = [(Role(row.role), row.user) for row in rows.order_by("user__username")]
            order = list(Role)
            self._staff[site.slug] = sorted(found, key=lambda one: order.index(one[0]))
        return self._staff[site.slug]

    def staff_changed(self, site: Site) -> None:
        """Somebody came or went."""
        self._staff.pop(site.slug, None)

    def in_post(self, site: Site, role: Role) -> list[User]:
        """Who holds the role at the site, in a settled order."""
        return [user for held, user in self.staff(site) if held == role]

    def open_imaging(self, life: Life) -> FollowUpQuerySet:
        """The exams that the records hold open for a person."""
        rows = FollowUp.objects.open().filter(
            patient=self.people[life.mrn].patient, kind=ObligationKind.IMAGING
        )
        return rows.select_related("site", "patient").order_by("latest_on", "lesion__label")

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
        record_exam(patient=on_file.patient, report=report, by=None, now=noon(day))

    def order(self, life: Life, day: date) -> None:
        """The order is noted on everything that one exam will serve."""
        for follow_up in self.open_imaging(life).filter(ordered_on=None):
            book_follow_up(
                follow_up=follow_up,
                booked_for=follow_up.booked_for,
                order_number=f"SIM-{life.mrn}-{day:%y%m%d}",
                ordered_on=day,
                by=None,
                now=noon(day),
            )

    def booking(self, life: Life, booked_for: date, day: date) -> None:
        """One appointment serves all lesions of the patient."""
        owed = list(self.open_imaging(life))
        if owed:
            book_follow_up(
                follow_up=owed[0], also=owed[1:], booked_for=booked_for, by=None, now=noon(day)
            )

    def missed(self, life: Life, day: date) -> None:
        """Recorded for everything that the appointment would have served."""
        for follow_up in self.open_imaging(life).filter(booked_for__lte=day):
            record_missed_appointment(follow_up=follow_up, by=None, now=noon(day))

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
            now=noon(day),
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
            now=noon(day),
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
            now=noon(day),
        )

    def signed_off(self, life: Life, label: str, day: date) -> None:
        """A clinician of the site signs."""
        site = self.sites[life.subject.site.slug]
        override_assessment(
            lesion=self.people[life.mrn].lesions[label],
            kind=OverrideKind.CLOSE,
            reason="Not indicated any more (simulated)",
            by=self.in_post(site, Role.CLINICIAN)[0],
            now=noon(day),
        )


def open_hospital(sites: Sequence[DemoSite], *, first_day: date) -> Hospital:
    """Sites with their staff, who cannot sign in."""
    now = noon(first_day - timedelta(days=1))
    made = make_sites(sites, now=now)
    make_people(_people_of(sites), made, password=NOBODY_SIGNS_IN, now=now)
    by_key = calendars_of(made.values())
    return Hospital(made, {slug: by_key[site.pk] for slug, site in made.items()})


def _people_of(sites: Sequence[DemoSite]) -> list[DemoPerson]:
    return [person for site in sites for person in _staff_of(site)]


def _staff_of(site: DemoSite) -> list[DemoPerson]:
    name = site.slug.title()
    navigators = [navigator(site.slug, number) for number in range(1, NAVIGATORS + 1)]
    return [
        *navigators,
        DemoPerson(f"lead.{site.slug}", "Lea", name, Role.LEAD_NAVIGATOR, site.slug),
        DemoPerson(f"clinician.{site.slug}", "Cleo", name, Role.CLINICIAN, site.slug),
        DemoPerson(f"director.{site.slug}", "Dana", name, Role.MEDICAL_DIRECTOR, site.slug),
    ]


def navigator(slug: str, number: int) -> DemoPerson:
    """Navigator `number` of a site, the first two or a successor."""
    role = Role.NURSE_NAVIGATOR
    return DemoPerson(f"navigator.{slug}.{number}", f"Nav{number}", slug.title(), role, slug)
