"""Turns what a model says about its fields into a refusal that names field, value and cure."""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from patients.models import Patient
from patients.workflows.errors import WorkflowRefused


class FieldRefused(WorkflowRefused):
    """A value cannot be stored. `details`: field, value."""

    code = "field_refused"


class DayOutsideLife(WorkflowRefused):
    """A day of care before the patient's birth, or after today at the site."""

    code = "day_outside_life"


def refuse_bad_fields(record: Model, names: Collection[str]) -> None:
    """Refuse the first of `names` that is empty, too long, malformed or not a known choice."""
    others = [f.name for f in record._meta.fields if f.name not in names]
    try:
        record.clean_fields(exclude=others)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise refusal(name, getattr(record, name), " ".join(messages)) from error


def refusal(field: str, value: object, cure: str) -> FieldRefused:
    """The refusal of one value of one field, with the cure."""
    said = _("{field}: “{value}” cannot be recorded. {cure}")
    return FieldRefused(said.format(field=field, value=value, cure=cure), field=field, value=value)


def refuse_day_outside_life(patient: Patient, field: str, day: date | None, today: date) -> None:
    """Refuse a day after `today`, or before the patient was born when that is known."""
    if day is None:
        return
    if day > today:
        raise DayOutsideLife(
            _(
                "{field}: {day} is in the future; today is {today} at {site}. "
                "Give the day on which it was so, at the latest today."
            ).format(field=field, day=day, today=today, site=patient.site),
            field=field,
            value=day,
        )
    if patient.birth_date and day < patient.birth_date:
        raise DayOutsideLife(
            _(
                "{field}: {day} is before the patient's birth. Correct the day, or the birth date."
            ).format(field=field, day=day),
            field=field,
            value=day,
        )
