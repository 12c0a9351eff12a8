"""Is every event of the audit trail still as it was sealed? Asked from a page."""

from dataclasses import dataclass

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from patients.audit_verification import SiteReport, verify_site
from patients.models import Site
from patients.workflows.record_verification import record_verification
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.audit_form import sites_of_auditor
from surveillance.web.typed_form import TypedForm
from surveillance.web.wording import count_words, number_words

FINDINGS_SHOWN = 100


class ChainForm(TypedForm):
    """A digest noted earlier, if there is one."""

    expected = forms.RegexField(
        r"^[0-9a-f]{64}$",
        label=gettext_lazy("Digest noted earlier"),
        help_text=gettext_lazy(
            "64 characters. It must still be in the chain, or the chain was cut off."
        ),
        required=False,
        error_messages={"invalid": gettext_lazy("Enter all 64 characters, 0 to 9 and a to f")},
    )


@dataclass(frozen=True, slots=True)
class ChainResult:
    """What the check of one site found, in words."""

    heading: str
    is_whole: bool
    sealed: str
    unsealed: str
    head: str
    findings: tuple[str, ...]
    more: str


@require_http_methods(["GET", "POST"])
@signed_in
def audit_chain(request: SignedInRequest) -> HttpResponse:
    """The question (GET) and its answer (POST); that it was asked is recorded."""
    sites = sites_of_auditor(request.user)
    site = choose_site(request, sites)
    form = ChainForm(request.POST if request.method == "POST" else None)
    result = None
    if form.is_valid():
        now = timezone.now()
        report = verify_site(site.slug, now=now, expected=form.cleaned_data["expected"])
        record_verification(site=site, report=report, by=request.user, now=now)
        result = chain_result(site, report)
    context = {"form": form, "site": site.name, "sites": sites, "result": result}
    status = 422 if form.errors else 200
    return render(request, "surveillance/audit/chain.html", context, status=status)


def chain_result(site: Site, report: SiteReport) -> ChainResult:
    """The report in words: whole, or where it breaks."""
    found = len(report.findings)
    more = found - FINDINGS_SHOWN
    return ChainResult(
        heading=f"{site.name}: {count_words(found, 'finding')}"
        if found
        else _("{site}: the chain is whole").format(site=site.name),
        is_whole=not found,
        sealed=count_words(report.sealed, "event"),
        unsealed=count_words(report.unsealed, "event"),
        head=report.head,
        findings=tuple(f"{one.code}: {one.text}" for one in report.findings[:FINDINGS_SHOWN]),
        more=_("and {n} more").format(n=number_words(more)) if more > 0 else "",
    )
