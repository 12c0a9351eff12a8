"""A remark for whoever books a day on which the site is closed."""

from datetime import date

from django.utils.translation import gettext as _

from patients.calendars import calendars_of
from patients.models import Site
from surveillance.web.wording import date_words


def closed_day_words(site: Site, day: date | None) -> str:
    """A sentence to follow another; empty on an open day. Radiology may be open all the same."""
    if day is None or not calendars_of([site])[site.pk].is_closed(day):
        return ""
    words = _("{day} is a closed day of {site}: make sure that the appointment stands.")
    return f" {words.format(day=date_words(day), site=site)}"
