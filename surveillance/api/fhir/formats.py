"""application/fhir+json coming in. The body is kept as it came: bytes, not yet JSON."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any, Final

from rest_framework.exceptions import APIException, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from surveillance.api.fhir.view import MEDIA_TYPE

LARGEST_BYTES: Final = 10 * 1024 * 1024
VERSIONS: Final = frozenset({"4.0", "4.0.0", "4.0.1"})


class BodyTooLarge(APIException):
    """More than a message may have."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = f"A body may have {LARGEST_BYTES // 1024 // 1024} MB: send smaller bundles."


class FhirParser(BaseParser):
    """The bytes of the body. Refused: other versions of FHIR, packed bodies, too many bytes."""

    media_type = MEDIA_TYPE

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read the body once, and never more than may be sent."""
        headers = (parser_context or {})["request"].headers
        if (version := _version(media_type or "")) not in {"", *VERSIONS}:
            raise UnsupportedMediaType(
                media_type or "", f"FHIR {version[:9]} is not read: send R4."
            )
        if headers.get("Content-Encoding", "identity") != "identity":
            raise UnsupportedMediaType("", "Packed bodies are not read: send it unpacked.")
        raw = stream.read(LARGEST_BYTES + 1)
        if len(raw) > LARGEST_BYTES:
            raise BodyTooLarge
        return raw


class PlainJsonParser(FhirParser):
    """The same for senders that know of no media type of FHIR."""

    media_type = "application/json"


def _version(media_type: str) -> str:
    """The parameter fhirVersion of a media type."""
    for parameter in media_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "fhirversion":
            return value.strip(' "')
    return ""
