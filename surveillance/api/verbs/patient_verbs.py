"""Verbs about a patient."""

from dataclasses import replace
from typing import Any

from rest_framework import serializers

from patients.models import Patient, PatientStatus, RiskProfile, Sex
from patients.workflows.record_afp_result import AfpFacts
from patients.workflows.register_patient import Demographics, register_patient
from surveillance.api.scopes import Scope
from surveillance.api.verbs import results
from surveillance.api.verbs.reading import (
    Said,
    maybe_day,
    maybe_number,
    several,
    short,
    word,
    words,
)
from surveillance.api.verbs.targets import PATIENT
from surveillance.api.verbs.verb import Ask, Verb
from surveillance.models import InformedOf, WhoDeclined
from surveillance.protocol.terms import Contraindication, Tri
from surveillance.roles import Permission
from surveillance.workflows.amend_patient import amend_patient
from surveillance.workflows.append_declination import Declined
from surveillance.workflows.combine_risk import TRI_FACTS
from surveillance.workflows.merge_patients import merge_patients
from surveillance.workflows.record_consent import record_consent
from surveillance.workflows.update_risk import RiskFacts, facts_of, update_risk
from surveillance.workflows.withdraw_patient import withdraw_patient

LANGUAGE_TAG = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z"
"""As in BCP 47: en, es-MX."""


FACTS_ON_FILE = (*TRI_FACTS, "egfr")
"""Facts that silence erases nowhere."""


class SaidOfPerson(Said):
    """Who a person is and how to reach them."""

    mrn = serializers.CharField(max_length=64, required=False)
    family_name = serializers.CharField(max_length=120, required=False)
    given_name = short(120)
    birth_date = maybe_day(help_text="null changes nothing; a day on file is never erased")
    sex = word(Sex, required=False)
    phone = short(40)
    email = serializers.EmailField(required=False, allow_blank=True)
    address = short(1000)
    postal_code = short(20)
    city = short(120)
    region = short(120)
    country = short(60)
    language = serializers.RegexField(LANGUAGE_TAG, max_length=12, required=False)
    interpreter_needed = serializers.BooleanField(required=False)
    primary_care = short(200)


class Consents(Said):
    """Yes, no or unknown for each way to reach the patient; left out: as it was."""

    consent_phone = word(Tri, required=False)
    consent_email = word(Tri, required=False)
    consent_sms = word(Tri, required=False)
    consent_letter = word(Tri, required=False)


class RegisterPatientInput(SaidOfPerson, Consents):
    """A person who has no record at the site yet."""

    site = serializers.SlugField(help_text="Short name of the site")
    mrn = serializers.CharField(max_length=64, help_text="Medical record number")
    family_name = serializers.CharField(max_length=120)


class AfpInput(Said):
    """One alpha-fetoprotein result, ng/mL."""

    taken_on = serializers.DateField()
    value_ng_ml = maybe_number(2, 9)
    rising = serializers.BooleanField(required=False)
    elevated_for_age = serializers.BooleanField(required=False)
    source = short(200)  # type: ignore[assignment]  # the library has an attribute of this name


class RiskInput(Said):
    """Risk facts. What is left out stays as it is on record; what is on record is made unknown
    (UNKNOWN, or null for eGFR) only by a clinician (OVERRIDE)."""

    cirrhosis = word(Tri, required=False)
    chronic_hbv = word(Tri, required=False)
    chronic_hcv = word(Tri, required=False)
    masld_advanced_fibrosis = word(Tri, required=False)
    ald = word(Tri, required=False)
    other_chronic_liver_disease = word(Tri, required=False)
    hcc_risk_factors = word(Tri, required=False)
    prior_hcc = word(Tri, required=False)
    normal_liver_function = word(Tri, required=False)
    normal_liver_parenchyma = word(Tri, required=False)
    extrahepatic_malignancy = word(Tri, required=False)
    pregnant = word(Tri, required=False)
    expected_delivery_on = maybe_day()
    contraindications = several(Contraindication, required=False)
    egfr = maybe_number(1, 4, help_text="mL/min/1.73 m²")
    torch_evaluated = word(Tri, required=False)
    cardiac_failure_signs = word(Tri, required=False)
    cardiac_failure_signs_on = maybe_day()


