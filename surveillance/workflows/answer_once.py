"""A request that is sent again is answered as it was the first time, and done once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from surveillance.models import KeptAnswer
from surveillance.workflows.errors import WorkflowRefused


class KeyUsedForOther(WorkflowRefused):
    """The key came before with another request."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks with which key; `digest`: SHA-256 (hex) of everything asked. No key: no memory."""

    client: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is JSON text. `is_repeated`: kept from the first time; nothing was done now."""

    status: int
    body: str
    etag: str = ""
    is_repeated: bool = False


def answer_once(*, asked: Asked, act: Callable[[], Answer], now: datetime) -> Answer:
    """Act and keep the answer in one transaction, or answer as the first time.

    Whoever asks with the same key meanwhile waits for the first to end (the unique key; on SQLite
    the transaction). A refusal of `act` is raised and keeps nothing: it changed nothing, so the
    same request may be tried again. Refused: a key that came with another request.
    """
    if not asked.key:
        return act()
    with transaction.atomic():
        new = KeptAnswer(client=asked.client, key=asked.key, digest=asked.digest, kept_at=now)
        KeptAnswer.objects.bulk_create([new], ignore_conflicts=True)
        kept = KeptAnswer.objects.get(client=asked.client, key=asked.key)
        if kept.pk != new.pk:
            return _again(kept, asked)
        answer = act()
        KeptAnswer.objects.filter(pk=kept.pk).update(
            status=answer.status, body=answer.body, etag=answer.etag
        )
        return answer


def _again(kept: KeptAnswer, asked: Asked) -> Answer:
    if kept.digest != asked.digest:
        raise KeyUsedForOther(
            _(
                "This Idempotency-Key came before with another request. Use a new key for each "
                "request, and the same one only to send that very request again."
            )
        )
    return Answer(kept.status, kept.body, kept.etag, is_repeated=True)
