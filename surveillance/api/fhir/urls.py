"""Every address of FHIR. The base answers with and without a slash at the end."""

from django.urls import path, re_path

from surveillance.api.fhir.taking_in import BundleView, ResourceView

urlpatterns = [
    re_path(r"^fhir/r4/?$", BundleView.as_view(), name="fhir"),
    path(
        "fhir/r4/<str:type>",
        ResourceView.as_view(http_method_names=["post", "options"]),
        name="fhir_type",
    ),
    path(
        "fhir/r4/<str:type>/<str:id>",
        ResourceView.as_view(http_method_names=["put", "options"]),
        name="fhir_resource",
    ),
]
