"""Every address of the REST interface, and of the tokens it takes."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from oauth2_provider.views import RevokeTokenView, TokenView

from surveillance.api.about import ServiceView
from surveillance.api.evaluate import EvaluateView
from surveillance.api.record_exams import RecordExamsView
from surveillance.api.registry_rows import RegistryRowsView
from surveillance.api.verbs import addresses as verbs

urlpatterns = [
    path("oauth/token/", TokenView.as_view(), name="oauth_token"),
    path("oauth/revoke/", RevokeTokenView.as_view(), name="oauth_revoke"),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/v1/", ServiceView.as_view(), name="api_service"),
    path("api/v1/decisions/evaluate/", EvaluateView.as_view(), name="api_evaluate"),
    path("api/v1/imaging-exams/record-exams/", RecordExamsView.as_view(), name="api_record_exams"),
    path("api/v1/registry-rows/", RegistryRowsView.as_view(), name="api_registry_rows"),
    path("api/v1/", include(verbs)),
]
