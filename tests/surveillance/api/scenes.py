"""Other systems with their accounts and tokens, as tests of the REST interface need them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application
from rest_framework.test import APIClient

from patients.models import Role, Site
from surveillance.models import (
    ContactAttempt,
    Escalation,
    FollowUp,
    Notification,
    NotificationChannel,
    NotificationTemplate,
    SweepRun,
)
from tests.factories import (
    NOW,
    MembershipFactory,
    PatientFactory,
    RiskProfileFactory,
    UserFactory,
)
from tests.surveillance.factories import (
    FollowUpFactory,
    LesionEventFactory,
    LesionFactory,
    LesionObservationFactory,
)


@dataclass(frozen=True, slots=True)
class System:
    """A client of the REST interface that holds a token."""

    user: User
    application: Any
    client: APIClient


def a_system(*sites: Site, scope: str = "read", role: Role = Role.INTEGRATION) -> System:
    """A system whose account holds `role` at these sites, with a token of that scope."""
    user = UserFactory()
    for site in sites:
        MembershipFactory(user=user, site=site, role=role)
    application = Application.objects.create(
        name=f"system {user.pk}",
        user=user,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {a_token(application, scope)}")
    return System(user, application, client)


def a_token(application: Any, scope: str) -> str:
    """A token of the client that is good for an hour."""
    token = f"token-{application.pk}-{scope}".replace(" ", "-").replace(":", ".")
    AccessToken.objects.create(
        application=application,
        token=token,
        scope=scope,
        expires=timezone.now() + timedelta(hours=1),
    )
    return token


def a_full_record(site: Site) -> FollowUp:
    """A patient of whom there is something in every table that other systems read."""
    patient = PatientFactory(site=site)
    RiskProfileFactory(patient=patient)
    lesion = LesionFactory(patient=patient, segments=["S5"])
    LesionEventFactory(lesion=lesion)
    LesionObservationFactory(lesion=lesion)
    follow_up: FollowUp = FollowUpFactory(lesion=lesion)
    attempt = ContactAttempt.objects.create(
        patient=patient, channel="PHONE", outcome="NO_ANSWER", attempted_at=NOW, recorded_at=NOW
    )
    attempt.follow_ups.add(follow_up)
    Escalation.objects.create(follow_up=follow_up, tier=1, step="L+1", raised_at=NOW)
    Notification.objects.create(
        site=site, patient=patient, channel=NotificationChannel.EMAIL, created_at=NOW,
        not_before=NOW, template=NotificationTemplate.PATIENT_REMINDER, dedupe_key=str(patient.pk),
    )  # fmt: skip
    SweepRun.objects.create(kind="sweep", started_at=NOW, finished_at=NOW)
    return follow_up
