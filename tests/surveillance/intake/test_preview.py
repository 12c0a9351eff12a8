"""What the preview says is what the import does; and what the import does is what people would."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patients.models import Patient, Site
from patients.workflows.record_risk_profile import RiskFacts
from patients.workflows.register_patient import Demographics, register_patient
from surveillance.exam_reports import ExamReport, Finding
from surveillance.intake.csv_registry.importing import FileToRead
from surveillance.intake.csv_registry.whole_file import Listener, Outcome, import_file
from surveillance.models import FollowUp, LesionAssessment
from surveillance.protocol.terms import Conclusion, LesionKind, Modality, Tri
from surveillance.registry.rows import RowProblem
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.register_lesion import register_lesion
from surveillance.workflows.update_risk import update_risk
from tests.factories import NOW, SiteFactory
from tests.surveillance.intake.registry_files import LOW_RISK, csv_file, row
from tests.surveillance.intake.snapshot import counts, snapshot

few = settings(
    max_examples=max(10, settings().max_examples // 20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

exams = st.sampled_from(["ACC-1", "ACC-2", "ACC-3"])
strange_rows = st.builds(
    row,
    mrn=st.sampled_from(["A1", "A1", "A2", ""]),
    family_name=st.sampled_from(["Testheron", "Testheron", ""]),
    birth_date=st.sampled_from(["1970-05-17", "1970-05-17", "", "1971-01-01"]),
    accession=exams,
    performed_on=st.sampled_from(["2026-06-01", "2026-06-01", "2026-07-01", "1965-01-01"]),
    modality=st.sampled_from(["US", "US", "CT_MULTIPHASE", "MRI"]),
    lesion_label=st.sampled_from(["L1", "L1", "L2", ""]),
    lesion_kind=st.sampled_from(["NODULE_OR_MASS", "CYSTIC", ""]),
    symptomatic=st.sampled_from(["yes", "no", ""]),
    size_mm=st.sampled_from(["8", "8", "12,5", "-1", ""]),
    cirrhosis=st.sampled_from(["yes", "no", "unknown", "", ""]),
    risk_effective_on=st.sampled_from(["2026-05-01", ""]),
    afp_ng_ml=st.sampled_from(["4", "", ""]),
    afp_on=st.sampled_from(["2026-06-02", "", ""]),
    mdt_outcome=st.sampled_from(["TREAT", "", ""]),
    mdt_on=st.sampled_from(["2026-07-02", "", ""]),
    mdt_author=st.sampled_from(["Dr Demo", ""]),
    patient_status=st.sampled_from(["DECEASED", "ACTIVE", "", "", ""]),
    patient_status_on=st.sampled_from(["2026-08-01", "", ""]),
)


def run(path: Path, *, dry_run: bool = False) -> tuple[Outcome, list[RowProblem]]:
    sites = {site.slug: site for site in Site.objects.all()}
    problems: list[RowProblem] = []
    listener = Listener(problems.extend)
    file = FileToRead(path, sites)
    outcome = import_file(file, dry_run=dry_run, listener=listener, by=None, now=NOW)
    return outcome, problems


@pytest.mark.django_db
@few
@given(rows=st.lists(strange_rows, min_size=1, max_size=6), more=st.lists(strange_rows, max_size=3))
def test_preview_equals_effect_and_again_changes_nothing(
    rows: Sequence[Mapping[str, str]], more: Sequence[Mapping[str, str]], tmp_path: Path
) -> None:
    """Into an empty database, and into one that holds part of the rows already."""
    with transaction.atomic():
        SiteFactory(slug="north")
        if more:
            run(csv_file(tmp_path, *more, name="before.csv"))
        file = csv_file(tmp_path, *rows)
        untouched = counts()

        preview = run(file, dry_run=True)
        nothing_written = counts()
        effect = run(file)
        after = snapshot()
        again, problems_again = run(file)

        assert nothing_written == untouched
        assert preview == effect
        assert snapshot() == after
        assert {name for kind in again.counts.values() for name in kind} <= {"unchanged"}
        assert [one for one in problems_again if one.severity == "error"] == [
            one for one in effect[1] if one.severity == "error"
        ]
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_file_leads_where_people_would_have_come(tmp_path: Path) -> None:
    """The same patient typed in by hand at one site and taken in from a file at another."""
    by_hand, by_file = SiteFactory(slug="south"), SiteFactory(slug="north")
    patient = register_patient(
        site=by_hand,
        demographics=Demographics(
            mrn="A1", family_name="Testheron", given_name="Maple", sex="FEMALE",
            birth_date=date(1970, 5, 17),
        ),
        by=None,
        now=NOW,
    )  # fmt: skip
    facts: dict[str, Any] = {name: value.upper() for name, value in LOW_RISK.items()}
    facts["chronic_hbv"] = "YES"
    update_risk(
        patient=patient, facts=RiskFacts(**facts), effective_on=date(2026, 3, 1),
        source="registry file", by=None, now=NOW,
    )  # fmt: skip
    lesion = register_lesion(
        patient=patient, label="L1", kind=LesionKind.NODULE_OR_MASS, symptomatic=Tri.NO, by=None,
        now=NOW,
    )  # fmt: skip
    for number, (day, modality) in enumerate(
        [(date(2026, 3, 1), Modality.US), (date(2026, 4, 1), Modality.MRI_HEPATOBILIARY)], start=1
    ):
        conclusion = Conclusion.INDETERMINATE if modality != Modality.US else None
        finding = Finding(
            lesion=lesion, size_mm=Decimal(8), kind=LesionKind.NODULE_OR_MASS, conclusion=conclusion
        )
        report = ExamReport(
            accession=f"ACC-{number}", performed_on=day, modality=modality, findings=(finding,)
        )
        record_exam(patient=patient, report=report, by=None, now=NOW)

    first = row(**LOW_RISK | {"chronic_hbv": "yes"}, performed_on="2026-03-01", symptomatic="no")
    second = row(
        accession="ACC-2", performed_on="2026-04-01", modality="MRI_HEPATOBILIARY",
        conclusion="INDETERMINATE",
    )  # fmt: skip
    _, problems = run(csv_file(tmp_path, first, second))

    assert not problems
    assert by_file.patients.count() == by_hand.patients.count() == 1
    assert _decided(by_hand) == _decided(by_file)
    assert _owed(by_hand) == _owed(by_file)


def _decided(site: Site) -> list[tuple[object, ...]]:
    newest = LesionAssessment.objects.filter(lesion__patient__site=site).newest_first()[:1]
    return [(one.rule, one.risk, one.latest_on, one.preferred_modality) for one in newest]


def _owed(site: Site) -> set[tuple[object, ...]]:
    open_ = FollowUp.objects.open().filter(site=site)
    return {(one.kind, one.recommendation, one.target_on, one.latest_on) for one in open_}


@pytest.mark.django_db
def test_a_preview_asks_the_database_the_same_few_questions_whatever_the_number(
    tmp_path: Path, django_assert_max_num_queries
) -> None:
    SiteFactory(slug="north")
    rows = [row(mrn=f"A{number}", accession=f"ACC-{number}") for number in range(150)]
    file = csv_file(tmp_path, *rows)
    run(file)

    with django_assert_max_num_queries(12):
        run(file, dry_run=True)

    assert Patient.objects.count() == 150
