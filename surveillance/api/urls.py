"""Every address of the REST interface, and of the tokens it takes."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from oauth2_provider.views import RevokeTokenView

from surveillance.api.about import ServiceView
from surveillance.api.nowhere import NowhereView
from surveillance.api.token_endpoint import GuardedTokenView

urlpatterns = [
    path("oauth/token/", GuardedTokenView.as_view(), name="oauth_token"),
    path("oauth/revoke/", RevokeTokenView.as_view(), name="oauth_revoke"),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/v1/", ServiceView.as_view(), name="api_service"),
    path("api/v1/", include("surveillance.api.resources.addresses")),
    path("api/v1/<path:rest>", NowhereView.as_view(), name="api_nowhere"),
]
