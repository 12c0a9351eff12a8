"""One version of a message's words: previewed with a patient's data, then put in use."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from patients.models import Site
from surveillance.delivery.built_in import Words
from surveillance.delivery.checked import measures_in
from surveillance.delivery.texts import Text, version_in_use
from surveillance.models import MessageTemplateVersion
from surveillance.roles import Permission
from surveillance.web.access import SignedInRequest, require, signed_in
from surveillance.web.message_text_forms import PreviewForm
from surveillance.web.message_text_view import (
    address_of,
    heading_of,
    list_address,
    measures_view,
    name_of,
    said_by_the_site,
)
from surveillance.web.refusals import accepted
from surveillance.web.shell import NavItem
from surveillance.web.wording import moment_words, name_of_user
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.preview_message_template import preview_message_template
from surveillance.workflows.put_template_in_use import put_template_in_use


@require_http_methods(["GET", "POST"])
@signed_in
def message_version(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The words as written, and after a POST with an MRN as that patient would get them."""
    version = _version_or_404(request, pk)
    form = PreviewForm(request.POST if request.method == "POST" else None)
    preview: list[Text] = []
    if form.is_valid():
        accepted(form, lambda: preview.append(_preview(request, version, form)))
    page = _page(version) | {"form": form, "preview": next(iter(preview), None)}
    if preview:
        page["warning"] = said_by_the_site(preview[0])
    status = 422 if form.errors else 200
    return render(request, "surveillance/message_texts/version.html", page, status=status)


@require_POST
@signed_in
def message_version_use(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Send these words from now on; refused to somebody who has not previewed them."""
    version = _version_or_404(request, pk)
    try:
        put_template_in_use(version=version, by=request.user, now=timezone.now())
    except WorkflowRefused as refused:
        messages.error(request, refused.message)
        return redirect("message_version", pk=pk)
    messages.success(request, _("{version} is in use.").format(version=name_of(version)))
    return redirect(address_of(version.site, version.kind))


def _version_or_404(request: SignedInRequest, pk: UUID) -> MessageTemplateVersion:
    mine = MessageTemplateVersion.objects.filter(site__in=Site.objects.for_user(request.user))
    version = get_object_or_404(mine.select_related("site", "written_by"), pk=pk)
    require(request.user, Permission.ADMINISTER, version.site)
    return version


def _preview(request: SignedInRequest, version: MessageTemplateVersion, form: PreviewForm) -> Text:
    mrn = form.cleaned_data["mrn"]
    return preview_message_template(version=version, mrn=mrn, by=request.user, now=timezone.now())


def _page(version: MessageTemplateVersion) -> dict[str, object]:
    site, kind, words = version.site, version.kind, Words(version.subject, version.body)
    return {
        "name": name_of(version),
        "number": version.number,
        "heading": heading_of(kind),
        "list": NavItem(site.name, list_address(site)),
        "text": NavItem(heading_of(kind), address_of(site, kind)),
        "note": f"{moment_words(version.written_at, site)}, {name_of_user(version.written_by)}",
        "is_in_use": version_in_use(site, kind) == version,
        "words": words,
        "language": kind.language.value,
        "measures": measures_view(kind, measures_in(site, kind, words), ()),
        "pk": version.pk,
    }
