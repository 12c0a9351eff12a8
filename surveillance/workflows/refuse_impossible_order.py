"""What no order can be, by whichever form it came."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from patients.models import Site
from surveillance.models import FollowUp, FollowUpOutcome, LesionObservation
from surveillance.protocol.order_number import names_an_order
from surveillance.protocol.terms import ObligationKind
from surveillance.workflows.errors import WorkflowRefused

LONGEST_NUMBER = 64


class OrderImpossible(WorkflowRefused):
    """The order cannot be right. `details`: field."""

    code = "order_impossible"


class OrderOfAnotherPatient(WorkflowRefused):
    """The order number is on file for somebody else at this site. `details`: field."""

    code = "order_of_another_patient"


def refuse_impossible_order(
    *, follow_ups: Sequence[FollowUp], order_number: str, ordered_on: date, now: datetime
) -> None:
    """Refuse an order without a number, of the future or from before the need arose, one for a
    review, one for several patients (clinical.md 8.2), and one that is another patient's. The
    same number again, or on another follow-up of the patient, is the same order."""
    _refuse_number(order_number)
    if len({one.patient_id for one in follow_ups}) > 1:
        raise OrderImpossible(_("One order serves one patient."), field="also")
    if any(one.kind == ObligationKind.REVIEW for one in follow_ups):
        raise OrderImpossible(
            _("A review is a decision: nothing is ordered for it. Decide, or complete the facts."),
            field="order_number",
        )
    for one in follow_ups:
        _refuse_day(one, ordered_on, now)
    _refuse_number_of_another(follow_ups, order_number)


def _refuse_number(number: str) -> None:
    if not number:
        raise OrderImpossible(
            _("Give the number of the order: without it nobody can find the order again."),
            field="order_number",
        )
    if not names_an_order(number):
        raise OrderImpossible(
            _("An order number has at least one letter or digit."), field="order_number"
        )
    if len(number) > LONGEST_NUMBER:
        raise OrderImpossible(
            _("An order number has at most {most} characters.").format(most=LONGEST_NUMBER),
            field="order_number",
        )


def _refuse_number_of_another(follow_ups: Sequence[FollowUp], number: str) -> None:
    """A number that is new to the follow-ups must be new to everybody else at the site as well."""
    mine = FollowUp.objects.filter(pk__in=[one.pk for one in follow_ups])
    if not mine.exclude(order_number=number).exists():
        return
    first = follow_ups[0]
    Site.objects.select_for_update(no_key=True).get(pk=first.site_id)  # one number at a time
    same = FollowUp.objects.filter(site=first.site_id, order_number__iexact=number)
    others = same.exclude(patient=first.patient_id).exclude(
        outcome=FollowUpOutcome.ENTERED_IN_ERROR
    )
    other = others.select_related("patient", "lesion").order_by("-opened_at", "pk").first()
    if other is not None:
        raise OrderOfAnotherPatient(_words_of_another(other, number), field="order_number")


def _words_of_another(other: FollowUp, number: str) -> str:
    """Whose it is, and how to mend it: there if it stands there wrongly, else here."""
    where = _("MRN {mrn}, lesion {label}").format(mrn=other.patient.mrn, label=other.lesion.label)
    words = _(
        "Order number {number} is on file for another patient of this site ({where}). Look at "
        "the order itself. If it is not theirs, cancel it there first; else enter the number of "
        "this patient’s order."
    )
    if other.closed_at is not None:
        words = _(
            "Order number {number} was used for another patient of this site ({where}), for what "
            "is closed since. Look at the order itself and enter the number of this patient’s "
            "order. If it was noted there by mistake, add this patient’s MRN to the number here."
        )
    return words.format(number=number, where=where)


def _refuse_day(follow_up: FollowUp, ordered_on: date, now: datetime) -> None:
    today = follow_up.site.local_date(now)
    if ordered_on > today:
        raise OrderImpossible(
            _("The order is dated {day}, after today ({today}).").format(
                day=ordered_on, today=today
            ),
            field="ordered_on",
        )
    needed = needed_since(follow_up)
    if ordered_on < needed:
        raise OrderImpossible(
            _(
                "The order is dated {day}, before this was needed ({needed}): it was for an "
                "earlier exam. Give the order placed since then."
            ).format(day=ordered_on, needed=needed),
            field="ordered_on",
            needed_since=needed,
        )


def needed_since(follow_up: FollowUp) -> date:
    """The first day on which this can have been ordered: that of the lesion's last exam or of the
    opening, whichever came first, and the day from which a new need is counted if before both."""
    seen = LesionObservation.objects.standing().filter(lesion=follow_up.lesion_id)
    last: date | None = seen.aggregate(on=Max("exam__performed_on"))["on"]
    days = (last, follow_up.owed_since, follow_up.earliest_on)
    return min(day for day in days if day is not None)
