"""Rows become records: once, wholly, and the good ones in spite of the bad ones."""

from datetime import date
from decimal import Decimal

import pytest

from patients.models import AfpResult, Patient, PatientStatus, RiskProfile, Role, Tri
from patients.workflows.amend_demographics import amend_demographics
from patients.workflows.note_returned_address import note_returned_address
from surveillance.models import (
    FollowUp,
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionObservation,
    Notification,
)
from surveillance.workflows.merge_patients import merge_patients
from surveillance.workflows.retract_exam import retract_exam
from tests.factories import NOW, MembershipFactory
from tests.surveillance.intake.registry_files import LOW_RISK, PATIENT, row
from tests.surveillance.intake.snapshot import snapshot

CIRRHOTIC = LOW_RISK | {"cirrhosis": "yes", "normal_liver_parenchyma": "no"}
CONTRAST = {"accession": "ACC-2", "performed_on": "2026-06-20", "modality": "MRI_HEPATOBILIARY",
            "conclusion": "INDETERMINATE"}  # fmt: skip


class TestNewPatient:
    def test_postal_address_comes_in_by_its_parts_and_is_corrected_by_a_later_file(
        self, take
    ) -> None:
        parts = {"address": "1 Example Street", "city": "Sampleville", "region": "NY"}
        take(row(**parts, postal_code="00000", country="USA"))
        patient = Patient.objects.get()
        assert patient.postal_lines == ("1 Example Street", "Sampleville, NY 00000", "USA")
        note_returned_address(patient=patient, on=date(2026, 8, 1), by=None, now=NOW)

        take(row(**parts | {"address": "2 Other Street"}))

        stored = Patient.objects.get()
        assert stored.postal_lines[0] == "2 Other Street"
        assert stored.address_returned_on is None

    def test_a_row_becomes_patient_risk_lesion_exam_and_what_is_owed(self, take) -> None:
        outcome, problems = take(
            row(**CIRRHOTIC, phone="555-0101", consent_phone="yes", language="es", segments="IVa")
        )

        assert not problems
        assert (outcome.rows, outcome.refused) == (1, 0)
        patient = Patient.objects.get()
        assert (patient.site.slug, patient.mrn, patient.family_name) == ("north", "A1", "Testheron")
        assert patient.history.get().history_change_reason == "registered"
        assert patient.consent_phone == Tri.YES
        assert RiskProfile.objects.get().cirrhosis == Tri.YES
        assert RiskProfile.objects.get().effective_on == date(2026, 6, 1)
        assert Lesion.objects.get().segments == ["IVA"]
        assert LesionObservation.objects.get().size_mm == Decimal("8.00")
        assert LesionAssessment.objects.get().cause == "registry_import"
        assert FollowUp.objects.open().exists()

    def test_several_lesions_of_one_exam_are_one_exam(self, take) -> None:
        take(row(lesion_label="L1"), row(lesion_label="L2", size_mm="11,5"))

        assert ImagingExam.objects.count() == 1
        assert {one.size_mm for one in LesionObservation.objects.all()} == {8, Decimal("11.5")}
        assert LesionAssessment.objects.count() == 2

    def test_rows_of_a_patient_may_stand_anywhere_in_the_file(self, take) -> None:
        first = {"site": "north", "mrn": "A1"} | {
            name: value for name, value in row().items() if name not in PATIENT
        }

        outcome, problems = take(first, row(mrn="B1", accession="ACC-9"), PATIENT)

        assert not problems
        assert outcome.counts["patients"] == {"created": 2}
        assert Patient.objects.get(mrn="A1").family_name == "Testheron"

    def test_one_decision_per_lesion_however_many_exams(self, take) -> None:
        take(*(row(accession=f"ACC-{n}", performed_on=f"2026-0{n}-01") for n in range(1, 8)))

        assert LesionAssessment.objects.count() == 1
        assert ImagingExam.objects.count() == 7

    def test_the_earliest_row_says_how_a_lesion_was_first_recorded(self, take) -> None:
        take(
            row(**CONTRAST, lesion_kind="CYSTIC", symptomatic="yes"),
            row(lesion_kind="NODULE_OR_MASS", symptomatic="no"),
        )

        lesion = Lesion.objects.get()
        assert (lesion.kind, lesion.symptomatic) == ("NODULE_OR_MASS", "NO")
        assert {one.kind for one in LesionObservation.objects.all()} == {
            "NODULE_OR_MASS", "CYSTIC",
        }  # fmt: skip
        event = LesionEvent.objects.get()
        assert (event.kind, event.value, event.occurred_on) == (
            "SYMPTOMS", "YES", date(2026, 6, 20),
        )  # fmt: skip

    def test_events_and_blood_tests_stand_on_rows_of_their_own(self, take) -> None:
        take(
            row(**CIRRHOTIC),
            PATIENT | {"afp_ng_ml": "31,5", "afp_on": "2026-06-02", "afp_rising": "yes"},
            PATIENT | {"lesion_label": "L1", "pathology_result": "negative",
                       "pathology_on": "2026-07-01"},
        )  # fmt: skip

        assert AfpResult.objects.get().value_ng_ml == Decimal("31.50")
        assert AfpResult.objects.get().rising
        event = LesionEvent.objects.get()
        assert (event.kind, event.value, event.author) == (
            "PATHOLOGY", "NONDIAGNOSTIC", "registry file",
        )  # fmt: skip

    def test_a_patient_who_died_is_owed_nothing(self, take) -> None:
        outcome, _ = take(
            row(**CIRRHOTIC),
            PATIENT | {"patient_status": "died", "patient_status_on": "2026-07-01"},
        )

        assert Patient.objects.get().status == PatientStatus.DECEASED
        assert outcome.counts["statuses"] == {"changed": 1}
        assert not FollowUp.objects.open().exists()

    def test_a_patient_who_declined_is_owed_it_all_the_same(self, take) -> None:
        take(row(**CIRRHOTIC, patient_status="DECLINED", patient_status_on="2026-07-01"))

        assert FollowUp.objects.open().exists()

    def test_an_outside_exam_goes_in_with_its_evidence(self, take) -> None:
        take(row(external="yes", evidence="Report filed as OUT-1"))

        exam = ImagingExam.objects.get()
        assert (exam.is_external, exam.evidence) == (True, "Report filed as OUT-1")


