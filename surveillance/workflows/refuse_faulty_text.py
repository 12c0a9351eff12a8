"""What no text of a message may be, whoever writes it."""

from patients.models import Site
from surveillance.delivery.built_in import Words
from surveillance.delivery.checked import faults_in
from surveillance.models import TextKind
from surveillance.protocol.message_text import Fault
from surveillance.said_again import said_again
from surveillance.workflows.errors import WorkflowRefused


class TextRefused(WorkflowRefused):
    """The words break a rule of protocol/message_text.py. `details`: field, faults (codes)."""

    code = "text_refused"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        codes = [fault.code for fault in faults]
        told = " ".join(said_again(fault.message) for fault in faults)
        super().__init__(told, field=faults[0].field, faults=codes)
        self.faults = faults


def refuse_faulty_text(*, site: Site, kind: TextKind, words: Words) -> None:
    """Refuse words with any fault; all are told at once, the field of the first is named."""
    if faults := faults_in(site, kind, words):
        raise TextRefused(faults)
