"""What a platform asks: is the process alive, is the installation ready, how is it doing."""

from django.http import HttpRequest, HttpResponse


def livez(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


readyz = metrics = livez