class TestRisk:
    def test_a_blank_cell_keeps_what_was_in_force(self, take) -> None:
        take(row(**LOW_RISK), row(**CONTRAST, chronic_hbv="yes"))

        newest = RiskProfile.objects.in_force(date(2026, 8, 1)).first()
        assert newest is not None
        assert (newest.chronic_hbv, newest.cirrhosis, newest.normal_liver_function) == (
            "YES", "NO", "YES",
        )  # fmt: skip

    def test_the_same_facts_later_are_no_new_profile(self, take) -> None:
        take(row(**LOW_RISK), row(**CONTRAST, **LOW_RISK))

        assert RiskProfile.objects.count() == 1

    def test_a_pregnancy_that_ended_takes_its_date_along(self, take) -> None:
        take(row(pregnant="yes", expected_delivery_on="2026-11-01"), row(**CONTRAST, pregnant="no"))

        newest = RiskProfile.objects.in_force(date(2026, 8, 1)).first()
        assert newest is not None
        assert (newest.pregnant, newest.expected_delivery_on) == ("NO", None)

    def test_a_correction_made_here_is_not_undone_by_the_same_file(self, take) -> None:
        take(row(cirrhosis="no"))
        RiskProfile.objects.create(
            patient=Patient.objects.get(), effective_on=date(2026, 6, 1), cirrhosis=Tri.YES,
            recorded_at=NOW,
        )  # fmt: skip

        outcome, _ = take(row(cirrhosis="no"))

        assert outcome.counts["risk_profiles"] == {"unchanged": 1}
        newest = RiskProfile.objects.in_force(date(2026, 8, 1)).first()
        assert newest is not None
        assert newest.cirrhosis == Tri.YES


