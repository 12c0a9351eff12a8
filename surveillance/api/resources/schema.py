"""How the reading side describes itself: parameters, pages, versions, sparse fields."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from surveillance.api.filters import FIELDS, GENERAL, order_field
from surveillance.api.resource import Resource, Shape
from surveillance.api.schema import ApiSchema

NOT_MODIFIED = {"304": {"description": "The caller has this version already (`If-None-Match`)"}}
VERSION_HEADERS: Mapping[str, dict[str, Any]] = {
    "ETag": {
        "schema": {"type": "string"},
        "description": "The version: send it as `If-None-Match`, or as `If-Match` with a verb.",
    },
    "Last-Modified": {
        "schema": {"type": "string"},
        "description": "When the record changed last; absent where nobody keeps that.",
    },
}


class SparseShape(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Nothing but the key is sure to be there: the caller chooses the fields."""

    target_class = "surveillance.api.resource.Shape"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """The fields, of which the key alone is required."""
        shape: Any = self.target
        schema: dict[str, Any] = auto_schema._map_serializer(shape, direction, True)
        return schema | {"required": [shape.Meta.fields[0]]}


class ReadingSchema(ApiSchema):
    """Of a view that has a `resource`."""

    @property
    def resource(self) -> Resource:
        """What the view shows."""
        view: Any = self.view
        found: Resource = view.resource
        return found

    def get_tags(self) -> list[str]:
        """One group for each resource."""
        return [self.resource.name]

    def get_filter_backends(self) -> list[Any]:
        """None: filters are described from the resource."""
        return []

    def _described(self, name: str, field: Any) -> OpenApiParameter:
        schema = self._map_serializer_field(field, "request")  # type: ignore[no-untyped-call]
        schema.pop("description", None)
        words = field.help_text or _words_of_filter(name)
        return OpenApiParameter(name, schema, description=str(words))


def _words_of_filter(name: str) -> str:
    """What a filter narrows to, by how it is called."""
    for ending, words in (("_before", "is before this"), ("_after", "is after this")):
        if name.endswith(ending):
            return f"Only rows whose `{name.removesuffix(ending)}` {words} (exclusive)."
    return f"Only rows whose `{name}` is this."


class ListSchema(ReadingSchema):
    """A page of records."""

    def get_operation_id(self) -> str:
        """`list_follow_ups`."""
        return f"list_{self.resource.name.replace('-', '_')}"

    def get_summary(self) -> str:
        """What is listed."""
        return self.resource.words

    def get_override_parameters(self) -> list[Any]:
        """Filters, order, page, fields."""
        fields: dict[str, Any] = {
            **self.resource.parameters, "order": order_field(self.resource), **GENERAL,
        }  # fmt: skip
        return [self._described(name, field) for name, field in fields.items()]

    def get_response_serializers(self) -> Any:
        """`next`, `results`, and the count where it was asked for."""
        return _page_of(self.resource.shape)

    def _is_list_view(self, _serializer: Any = None) -> bool:
        return False


class DetailSchema(ReadingSchema):
    """One record."""

    def get_operation_id(self) -> str:
        """`read_follow_ups`."""
        return f"read_{self.resource.name.replace('-', '_')}"

    def get_summary(self) -> str:
        """Which record."""
        return f"One of: {self.resource.words[0].lower()}{self.resource.words[1:]}"

    def get_override_parameters(self) -> list[Any]:
        """The fields, and the version that the caller has."""
        known = OpenApiParameter(
            "If-None-Match", str, OpenApiParameter.HEADER,
            description="The `ETag` of the version that the caller has.",
        )  # fmt: skip
        return [self._described("fields", FIELDS), known]

    def get_response_serializers(self) -> Any:
        """The record."""
        return self.resource.shape

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        bodies["200"]["headers"] = dict(VERSION_HEADERS)
        return {**bodies, **NOT_MODIFIED}


def _page_of(shape: type[Shape[Any]]) -> type[serializers.Serializer[Any]]:
    name = shape.__name__.removesuffix("Serializer")
    told = {
        "__doc__": "One page.",
        "next": serializers.URLField(allow_null=True, help_text="The page behind; null at the end"),
        "results": shape(many=True),
        "count": serializers.IntegerField(required=False, help_text="With `count=true` only"),
        "count_is_capped": serializers.BooleanField(
            required=False, help_text="Whether there are more than were counted"
        ),
    }
    return type(f"{name}PageSerializer", (serializers.Serializer,), told)
