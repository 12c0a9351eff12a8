"""The addresses of the reading side: a list and a record of each resource."""

from typing import Any

from django.db import models
from django.urls import URLPattern, path

from surveillance.api.resource import Resource
from surveillance.api.resources.lesions import (
    IMAGING_EXAMS,
    LESION_ASSESSMENTS,
    LESION_EVENTS,
    LESION_OBSERVATIONS,
    LESIONS,
)
from surveillance.api.resources.owed import (
    CONTACT_ATTEMPTS,
    ESCALATIONS,
    FOLLOW_UPS,
    NOTIFICATIONS,
)
from surveillance.api.resources.people import PATIENTS, RISK_PROFILES
from surveillance.api.resources.places import AUDIT_EVENTS, MEMBERSHIPS, SITES, SWEEP_RUNS
from surveillance.api.resources.search import PatientSearchView
from surveillance.api.resources.timeline import TimelineView
from surveillance.api.resources.views import DetailView, ListView

RESOURCES = (
    SITES, MEMBERSHIPS, PATIENTS, RISK_PROFILES, LESIONS, IMAGING_EXAMS, LESION_OBSERVATIONS,
    LESION_EVENTS, LESION_ASSESSMENTS, FOLLOW_UPS, CONTACT_ATTEMPTS, ESCALATIONS, NOTIFICATIONS,
    AUDIT_EVENTS, SWEEP_RUNS,
)  # fmt: skip


def _key_words(resource: Resource) -> str:
    """How the key stands in an address."""
    column = resource.rows().model._meta.get_field(resource.key)
    kinds: dict[type[Any], str] = {models.UUIDField: "uuid", models.SlugField: "slug"}
    return f"<{kinds.get(type(column), 'int')}:key>"


def _addresses(resource: Resource) -> list[URLPattern]:
    name, given = resource.name, {"resource": resource}
    code = name.replace("-", "_")
    words = "".join(part.capitalize() for part in name.split("-"))
    listed: Any = type(
        f"{words}ListView", (ListView,), {**given, "__doc__": resource.shape.__doc__}
    )
    single: Any = type(f"{words}DetailView", (DetailView,), given)
    return [
        path(f"{name}/", listed.as_view(), name=f"api_{code}"),
        path(f"{name}/{_key_words(resource)}/", single.as_view(), name=f"api_{code}_one"),
    ]


urlpatterns = [
    path("patients/search/", PatientSearchView.as_view(), name="api_patients_search"),
    path("lesions/<uuid:key>/timeline/", TimelineView.as_view(), name="api_lesion_timeline"),
    *(address for resource in RESOURCES for address in _addresses(resource)),
]
