"""`If-Match` and `Idempotency-Key`: what a request says about itself."""

import hashlib
import json
from http import HTTPStatus
from typing import Any, Final

from rest_framework import exceptions
from rest_framework.request import Request

from surveillance.api.etags import etag_of, is_current
from surveillance.workflows.answer_once import Asked

LONGEST_KEY: Final = 255


class PreconditionFailed(exceptions.APIException):
    """The record is not as the caller last saw it."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_code = "changed_meanwhile"

    def __init__(self, etag: str) -> None:
        super().__init__(
            f"The record was changed since you read it; it is {etag} now. Read it again, look, and "
            "send the request again if it is still right."
        )
        self.etag = etag


class BadHeader(exceptions.APIException):
    """A header of the request cannot be understood."""

    status_code = HTTPStatus.BAD_REQUEST
    default_code = "bad_header"


def version_in(request: Request, row: Any, *, has_version: bool) -> int | None:
    """The version that the caller last saw; None where it names none.

    Raises PreconditionFailed where it is not today's, BadHeader where there are no versions.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given:
        return None
    if not has_version:
        raise BadHeader("If-Match: this verb is about a record without versions. Leave it out.")
    if given == "*":
        return None
    if not is_current(given, row):
        raise PreconditionFailed(etag_of(row))
    return int(row.version)


def asked(request: Request, *parameters: str) -> Asked:
    """Who asks with which key, and the fingerprint of what is asked. `parameters`: what the
    address may say beside.

    Raises BadHeader for a key that is no key, ValidationError for another parameter: a misspelt
    `dry_run` would write.
    """
    if unknown := sorted(request.query_params.keys() - set(parameters)):
        problem = exceptions.ErrorDetail("There is no such parameter here.", "unknown_parameter")
        raise exceptions.ValidationError({name: [problem] for name in unknown})
    key = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise BadHeader(
            f"Idempotency-Key: use up to {LONGEST_KEY} printable ASCII characters, such as a UUID."
        )
    application = getattr(request.auth, "application_id", None)
    whole = [request.method, request.get_full_path(), request.data]
    digest = hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()
    return Asked(client=f"{request.user.pk}/{application or ''}", key=key, digest=digest)
