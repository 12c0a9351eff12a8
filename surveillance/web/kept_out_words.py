"""Why a patient is not in the queue, or not in the list in view: one sentence. A presenter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from patients.models import Patient
from surveillance.models import FollowUp, LesionAssessment
from surveillance.protocol.queue_lists import (
    Ended,
    KeptOut,
    LesionEnd,
    Tab,
    Why,
    kept_out,
    why_nothing_is_owed,
)
from surveillance.web.kept_out_query import EndedLesion, OwedRow, Whereabouts
from surveillance.web.protocol_words import said
from surveillance.web.queue_filter import QueueFilter
from surveillance.web.queue_rows import owed_words
from surveillance.web.queue_tabs import Desk, as_obligation
from surveillance.web.wording import (
    count_words,
    date_words,
    joined,
    lesion_words,
    moment_words,
    name_of_user,
)

TAB_LABELS: Final = {
    Tab.OVERDUE: gettext_noop("Overdue"),
    Tab.DUE: gettext_noop("Due"),
    Tab.SOON: gettext_noop("Due soon"),
    Tab.ORDER: gettext_noop("To order"),
    Tab.BOOK: gettext_noop("To book"),
    Tab.ESCALATED: gettext_noop("Escalated"),
    Tab.DECIDE: gettext_noop("Needs decision"),
    Tab.UNREACHABLE: gettext_noop("No working contact"),
    Tab.SNOOZED: gettext_noop("Snoozed"),
    Tab.MINE: gettext_noop("Mine"),
    Tab.TEAM: gettext_noop("Team"),
    Tab.ALL: gettext_noop("All owed"),
}
WORK_TABS: Final = tuple(tab for tab in Tab if tab not in (Tab.MINE, Tab.TEAM, Tab.ALL))
SENTENCES: Final = {
    Why.SNOOZED: gettext_noop("put aside until {day}: {reason}"),
    Why.NOT_OVERDUE: gettext_noop("the last day is {day}"),
    Why.OVERDUE_ALREADY: gettext_noop("overdue since the last day, {day}"),
    Why.TARGET_AHEAD: gettext_noop("the target date, {day}, is still to come"),
    Why.TARGET_PAST: gettext_noop("the target date, {day}, is past"),
    Why.NEEDS_NO_ORDER: gettext_noop("needs no order"),
    Why.ORDERED: gettext_noop("ordered on {day}"),
    Why.BOOKED: gettext_noop("booked for {day}"),
    Why.ORDER_LATER: gettext_noop("has to be ordered by {day}, which is not yet near"),
    Why.NEEDS_NO_APPOINTMENT: gettext_noop(
        "waits for a clinician’s decision, not for an appointment"
    ),
    Why.OPENS_LATER: gettext_noop("the window opens on {day}"),
    Why.NOT_ESCALATED: gettext_noop("no escalation is open"),
    Why.NO_DECISION_NEEDED: gettext_noop("no clinician’s decision is outstanding"),
    Why.CAN_BE_REACHED: gettext_noop("no way to the patient has failed at the last attempt"),
    Why.NOT_SNOOZED: gettext_noop("not put aside"),
    Why.NOT_YOURS: gettext_noop("{owner} answers for it, not you"),
    Why.NOT_THE_TEAMS: gettext_noop("{owner} answers for it, who is no navigator here"),
}
STATUS_RULES: Final = {
    Ended.DECEASED: (gettext_noop("died on {day}"), "R01"),
    Ended.TRANSFERRED: (
        gettext_noop("transferred on {day}, and the other side acknowledged it"),
        "R02",
    ),
    Ended.NOT_APPROPRIATE: (
        gettext_noop("{who} signed on {day} that surveillance is not appropriate{reason}"),
        "R04",
    ),
}
UNSIGNED: Final = gettext_noop(
    "it was signed on {day} that surveillance is not appropriate{reason}"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The list in view: its tab, what narrows it, and where its reader works."""

    tab: Tab
    narrowed: QueueFilter
    desk: Desk


def why_not_shown(patient: Patient, known: Whereabouts, asked: Asked) -> str:
    """Why the list in view does not show this patient; empty where it does."""
    owed = known.owed.get(patient.pk)
    if not owed:
        return why_nothing(patient, known)
    if patient.site_id != asked.desk.site.pk:
        return _(
            "Not in this list: followed at {theirs}, and you look at the queue of {here}."
        ).format(theirs=patient.site.name, here=asked.desk.site.name)
    reasons = [(row, _kept_out(asked.tab, row, asked.desk)) for row in owed]
    listed = [row.follow_up for row, reason in reasons if reason is None]
    if listed:
        return _hidden_words(listed, asked.narrowed)
    row, reason = reasons[0]
    return _("Not in “{list}”: {because} ({about}).").format(
        list=_(TAB_LABELS[asked.tab]),
        because=_because(row.follow_up, reason),
        about=_about(row.follow_up),
    )


