"""Which of many a person looks at afterwards: the same whoever asks, and nobody's choice."""

from hashlib import sha256
from uuid import UUID

from surveillance.protocol.parameters.reconciliation import AUDITED_SHARE


def is_sampled(one: UUID) -> bool:
    """Whether this one is in the share that is looked at."""
    return int.from_bytes(sha256(one.bytes).digest()[:4]) % 100 < AUDITED_SHARE.value
