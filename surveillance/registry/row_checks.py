"""Whether a row can go in, given the record and the rows before it. Nothing half-goes-in."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from surveillance.registry.draft import NOT_COMPARED, Draft, Said, finding_of
from surveillance.registry.rows import RegistryRow, RowProblem

COLUMN_OF = {"is_external": "external", "kind": "lesion_kind"}
RETRACT = "Correct the file; if the record is wrong, retract that exam in the application first"
ONE_OF_THEM = "Correct whichever row is wrong"

Check = Callable[[Draft, RegistryRow], Iterator[RowProblem]]


def check_row(draft: Draft, row: RegistryRow) -> list[RowProblem]:
    """Everything that keeps the row out; accepts it into the draft when that is nothing."""
    problems = [problem for check in CHECKS for problem in check(draft, row)]
    if not problems:
        _accept(draft, row)
    return problems


def _problem(row: RegistryRow, name: str, value: Any, code: str, *text: str) -> RowProblem:
    message, cure = text
    shown = value.isoformat() if isinstance(value, date) else str(value)
    return RowProblem(row.line, COLUMN_OF.get(name, name), shown, code, message, cure)


def same_birth_date(draft: Draft, row: RegistryRow) -> Iterator[RowProblem]:
    """One record number, one birth date."""
    stated = row.patient.get("birth_date")
    if stated and draft.birth_date and stated != draft.birth_date:
        yield _problem(
            row,
            "birth_date",
            stated,
            "birth_date_differs",
            f"is {stated} here and {draft.birth_date} in {draft.birth_source}",
            "Correct whichever is wrong; if these are two people, one has the wrong record number",
        )


def within_life(draft: Draft, row: RegistryRow) -> Iterator[RowProblem]:
    """Nothing happened before the patient was born (the row itself was checked when read)."""
    born = draft.birth_date
    if born is None or row.patient.get("birth_date"):
        return
    for name, day in _days(row):
        if day and day < born:
            text = f"is before the birth date in {draft.birth_source} ({born})"
            yield _problem(row, name, day, "before_birth", text, "Correct one of the two dates")


def _days(row: RegistryRow) -> Iterator[tuple[str, date | None]]:
    yield "performed_on", row.exam.get("performed_on")
    yield "risk_effective_on", row.risk_on if not row.exam else None
    yield "afp_on", row.afp.get("taken_on")
    yield "patient_status_on", row.status.get("on")
    for event in row.events:
        yield f"{event.kind.split('_')[0].lower()}_on", event.on


def accession_is_this_patients(draft: Draft, row: RegistryRow) -> Iterator[RowProblem]:
    """An accession number is one exam of one patient at a site."""
    if not row.exam:
        return
    number = row.exam["accession"]
    on_file = draft.exam_on_file(number)
    cure = "Correct the accession number, or the record number"
    if on_file is not None:
        if draft.holder is None or on_file.patient_id != draft.holder.pk:
            text = "is on record for an exam of another patient at this site"
            yield _problem(row, "accession", number, "accession_of_another", text, cure)
        return
    owner = draft.shared.get((draft.group.site, number))
    if owner and owner[0] != draft.group.mrn:
        text = f"is given to another patient in line {owner[1]}"
        yield _problem(row, "accession", number, "accession_of_another", text, cure)


def exam_agrees(draft: Draft, row: RegistryRow) -> Iterator[RowProblem]:
    """Rows with one accession number describe one exam, as the record does."""
    if not row.exam or row.exam["accession"] in draft.taken_back:
        return
    number = row.exam["accession"]
    stated = {name: value for name, value in row.exam.items() if name not in NOT_COMPARED}
    yield from _differs_from_rows(row, draft.exams.get(number), stated)
    on_file = draft.exam_on_file(number)
    if on_file is None or draft.holder is None or on_file.patient_id != draft.holder.pk:
        return
    ignored = {"report_status"} if draft.replaced(number) else set()
    same = {"performed_on", "modality"} if draft.replaced(number) else set(stated)
    for name in stated:
        if name in same - ignored and getattr(on_file, name) != stated[name]:
            yield _differs_from_record(row, name, stated[name], getattr(on_file, name))


def finding_agrees(draft: Draft, row: RegistryRow) -> Iterator[RowProblem]:
    """One exam says one thing of one lesion, as the record does."""
    if not row.exam or row.exam["accession"] in draft.taken_back:
        return
    number, label = row.exam["accession"], row.lesion["label"]
    stated = finding_of(row)
    yield from _differs_from_rows(row, draft.findings.get((number, label)), stated)
    on_file = draft.finding_on_file(number, label)
    if on_file is not None:
        for name, value in stated.items():
            if getattr(on_file, name) != value:
                yield _differs_from_record(row, name, value, getattr(on_file, name))


def risk_agrees(draft: Draft, row: RegistryRow) -> Iterator[RowProblem]:
    """Rows do not contradict each other about the same fact on the same day."""
    if row.risk_on is not None:
        yield from _differs_from_rows(row, draft.risk.get(row.risk_on), row.risk)


def _differs_from_rows(row: RegistryRow, said: Said | None, stated: Any) -> Iterator[RowProblem]:
    for name, earlier, line in said.differing(stated) if said else ():
        text = f"differs from line {line}, which has {earlier}"
        yield _problem(row, name, stated[name], "rows_disagree", text, ONE_OF_THEM)


def _differs_from_record(row: RegistryRow, name: str, stated: Any, recorded: Any) -> RowProblem:
    shown = "nothing" if recorded in ("", None) else recorded
    text = f"differs from the record, which has {shown}"
    return _problem(row, name, stated, "differs_from_record", text, RETRACT)


CHECKS: tuple[Check, ...] = (
    same_birth_date,
    within_life,
    accession_is_this_patients,
    exam_agrees,
    finding_agrees,
    risk_agrees,
)


def _accept(draft: Draft, row: RegistryRow) -> None:
    draft.accepted.append(row)
    if row.risk_on is not None:
        draft.risk[row.risk_on].take(row.risk, row.line)
    if row.exam and row.exam["accession"] not in draft.taken_back:
        number = row.exam["accession"]
        draft.exams[number].take(row.exam, row.line)
        draft.findings[number, row.lesion["label"]].take(finding_of(row), row.line)