def places_words(patient: Patient, known: Whereabouts, desk: Desk) -> str:
    """Where in the queue this patient stands, or why nowhere."""
    owed = known.owed.get(patient.pk)
    if not owed:
        return why_nothing(patient, known)
    shown = [
        _(TAB_LABELS[tab])
        for tab in WORK_TABS
        if any(_kept_out(tab, row, desk) is None for row in owed)
    ]
    if shown:
        lists = joined(f"“{label}”" for label in shown)
        return _("In the queue under {lists}.").format(lists=lists)
    row = owed[0]
    reason = _kept_out(Tab.BOOK, row, desk)
    return _("Only in the list “All owed”: {because} ({about}).").format(
        because=_because(row.follow_up, reason), about=_about(row.follow_up)
    )


def why_nothing(patient: Patient, known: Whereabouts) -> str:
    """Why nothing at all is owed: the rule or the signature, and the fact."""
    lesions = known.ended.get(patient.pk, [])
    ended, number = why_nothing_is_owed(
        is_merged=patient.merged_into_id is not None,
        status=patient.status,
        lesions=tuple(
            LesionEnd(one.signed is not None, one.ruled is not None, one.on) for one in lesions
        ),
    )
    if ended is Ended.MERGED:
        survivor = patient.merged_into
        return _(
            "Not in the queue: this record was merged; what is owed stands under MRN {mrn}."
        ).format(mrn=survivor.mrn if survivor else "")
    if ended in STATUS_RULES:
        return _status_words(ended, patient, known)
    if number is None:
        return _("Not in the queue: no lesion is recorded, so no rule can owe anything.")
    return _lesion_words(ended, lesions, number, patient)


def _status_words(ended: Ended, patient: Patient, known: Whereabouts) -> str:
    words, rule = STATUS_RULES[ended]
    signer = known.signers.get(patient.pk)
    if ended is Ended.NOT_APPROPRIATE and signer is None:
        words = UNSIGNED
    fact = _(words).format(
        day=date_words(patient.status_on),
        who=name_of_user(signer),
        reason=f": {patient.status_reason.rstrip('.')}" if patient.status_reason else "",
    )
    return _("Not in the queue: {fact} (rule {rule}).").format(fact=fact, rule=rule)


def _lesion_words(
    ended: Ended, lesions: Sequence[EndedLesion], number: int, patient: Patient
) -> str:
    one = lesions[number]
    others = len(lesions) - 1
    name = lesion_words(one.lesion)
    if ended is Ended.UNACCOUNTED:
        return _(
            "Not in the queue, and nothing says why: {lesion} has no standing decision; record a "
            "fact about it, or tell whoever reads the failsafe."
        ).format(lesion=name)
    if one.signed is not None and ended is Ended.SIGNED:
        why = _signed_words(one.signed, patient)
    else:
        why = _ruled_words(one.ruled)
    if not others:
        return _("Not in the queue: nothing is owed to {lesion}: {why}.").format(
            lesion=name, why=why
        )
    return _(
        "Not in the queue: nothing is owed to {lesion}, and to {others} neither: {why}."
    ).format(lesion=name, others=count_words(others, "other lesion"), why=why)


def _signed_words(signed: LesionAssessment, patient: Patient) -> str:
    return _("{who} signed on {at} that surveillance is not appropriate ({reason})").format(
        who=name_of_user(signed.assessed_by, _("somebody")),
        at=moment_words(signed.assessed_at, patient.site),
        reason=signed.override_reason.strip().rstrip("."),
    )


def _ruled_words(ruled: LesionAssessment | None) -> str:
    if ruled is None:  # never asked for: a lesion without both is unaccounted for
        return ""
    title = str(said(ruled.answer.get("rule_title", "")))
    facts = [str(said(fact)).strip().rstrip(".") for fact in ruled.answer.get("reasons", ())[:1]]
    words = _("rule {rule}, “{title}”, on {day}") if title else _("rule {rule}, on {day}")
    named = words.format(rule=ruled.rule, title=title, day=date_words(ruled.as_of))
    return f"{named}{f' ({facts[0]})' if facts else ''}"


def _kept_out(tab: Tab, row: OwedRow, desk: Desk) -> KeptOut | None:
    return kept_out(tab, as_obligation(row.follow_up, desk, is_escalated=row.is_escalated), desk.on)


def _about(row: FollowUp) -> str:
    """'Surveillance imaging: Ultrasound; lesion L1, segment VII'."""
    lesion = lesion_words(row.lesion)
    return f"{owed_words(row)}; {lesion[0].lower()}{lesion[1:]}"


def _because(row: FollowUp, reason: KeptOut | None) -> str:
    if reason is None:
        return _("shown")
    return _(SENTENCES[reason.why]).format(
        day=date_words(reason.day),
        reason=row.snooze_reason.strip().rstrip("."),
        owner=name_of_user(row.owner, _("nobody")),
    )


def _hidden_words(listed: Sequence[FollowUp], narrowed: QueueFilter) -> str:
    """Which filter hides the row; empty where one of them is shown."""
    hiding = [narrowed.hiding(row) for row in listed]
    if not all(hiding):
        return ""
    names = joined(f"“{narrowed.words_of(name)}”" for name in hiding[0])
    words = ngettext(
        "Hidden by the filter {filters}.", "Hidden by the filters {filters}.", len(hiding[0])
    )
    return words.format(filters=names)
