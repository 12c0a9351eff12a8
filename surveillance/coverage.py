"""The coverage certificate: every lesion ever recorded, accounted for exactly once.

A lesion is owed something, or it ended by a rule or by a clinician's signature; whatever is neither
is named. The sum is held against a count of its own, and the digest says of which lesions the
certificate speaks, so that two certificates can be compared line by line.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from uuid import UUID

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_noop

from patients.models import Site
from surveillance.case_records import standing_overrides
from surveillance.models import FollowUp, Lesion, LesionAssessment, OverrideKind
from surveillance.protocol.terms import ObligationKind

CHUNK = 1000
NAMED = 20
"""How many unaccounted lesions a certificate names; it counts them all."""


class Account(StrEnum):
    """Where a lesion stands. Exactly one holds."""

    OWED = "OWED"
    AWAITING_DATA = "AWAITING_DATA"
    ENDED_BY_RULE = "ENDED_BY_RULE"
    ENDED_BY_CLINICIAN = "ENDED_BY_CLINICIAN"
    UNACCOUNTED = "UNACCOUNTED"

    @property
    def label(self) -> str:
        """In plain words."""
        return _WORDS[self]


_WORDS = {
    Account.OWED: gettext_noop("something is owed"),
    Account.AWAITING_DATA: gettext_noop("a person must complete the facts"),
    Account.ENDED_BY_RULE: gettext_noop("ended by rule"),
    Account.ENDED_BY_CLINICIAN: gettext_noop("ended by a clinician"),
    Account.UNACCOUNTED: gettext_noop("NOT ACCOUNTED FOR"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Lesions that stand alike. `detail` is what is owed, or the rule that ended it."""

    account: Account
    detail: str
    count: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """`total` is counted apart from the groups. `digest` is SHA-256 (hex) over every lesion's id
    and account, in the order of the ids."""

    at: datetime
    total: int
    groups: tuple[Group, ...]
    unaccounted: tuple[UUID, ...]
    digest: str

    @property
    def is_whole(self) -> bool:
        """Everybody is accounted for, once."""
        return not self.unaccounted and self.total == sum(group.count for group in self.groups)


def certify(*, sites: Iterable[Site], now: datetime) -> Certificate:
    """Account for every lesion of the patients of `sites`."""
    lesions = Lesion.objects.filter(patient__site__in=list(sites))
    counted: Counter[tuple[Account, str]] = Counter()
    lost: list[UUID] = []
    digest = hashlib.sha256()
    for pk, account, detail in _accounts(lesions, (now - timedelta(days=1)).date()):
        counted[account, detail] += 1
        digest.update(f"{pk} {account} {detail}\n".encode())
        if account is Account.UNACCOUNTED:
            lost.append(pk)
    groups = tuple(Group(*key, count) for key, count in sorted(counted.items()))
    return Certificate(now, lesions.count(), groups, tuple(lost), digest.hexdigest())


def _accounts(lesions: "QuerySet[Lesion]", on: date) -> Iterator[tuple[UUID, Account, str]]:
    ids = lesions.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    while chunk := list(islice(ids, CHUNK)):
        yield from _accounts_of(chunk, on)


def _accounts_of(chunk: Sequence[UUID], on: date) -> Iterator[tuple[UUID, Account, str]]:
    owed: dict[UUID, set[str]] = {}
    for lesion, kind in (
        FollowUp.objects.open().filter(lesion__in=chunk).values_list("lesion", "kind")
    ):
        owed.setdefault(lesion, set()).add(kind)
    ended = _stops(chunk)
    overrides = standing_overrides(chunk, on)
    for pk in chunk:
        override = overrides.get(pk)
        if pk in owed:
            yield pk, *_owed(owed[pk])
        elif pk in ended:
            yield pk, Account.ENDED_BY_RULE, ended[pk]
        elif override is not None and override.override_kind == OverrideKind.CLOSE:
            yield pk, Account.ENDED_BY_CLINICIAN, "signed"
        else:
            yield pk, Account.UNACCOUNTED, ""


def _owed(kinds: set[str]) -> tuple[Account, str]:
    """A review alone waits for facts; anything else is owed to the lesion."""
    if kinds == {ObligationKind.REVIEW}:
        return Account.AWAITING_DATA, "REVIEW"
    return Account.OWED, "+".join(sorted(kinds))


def _stops(chunk: Sequence[UUID]) -> dict[UUID, str]:
    """The rule of the newest decision by the protocol, where it says that nothing is owed."""
    computed = LesionAssessment.objects.filter(lesion__in=chunk, overrides=None)
    newest = computed.order_by().values("lesion").annotate(newest=Max("sequence")).values("newest")
    rows = LesionAssessment.objects.filter(sequence__in=newest, stop=True)
    return dict(rows.values_list("lesion", "rule"))
