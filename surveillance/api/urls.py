"""Every address of the REST interface, and of the tokens it takes."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from oauth2_provider.views import RevokeTokenView

from surveillance.api.about import ServiceView
from surveillance.api.cds.hooks import DiscoveryView, FeedbackView
from surveillance.api.cds.hooks import ServiceView as CdsServiceView
from surveillance.api.evaluate import EvaluateView
from surveillance.api.fhir.capability import CapabilityView
from surveillance.api.fhir.everything import EverythingView
from surveillance.api.fhir.nowhere import FhirNowhereView
from surveillance.api.fhir.one_address import read_or_sent
from surveillance.api.fhir.read import ReadView, SearchByAddress, SearchByBody
from surveillance.api.fhir.taking_in import BundleView, CreateView, UpdateView
from surveillance.api.nowhere import NowhereView
from surveillance.api.record_exams import RecordExamsView
from surveillance.api.registry_rows import RegistryRowsView
from surveillance.api.token_endpoint import GuardedTokenView
from surveillance.api.verbs import addresses as verbs

urlpatterns = [
    path("oauth/token/", GuardedTokenView.as_view(), name="oauth_token"),
    path("oauth/revoke/", RevokeTokenView.as_view(), name="oauth_revoke"),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/v1/", ServiceView.as_view(), name="api_service"),
    path("cds-services", DiscoveryView.as_view(), name="cds_services"),
    path("cds-services/<str:id_>", CdsServiceView.as_view(), name="cds_service"),
    path("cds-services/<str:id_>/feedback", FeedbackView.as_view(), name="cds_feedback"),
    re_path(r"^fhir/r4/?$", BundleView.as_view(), name="fhir"),
    path("fhir/r4/metadata", CapabilityView.as_view(), name="fhir_metadata"),
    path("fhir/r4/Patient/<str:id_>/$everything", EverythingView.as_view(), name="fhir_everything"),
    path(
        "fhir/r4/<str:kind>",
        read_or_sent(SearchByAddress.as_view(), CreateView.as_view(), "POST"),
        name="fhir_type",
    ),
    path("fhir/r4/<str:kind>/_search", SearchByBody.as_view(), name="fhir_search"),
    path(
        "fhir/r4/<str:kind>/<str:id_>",
        read_or_sent(ReadView.as_view(), UpdateView.as_view(), "PUT"),
        name="fhir_read",
    ),
    path("fhir/r4/<path:rest>", FhirNowhereView.as_view(), name="fhir_nowhere"),
    path("api/v1/decisions/evaluate/", EvaluateView.as_view(), name="api_evaluate"),
    path("api/v1/imaging-exams/record-exams/", RecordExamsView.as_view(), name="api_record_exams"),
    path("api/v1/registry-rows/", RegistryRowsView.as_view(), name="api_registry_rows"),
    path("api/v1/", include(verbs)),
    path("api/v1/", include("surveillance.api.resources.addresses")),
    path("api/v1/<path:rest>", NowhereView.as_view(), name="api_nowhere"),
]