class TestAgain:
    FILE = (
        row(**CIRRHOTIC, phone="555-0101"),
        row(**CONTRAST, symptomatic="yes"),
        row(**CONTRAST, lesion_label="L2"),
        PATIENT | {"afp_ng_ml": "4", "afp_on": "2026-06-02"},
        PATIENT | {"lesion_label": "L1", "mdt_outcome": "continue surveillance",
                   "mdt_on": "2026-07-01", "mdt_author": "Dr Demo"},
        PATIENT | {"mrn": "B1", "birth_date": "", "patient_status": "DECLINED",
                   "patient_status_on": "2026-07-01"},
    )  # fmt: skip

    def test_twice_equals_once(self, take) -> None:
        take(*self.FILE)
        once = snapshot()

        outcome, problems = take(*self.FILE)

        assert not problems
        assert snapshot() == once
        found = {outcome for kind in outcome.counts.values() for outcome in kind}
        assert found == {"unchanged"}

    def test_the_same_rows_in_another_order_change_nothing(self, take) -> None:
        take(*self.FILE)
        forwards = snapshot()

        take(*reversed(self.FILE))

        assert snapshot() == forwards

    def test_a_new_exam_is_added_to_what_is_there(self, take) -> None:
        take(*self.FILE)

        outcome, _ = take(*self.FILE, row(accession="ACC-3", performed_on="2026-08-01"))

        assert outcome.counts["exams"] == {"created": 1, "unchanged": 2}
        assert LesionAssessment.objects.filter(lesion__label="L1").count() == 2

    def test_a_filled_cell_changes_contact_details_and_a_blank_one_does_not(self, take) -> None:
        take(*self.FILE)

        outcome, _ = take(row(phone="555-0199", given_name=""))

        patient = Patient.objects.get(mrn="A1")
        assert (patient.phone, patient.given_name) == ("555-0199", "Maple")
        assert outcome.counts["patients"] == {"changed": 1}
        assert patient.history.count() == 2

    def test_a_consent_withdrawn_here_stays_withdrawn(self, take) -> None:
        take(row(consent_email="yes"))
        amend_demographics(
            patient=Patient.objects.get(), changes={"consent_email": "NO"}, by=None, now=NOW
        )

        outcome, problems = take(row(consent_email="yes"))

        assert Patient.objects.get().consent_email == Tri.NO
        assert outcome.refused == 0
        assert [(one.column, one.severity) for one in problems] == [("consent_email", "note")]

    def test_a_final_report_replaces_its_preliminary_version(self, take) -> None:
        take(row(report_status="preliminary", size_mm="7"))

        outcome, problems = take(row(report_status="final", size_mm="9"))

        assert not problems
        assert outcome.counts["exams"] == {"changed": 1}
        standing = ImagingExam.objects.standing().get()
        assert standing.observations.get().size_mm == 9

    @pytest.mark.parametrize(
        ("lirads", "told"), [("LR-5", ["EMAIL", "IN_APP"]), ("LR-3", [])], ids=["worse", "same"]
    )
    def test_an_amended_report_that_looks_worse_is_told_to_the_lead(
        self, take, north, lirads: str, told: list[str]
    ) -> None:
        lead = MembershipFactory(site=north, role=Role.LEAD_NAVIGATOR).user
        take(row(**CIRRHOTIC | CONTRAST, report_status="preliminary", lirads="LR-3"))

        take(row(**CIRRHOTIC | CONTRAST, report_status="final", lirads=lirads))

        warnings = Notification.objects.filter(template="REPORT_LESS_FAVOURABLE", recipient=lead)
        assert sorted(warnings.values_list("channel", flat=True)) == told

    def test_an_exam_retracted_here_does_not_come_back(self, take) -> None:
        take(row())
        retract_exam(exam=ImagingExam.objects.get(), reason="Wrong patient", by=None, now=NOW)

        outcome, problems = take(row())

        assert not ImagingExam.objects.standing().exists()
        assert outcome.refused == 0
        assert "retracted here" in problems[0].message

    def test_a_corrected_report_after_a_retraction_goes_in(self, take) -> None:
        take(row())
        retract_exam(exam=ImagingExam.objects.get(), reason="Wrong size", by=None, now=NOW)

        take(row(size_mm="12"))

        assert ImagingExam.objects.standing().get().observations.get().size_mm == 12

    def test_rows_of_a_merged_record_go_to_the_survivor(self, take) -> None:
        take(row(), row(mrn="B1", accession="ACC-B"))
        survivor, duplicate = Patient.objects.order_by("mrn")
        director = MembershipFactory(site=survivor.site, medical_director=True).user
        merge_patients(
            survivor=survivor, duplicate=duplicate, reason="Same person", by=director, now=NOW
        )

        outcome, problems = take(
            row(mrn="B1", accession="ACC-B"),
            row(mrn="B1", accession="ACC-C", performed_on="2026-07-01"),
        )

        assert not problems
        assert outcome.counts["lesions"] == {"unchanged": 1}
        assert ImagingExam.objects.get(accession="ACC-C").patient == survivor


