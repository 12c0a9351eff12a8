"""The page behind a patient's link: how to reach the clinic. Nothing else, and no sign-in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from patients.models import Site


@require_safe
def contact_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Name, telephone and e-mail of a site; no word of why somebody might be asked to call."""
    site = get_object_or_404(Site, slug=slug)
    clinic = {"name": site.name, "phone": site.phone, "email": site.email}
    return render(request, "surveillance/contact_page.html", {"clinic": clinic})
