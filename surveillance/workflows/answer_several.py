"""The same answer to several escalations of one patient: all of them, or none."""

from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from surveillance.models import Escalation
from surveillance.record_locks import lock_records
from surveillance.workflows.errors import WorkflowRefused


class SameAnswerRefused(WorkflowRefused):
    """One of several could not be answered so: none of them was."""

    code = "same_answer_refused"


@transaction.atomic
def answer_several(
    *, escalations: Sequence[Escalation], answer: Callable[[Escalation], object]
) -> None:
    """Answer each by its own workflow, which `answer` calls, with its own audit event.

    Refused: escalations of several patients, and what is refused to one of them; nothing is saved.
    """
    first, *others = escalations
    patients = {one.follow_up.patient_id for one in escalations}
    if len(patients) > 1:
        raise SameAnswerRefused(_("One answer serves one patient."), field="also")
    lock_records(patients)
    answer(first)
    for one in others:
        _answer(one, answer)


def _answer(one: Escalation, answer: Callable[[Escalation], object]) -> None:
    """A refusal names the lesion: the page that shows it is about another one."""
    try:
        answer(one)
    except WorkflowRefused as refused:
        words = _("{lesion}: {why} Nothing was saved, for none of them.")
        lesion, why = one.follow_up.lesion.label, refused.message
        raise SameAnswerRefused(words.format(lesion=lesion, why=why), field="also") from refused
