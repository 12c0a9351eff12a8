"""What every body of a verb has in common, and the fields that many of them have."""

from enum import Enum
from typing import Any

from rest_framework import serializers

from surveillance.typed_text import seen_line, seen_lines

LONGEST_WORDS = 4000
LONGEST_LINE = 200


class Said(serializers.Serializer[Any]):
    """A body of which every field is known: a misspelt one is refused, never passed over; so is a
    sign that nobody sees, but for whole reports, which are kept as they came."""

    def get_fields(self) -> Any:
        """As declared, and texts as the forms of the pages take them."""
        fields = super().get_fields()
        for field in fields.values():
            if isinstance(field, serializers.CharField) and (most := field.max_length):
                seen = seen_line if most <= LONGEST_LINE else seen_lines
                field.validators += [seen] if most <= LONGEST_WORDS else []
        return fields

    def to_internal_value(self, data: Any) -> Any:
        """As the library reads it, after unknown names were refused."""
        if isinstance(data, dict):
            unknown = {
                name: [serializers.ErrorDetail("There is no such field here.", "unknown_field")]
                for name in data
                if name not in self.fields
            }
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class Reason(Said):
    """Why."""

    reason = serializers.CharField(max_length=LONGEST_WORDS)


class Nothing(Said):
    """An empty object."""


def words(**more: Any) -> serializers.CharField:
    """A few sentences that may be left out."""
    return serializers.CharField(max_length=LONGEST_WORDS, required=False, allow_blank=True, **more)


def short(most: int, **more: Any) -> serializers.CharField:
    """A short text that may be left out."""
    return serializers.CharField(max_length=most, required=False, allow_blank=True, **more)


def word(terms: type[Enum], **more: Any) -> serializers.ChoiceField:
    """One of the words of a vocabulary."""
    return serializers.ChoiceField(choices=[one.value for one in terms], **more)


def several(terms: type[Enum], **more: Any) -> serializers.ListField:
    """Words of a vocabulary."""
    return serializers.ListField(child=word(terms), **more)


def maybe_day(**more: Any) -> serializers.DateField:
    """A day that may be left out or null."""
    return serializers.DateField(required=False, allow_null=True, **more)


def maybe_number(places: int, most: int, **more: Any) -> serializers.DecimalField:
    """A number that may be left out or null, exact."""
    return serializers.DecimalField(
        max_digits=most, decimal_places=places, required=False, allow_null=True, **more
    )
