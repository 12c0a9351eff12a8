"""A page that asks the database once, through every middleware of the application: the server side
of `bench.connections`. Gunicorn loads it as `bench.one_query:application`."""

import os

from django.conf import settings
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

import bench  # noqa: F401  (sets up Django)

settings.ROOT_URLCONF = __name__
settings.DATABASES["default"]["CONN_MAX_AGE"] = int(os.environ["BENCH_CONN_MAX_AGE"])


def one_query(_request: HttpRequest) -> HttpResponse:
    """How many people there are."""
    return HttpResponse(str(User.objects.filter(is_active=True).count()))


urlpatterns = [path("", one_query)]
application = get_wsgi_application()