class TestRefused:
    @pytest.mark.parametrize(
        ("rows", "line", "column", "code"),
        [
            pytest.param(
                (row(), row(accession="ACC-2", birth_date="1971-05-17")),
                3, "birth_date", "birth_date_differs", id="two birth dates",
            ),
            pytest.param(
                (row(), row(accession="ACC-1", lesion_label="L2", modality="CEUS")),
                3, "modality", "rows_disagree", id="one accession, two modalities",
            ),
            pytest.param(
                (row(), row(size_mm="9")), 3, "size_mm", "rows_disagree", id="two sizes",
            ),
            pytest.param(
                (row(cirrhosis="no"), row(lesion_label="L2", cirrhosis="yes")),
                3, "cirrhosis", "rows_disagree", id="two answers for one day",
            ),
            pytest.param(
                (row(), row(mrn="B1")),
                3, "accession", "accession_of_another", id="one accession, two patients",
            ),
            pytest.param(
                (row(), row(mrn="B1", accession="ACC-B", family_name="")),
                3, "family_name", "new_without_name", id="new without a name",
            ),
            pytest.param(
                (row(), {**row(accession="ACC-0", performed_on="1960-01-01"), "birth_date": ""}),
                3, "performed_on", "before_birth", id="before the birth date of another row",
            ),
        ],
    )  # fmt: skip
    def test_rows_that_contradict_each_other(
        self, take, rows: tuple[dict[str, str], ...], line: int, column: str, code: str
    ) -> None:
        outcome, problems = take(*rows)

        assert [(one.line, one.column, one.code) for one in problems] == [(line, column, code)]
        assert all(one.cure for one in problems)
        assert outcome.refused == 1
        assert ImagingExam.objects.count() == 1

    @pytest.mark.parametrize(
        ("again", "column", "code"),
        [
            pytest.param(
                {"birth_date": "1971-05-17"}, "birth_date", "birth_date_differs", id="birth date"
            ),
            pytest.param({"size_mm": "9"}, "size_mm", "differs_from_record", id="size"),
            pytest.param(
                {"performed_on": "2026-06-02"}, "performed_on", "differs_from_record", id="day"
            ),
            pytest.param({"mrn": "C1"}, "accession", "accession_of_another", id="patient"),
        ],
    )
    def test_rows_that_contradict_the_record(
        self, take, again: dict[str, str], column: str, code: str
    ) -> None:
        take(row())
        before = snapshot()

        outcome, problems = take(row(**again))

        assert [(one.column, one.code) for one in problems] == [(column, code)]
        assert outcome.refused == 1
        assert snapshot() == before

    def test_both_birth_dates_are_named(self, take) -> None:
        take(row())

        _, [problem] = take(row(birth_date="1971-05-17"))

        assert "1971-05-17" in problem.message
        assert "1970-05-17" in problem.message

    def test_nothing_of_a_refused_row_goes_in(self, take) -> None:
        take(row(), row(accession="ACC-2", performed_on="2026-07-01", phone="555-0101",
                        cirrhosis="yes", lesion_label="L7", birth_date="1971-01-01"))  # fmt: skip

        assert Patient.objects.get().phone == ""
        assert not RiskProfile.objects.exists()
        assert [lesion.label for lesion in Lesion.objects.all()] == ["L1"]

    def test_good_rows_go_in_beside_bad_ones_of_the_same_patient(self, take) -> None:
        outcome, problems = take(
            row(), row(accession="ACC-2", size_mm="huge"), row(accession="ACC-3", lesion_label="L2")
        )

        assert [(one.line, one.column, one.value) for one in problems] == [(3, "size_mm", "huge")]
        assert (outcome.rows, outcome.refused) == (3, 1)
        assert ImagingExam.objects.count() == 2


def test_sites_keep_their_numbers_apart(take) -> None:
    outcome, problems = take(row(), row(site="south", birth_date="1980-01-01"))

    assert not problems
    assert outcome.counts["patients"] == {"created": 2}
    assert ImagingExam.objects.count() == 2
