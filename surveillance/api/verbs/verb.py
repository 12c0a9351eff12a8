"""One verb: what it takes, and which workflow it calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from rest_framework.serializers import Serializer

from patients.models import Site
from patients.models.site import SiteQuerySet
from surveillance.api.caller import Caller
from surveillance.api.scopes import Scope
from surveillance.roles import Permission


@dataclass(frozen=True, slots=True)
class Target:
    """What the id in the address names: its records at some sites, and the site of one of them."""

    path: str
    rows: Callable[[SiteQuerySet], QuerySet[Any]]
    site: Callable[[Any], Site]
    has_version: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: who asks what about which row. `version`: the one that the caller last saw."""

    caller: Caller
    row: Any
    said: dict[str, Any]
    now: datetime
    version: int | None = None

    @property
    def by(self) -> User:
        """The account that acts."""
        return self.caller.user

    @property
    def signed(self) -> dict[str, Any]:
        """What every workflow takes."""
        return {"by": self.caller.user, "now": self.now}


@dataclass(frozen=True, slots=True)
class Verb:
    """`target`: what the id names; without one, `path` begins the address and `act` itself asks
    for the permission at the site that the body names. `created`: a row is new, always (201)."""

    scope: Scope
    permission: Permission
    reads: type[Serializer[Any]]
    answers: type[Serializer[Any]]
    act: Callable[[Ask], object]
    example: Mapping[str, Any]
    target: Target | None = None
    path: str = ""
    created: bool = False
    summary: str = field(default="")

    @property
    def address(self) -> str:
        """follow-ups/<uuid:pk>/book-follow-up/ or patients/register-patient/."""
        place = f"{self.target.path}/<uuid:pk>" if self.target else self.path
        return f"{place}/{self.scope.value}"

    @property
    def name(self) -> str:
        """The name of the address, and of the operation in the description."""
        return self.scope.value.replace("-", "_")
