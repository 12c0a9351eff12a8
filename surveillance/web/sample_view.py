"""What became of a sample result, in plain words."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from surveillance.intake.sample.sending import Sent
from surveillance.models import ExamMatch, FollowUp, IntakeItem, ItemStatus
from surveillance.obligations import window_of
from surveillance.protocol.incoming import Verdict
from surveillance.said_again import said_again
from surveillance.web.intake_words import kind_words
from surveillance.web.match_view import MatchRow, match_row
from surveillance.web.match_words import reason_said
from surveillance.web.protocol_words import Said
from surveillance.web.queue_rows import owed_words
from surveillance.web.recommendation_view import window_words
from surveillance.web.wording import lesion_words, name_of_patient


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of the message and what became of it."""

    what: str
    status: str
    reason: str
    url: str


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One follow-up in a list of choices, or what is owed next."""

    owed: str
    lesion: str
    window: str
    patient: str
    url: str


@dataclass(frozen=True, slots=True)
class SentView:
    """The answer; the follow-up as it stands now; what is owed next to its lesion."""

    way: str
    answer: str
    parts: tuple[PartRow, ...]
    is_closed: bool
    closed: str
    why: tuple[Said, ...]
    match: MatchRow | None
    others: tuple[MatchRow, ...]
    next_owed: tuple[OwedRow, ...]


def sent_view(sent: Sent, follow_up: FollowUp) -> SentView:
    """`follow_up` as it is on file after the message was taken in."""
    items = list(sent.message.items.order_by("position")) if sent.message else []
    own, others = _matches(items, follow_up)
    is_closed = follow_up.closed_at is not None
    return SentView(
        way=_way(sent),
        answer=sent.answer,
        parts=tuple(_part(item) for item in items),
        is_closed=is_closed,
        closed=_("Closed: {outcome}.").format(outcome=follow_up.get_outcome_display())
        if is_closed
        else _("It is still open."),
        why=_why(own),
        match=match_row(own) if own else None,
        others=tuple(match_row(one) for one in others),
        next_owed=tuple(owed_row(row) for row in _next_owed(follow_up)),
    )


def owed_row(row: FollowUp, verb: str = "patient") -> OwedRow:
    """`verb`: the address that the row leads to. Patient, site and lesion are joined."""
    window = window_of(row)
    target = row.patient_id if verb == "patient" else row.pk
    return OwedRow(
        owed=owed_words(row),
        lesion=lesion_words(row.lesion),
        window=window_words(window.earliest, window.target, window.latest),
        patient=name_of_patient(row.patient),
        url=reverse(verb, args=[target]),
    )


def _way(sent: Sent) -> str:
    if sent.port:
        return _("Sent over MLLP to port {port}.").format(port=sent.port)
    return _("Handed to the reader of this application.")


def _part(item: IntakeItem) -> PartRow:
    waits = item.status == ItemStatus.WAITING
    return PartRow(
        what=kind_words(item.kind),
        status=_(str(ItemStatus(item.status).label)),
        reason=said_again(item.reason),
        url=reverse("intake_item", args=[item.pk]) if waits else "",
    )


def _matches(
    items: list[IntakeItem], follow_up: FollowUp
) -> tuple[ExamMatch | None, list[ExamMatch]]:
    joined = ("patient", "site", "lesion", "follow_up__lesion", "exam", "item")
    rows = ExamMatch.objects.filter(item__in=items).select_related(*joined)
    found = list(rows.prefetch_related("answers").order_by("lesion__label"))
    own = next((one for one in found if one.follow_up_id == follow_up.pk), None)
    return own, [one for one in found if one != own]


def _why(match: ExamMatch | None) -> tuple[Said, ...]:
    if match is None:
        return ()
    is_certain = match.verdict == Verdict.CERTAIN
    reasons = match.reasons_for if is_certain else match.reasons_against
    return tuple(reason_said(words) for _code, words in reasons)


def _next_owed(follow_up: FollowUp) -> list[FollowUp]:
    rows = FollowUp.objects.open().filter(lesion=follow_up.lesion_id)
    joined = rows.select_related("patient", "site", "lesion")
    return list(joined.dangerous_first())
