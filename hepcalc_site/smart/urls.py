"""The addresses of a SMART launch."""

from django.urls import path

from hepcalc_site.smart.launch import callback, launch, not_followed
from hepcalc_site.smart.people import link

urlpatterns = [
    path("launch/", launch, name="smart_launch"),
    path("callback/", callback, name="smart_callback"),
    path("link/", link, name="smart_link"),
    path("not-followed/", not_followed, name="smart_not_followed"),
]
