"""Administrators see and write the words of messages, and go back to the built-in ones."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patients.models import Site
from surveillance.delivery.built_in import Words, built_in
from surveillance.delivery.checked import draft_of, faults_in, measures_in
from surveillance.delivery.texts import version_in_use
from surveillance.models import MessageTemplateUse, MessageTemplateVersion, TextKind
from surveillance.roles import Permission, sites_where
from surveillance.said_again import said_again
from surveillance.web.access import SignedInRequest, choose_site, require, signed_in
from surveillance.web.message_text_forms import TextForm
from surveillance.web.message_text_view import (
    address_of,
    heading_of,
    kind_named,
    list_address,
    measures_view,
    name_of,
    placeholder_rows,
    text_rows,
    version_rows,
)
from surveillance.web.shell import NavItem
from surveillance.workflows.refuse_faulty_text import TextRefused
from surveillance.workflows.withdraw_message_template import withdraw_message_template
from surveillance.workflows.write_message_template import write_message_template


@require_safe
@signed_in
def message_texts(request: SignedInRequest) -> HttpResponse:
    """Every text of one of the administrator's sites."""
    sites = list(sites_where(request.user, Permission.ADMINISTER).order_by("name"))
    site = choose_site(request, sites)
    others = [NavItem(other.name, list_address(other)) for other in sites if other != site]
    rows = text_rows(site, MessageTemplateUse.objects.in_use_at(site))
    page = {"site": site.name, "others": others, "rows": rows}
    return render(request, "surveillance/message_texts/list.html", page)


@require_http_methods(["GET", "POST"])
@signed_in
def message_text(request: SignedInRequest, slug: str, name: str) -> HttpResponse:
    """One text: the words in use, a form for new ones, the history. POST keeps a new version."""
    site, kind = text_or_404(request, slug, name)
    given = request.POST if request.method == "POST" else None
    start = words_of(_version_to_start_from(request, site, kind), kind)
    form = TextForm(given, kind=kind, initial=start._asdict())
    words = form.words if form.is_valid() else start  # before a fault takes them out of the form
    if form.is_valid() and (version := _written(request, form, site, kind)):
        words_kept = _("{version} is a draft. Preview it, then put it in use.")
        messages.success(request, words_kept.format(version=name_of(version)))
        return redirect("message_version", pk=version.pk)
    page = _page(site, kind, words) | {"form": form}
    status = 422 if form.errors else 200
    return render(request, "surveillance/message_texts/text.html", page, status=status)


@require_POST
@signed_in
def message_text_check(request: SignedInRequest, slug: str, name: str) -> HttpResponse:
    """While somebody writes: how hard to read, how long, what is wrong. Keeps nothing."""
    site, kind = text_or_404(request, slug, name)
    form = TextForm(request.POST, kind=kind)
    words = form.words if form.is_valid() else Words("", "")
    view = measures_view(kind, measures_in(site, kind, words), faults_in(site, kind, words))
    return render(request, "surveillance/message_texts/_measures.html", {"measures": view})


@require_POST
@signed_in
def message_text_withdraw(request: SignedInRequest, slug: str, name: str) -> HttpResponse:
    """Back to the built-in words."""
    site, kind = text_or_404(request, slug, name)
    withdraw_message_template(site=site, kind=kind, by=request.user, now=timezone.now())
    messages.success(request, _("The built-in words are in use."))
    return redirect("message_text", slug=slug, name=name)


def text_or_404(request: SignedInRequest, slug: str, name: str) -> tuple[Site, TextKind]:
    """The site and the text; 404 at a site where the person has no role, 403 without the right."""
    site = get_object_or_404(Site.objects.for_user(request.user), slug=slug)
    require(request.user, Permission.ADMINISTER, site)
    if (kind := kind_named(name)) is None:
        raise Http404
    return site, kind


def words_of(version: MessageTemplateVersion | None, kind: TextKind) -> Words:
    """The words of a version; without one the built-in words."""
    return built_in(kind) if version is None else Words(version.subject, version.body)


def _version_to_start_from(
    request: SignedInRequest, site: Site, kind: TextKind
) -> MessageTemplateVersion | None:
    """The version named in the address (`?from=2`), else the one in use."""
    number = request.GET.get("from", "")
    if number.isdecimal():
        return get_object_or_404(MessageTemplateVersion.objects.of(site, kind), number=number)
    return version_in_use(site, kind)


def _written(
    request: SignedInRequest, form: TextForm, site: Site, kind: TextKind
) -> MessageTemplateVersion | None:
    """The new version; or none, and every fault beside its field."""
    try:
        return write_message_template(
            site=site, kind=kind, words=form.words, by=request.user, now=timezone.now()
        )
    except TextRefused as refused:
        for fault in refused.faults:
            form.add_error(fault.field, said_again(fault.message))
        return None


def _page(site: Site, kind: TextKind, words: Words) -> dict[str, object]:
    in_use = version_in_use(site, kind)
    versions = MessageTemplateVersion.objects.of(site, kind).select_related("written_by")
    return {
        "heading": heading_of(kind),
        "language": kind.language.value,
        "list": NavItem(site.name, list_address(site)),
        "url": address_of(site, kind),
        "in_use": name_of(in_use),
        "is_built_in": in_use is None,
        "placeholders": placeholder_rows(draft_of(kind, words).allowed),
        "measures": measures_view(kind, measures_in(site, kind, words), ()),
        "versions": version_rows(versions, site, kind, in_use),
        "built_in": built_in(kind),
    }