class UpdateRiskInput(Said):
    """Risk facts in force from a day, an AFP result, or both."""

    effective_on = serializers.DateField()
    # the library has an attribute of this name
    source = serializers.CharField(max_length=200)  # type: ignore[assignment]
    facts = RiskInput(required=False)
    afp = AfpInput(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two is needed."""
        if "facts" not in attrs and "afp" not in attrs:
            raise serializers.ValidationError("Give facts, afp, or both.", "nothing_said")
        return attrs


class DeclinedInput(Said):
    """Who declined, knowing what."""

    by = word(WhoDeclined)
    informed_of = several(InformedOf)
    proxy = short(200)
    reoffer_on = maybe_day()


class WithdrawInput(Said):
    """Why the patient is, or is no longer, followed here."""

    status = word(PatientStatus)
    status_on = maybe_day()
    reason = words(default="")
    declined = DeclinedInput(required=False)


class ConsentInput(Consents):
    """How the patient may be reached, and who said so."""

    how = serializers.CharField(max_length=60, help_text="A code: who said it, in which way")
    works_again = serializers.MultipleChoiceField(choices=["email", "phone"], required=False)


class MergeInput(Said):
    """Which record stays, and which is joined to it."""

    survivor = serializers.UUIDField()
    duplicate = serializers.UUIDField()
    reason = serializers.CharField(max_length=1000)


def _register(ask: Ask) -> object:
    said = dict(ask.said)
    slug = said.pop("site")
    site = ask.caller.sites(Permission.VIEW_PATIENT).filter(slug=slug).first()
    if site is None:
        raise serializers.ValidationError({"site": ["There is no such site for this token."]})
    ask.caller.require(Permission.AMEND_PATIENT, site)
    return register_patient(site=site, demographics=Demographics(**said), **ask.signed)


def _amend(ask: Ask) -> object:
    return amend_patient(patient=ask.row, changes=ask.said, **ask.signed)


def _update_risk(ask: Ask) -> object:
    said = ask.said
    profile = update_risk(
        patient=ask.row,
        facts=_facts(ask) if "facts" in said else None,
        effective_on=said["effective_on"],
        source=said["source"],
        afp=AfpFacts(**said["afp"]) if "afp" in said else None,
        **ask.signed,
    )
    return {"patient": ask.row.pk, "risk_profile": profile.pk if profile else None}


def _facts(ask: Ask) -> RiskFacts:
    """What is in force on that day, with what was said instead."""
    said = dict(ask.said["facts"])
    if "contraindications" in said:
        said["contraindications"] = frozenset(said["contraindications"])
    holder = ask.row.merged_into or ask.row
    profiles = RiskProfile.objects.filter(patient=holder)
    in_force = profiles.in_force(ask.said["effective_on"]).first()
    known = facts_of(in_force) if in_force else RiskFacts()
    _refuse_forgetting(ask, known, said)
    return replace(known, **said)


def _refuse_forgetting(ask: Ask, known: RiskFacts, said: dict[str, Any]) -> None:
    """Another system that does not know a fact must not erase it: less would be asked for."""
    unknown = (Tri.UNKNOWN, None)
    told = (name for name in FACTS_ON_FILE if name in said and said[name] in unknown)
    erased = [name for name in told if getattr(known, name) not in unknown]
    signing = ask.caller.sites(Permission.OVERRIDE).filter(pk=ask.row.site_id)
    if erased and not signing.exists():
        how = "It is on file. Leave it out; only a clinician may say that it is not known."
        raise serializers.ValidationError({"facts": {name: [how] for name in erased}})


def _withdraw(ask: Ask) -> object:
    said = ask.said
    return withdraw_patient(
        patient=ask.row,
        status=PatientStatus(said["status"]),
        status_on=said.get("status_on"),
        reason=said["reason"],
        declined=_declined(said["declined"]) if "declined" in said else None,
        **ask.signed,
    )


def _declined(said: dict[str, Any]) -> Declined:
    return Declined(
        by=WhoDeclined(said["by"]),
        informed_of=[InformedOf(code) for code in said["informed_of"]],
        proxy=said.get("proxy", ""),
        reoffer_on=said.get("reoffer_on"),
    )


def _consent(ask: Ask) -> object:
    said = dict(ask.said)
    how, works_again = said.pop("how"), said.pop("works_again", ())
    changed = record_consent(
        patient=ask.row, consents=said, how=how, works_again=works_again, **ask.signed
    )
    return {"patient": ask.row.pk, "changed": changed}


def _merge(ask: Ask) -> object:
    survivor, duplicate = (_named(ask, name) for name in ("survivor", "duplicate"))
    return merge_patients(
        survivor=survivor, duplicate=duplicate, reason=ask.said["reason"], **ask.signed
    )


def _named(ask: Ask, name: str) -> Patient:
    rows = PATIENT.rows(ask.caller.sites(Permission.VIEW_PATIENT))
    row: Patient | None = rows.filter(pk=ask.said[name]).first()
    if row is None:
        raise serializers.ValidationError({name: ["There is no such patient for this token."]})
    ask.caller.require(Permission.MERGE, row.site)
    return row


VERBS = (
    Verb(
        Scope.REGISTER_PATIENT, Permission.AMEND_PATIENT, RegisterPatientInput,
        results.PatientResult, _register,
        {"site": "north", "mrn": "NB-1001", "family_name": "Example", "birth_date": "1960-05-17"},
        path="patients", created=True, summary="Register a patient",
    ),
    Verb(
        Scope.AMEND_PATIENT, Permission.AMEND_PATIENT, SaidOfPerson, results.PatientResult, _amend,
        {"phone": "+1 555 0100"}, PATIENT, summary="Correct who a patient is",
    ),
    Verb(
        Scope.UPDATE_RISK, Permission.RECORD_RISK, UpdateRiskInput, results.RiskResult,
        _update_risk,
        {"effective_on": "2026-08-01", "source": "hepatology", "facts": {"cirrhosis": "YES"}},
        PATIENT, summary="Record risk facts or an AFP result; all lesions are decided again",
    ),
    Verb(
        Scope.WITHDRAW_PATIENT, Permission.WITHDRAW, WithdrawInput, results.PatientResult,
        _withdraw,
        {"status": "DECEASED", "status_on": "2026-08-30", "reason": "Told by the family"},
        PATIENT, summary="Record why a patient is, or is no longer, followed here",
    ),
    Verb(
        Scope.RECORD_CONSENT, Permission.LOG_CONTACT, ConsentInput, results.ConsentResult,
        _consent, {"how": "told_by_patient", "consent_email": "NO"}, PATIENT,
        summary="Record how a patient may be reached",
    ),
    Verb(
        Scope.MERGE_PATIENTS, Permission.MERGE, MergeInput, results.MergeResult, _merge,
        {
            "survivor": "5f0c0c2e-0000-4000-8000-000000000001",
            "duplicate": "5f0c0c2e-0000-4000-8000-000000000002",
            "reason": "Same person, two numbers",
        },
        path="patients", summary="Join two records of one person",
    ),
)  # fmt: skip
