"""What a token may be used for: one scope for reading, one for each verb, one for each site.

A scope never allows more than the roles of the account behind the token do: both are asked. A token
with scopes `site:…` counts at those sites only; one without counts wherever the account has a role.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from oauth2_provider.scopes import BaseScopes

from patients.models import Site

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

SITE_PREFIX = "site:"


class Scope(StrEnum):
    """What a token may be used for; the words are shown where a client is made."""

    READ = "read"
    EVALUATE = "decisions.evaluate"
    INTAKE = "intake"
    FHIR_READ = "system/*.rs"


FHIR_KINDS = (
    "Patient",
    "Condition",
    "ImagingStudy",
    "DiagnosticReport",
    "Observation",
    "Task",
    "ServiceRequest",
    "CarePlan",
    "CommunicationRequest",
    "Communication",
    "DetectedIssue",
    "Provenance",
    "AuditEvent",
)
"""Types that may be read one by one (SMART v2: `system/Task.rs`)."""

WORDS: dict[Scope, str] = {
    Scope.READ: "Read records",
    Scope.FHIR_READ: "Read and search all FHIR resources",
    Scope.EVALUATE: "Ask the protocol about cases that are not on file",
    Scope.INTAKE: "Send patients, reports, orders and appointments (FHIR)",
}


class ClientScopes(BaseScopes):  # type: ignore[misc]  # the library has no types
    """The scopes that a client may ask for: all kinds of use, and the sites of its account."""

    def get_all_scopes(self) -> dict[str, str]:
        """Every kind of use with its words."""
        plain = {scope.value: words for scope, words in WORDS.items()}
        return plain | {f"system/{kind}.rs": f"Read and search {kind}" for kind in FHIR_KINDS}

    def get_available_scopes(self, application: Any = None, *_: Any, **__: Any) -> list[str]:
        """All kinds of use, and one scope for each site of the client's account."""
        user = getattr(application, "user", None)
        return [*self.get_all_scopes(), *site_scopes(user)]

    def get_default_scopes(self, *_: Any, **__: Any) -> list[str]:
        """Who asks for nothing may read."""
        return [Scope.READ.value]


def site_scopes(user: "AbstractBaseUser | None") -> list[str]:
    """`site:<slug>` for every site where the account has a role today."""
    if user is None:
        return []
    slugs = Site.objects.for_user(user).order_by("slug").values_list("slug", flat=True)
    return [f"{SITE_PREFIX}{slug}" for slug in slugs]
