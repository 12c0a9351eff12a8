"""By which day to order, to book and to call, in words. Presenters: no queries, no clock."""

from datetime import date

from django.utils.translation import gettext as _

from surveillance.lead_days import lead_dates_of
from surveillance.models import FollowUp
from surveillance.protocol.terms import EscalationClass, ObligationKind
from surveillance.web.wording import Tag, count_words, date_words


def lead_lines(follow_up: FollowUp, on: date) -> tuple[Tag, ...]:
    """What is still missing and by when, first things first: 'Order by 3 Dec 2026, 5 days late'.

    Empty while an appointment lies ahead (one after the last day is told by the next step), for a
    review, and where nothing is chased.
    """
    if follow_up.kind == ObligationKind.REVIEW:
        return ()
    if follow_up.escalation_class == EscalationClass.NONE:
        return ()
    if follow_up.booked_for is not None and follow_up.booked_for >= on:
        return ()
    dates = lead_dates_of(follow_up)
    lines = [_line(_("Book by {day}"), dates.book_by, on)]
    if follow_up.kind == ObligationKind.IMAGING:
        lines.append(_line(_("Speak to the patient by {day}"), dates.contact_by, on))
        if follow_up.ordered_on is None:
            lines.insert(0, _line(_("Order by {day}"), dates.order_by, on))
    return tuple(lines)


def next_lead_line(follow_up: FollowUp, on: date) -> Tag | None:
    """The first link that is missing; None when the last day is past and says it all."""
    lines = lead_lines(follow_up, on) if on <= follow_up.latest_on else ()
    return next(iter(lines), None)


def _line(words: str, day: date, on: date) -> Tag:
    left, what = (day - on).days, words.format(day=date_words(day))
    if left < 0:
        late = _("{what}, {days} late").format(what=what, days=count_words(-left, "day"))
        return Tag(late, "overdue")
    return Tag(_("{what}, today").format(what=what) if left == 0 else what, "quiet")
