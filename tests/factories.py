"""Records of people for tests: say what matters to the test, the factory knows the rest.

Dates are fixed: `NOW` is a Monday morning, `TODAY` its date at every site made here.
"""

from datetime import UTC, date, datetime

import factory
from django.contrib.auth.models import User
from factory.django import DjangoModelFactory, Password

from patients.models import AfpResult, Membership, Patient, RiskProfile, Role, Sex, Site, Tri

NOW = datetime(2026, 8, 31, 9, 0, tzinfo=UTC)
TODAY = date(2026, 8, 31)
PASSWORD = "correct horse battery staple"  # for the test client's sign-in

LIVER_FACTS = (
    "cirrhosis",
    "chronic_hbv",
    "chronic_hcv",
    "masld_advanced_fibrosis",
    "ald",
    "other_chronic_liver_disease",
    "hcc_risk_factors",
    "prior_hcc",
)
HEALTHY_LIVER = {fact: Tri.NO for fact in LIVER_FACTS} | {
    "normal_liver_function": Tri.YES,
    "normal_liver_parenchyma": Tri.YES,
    "extrahepatic_malignancy": Tri.NO,
}


class SiteFactory(DjangoModelFactory):
    """A hospital on UTC."""

    class Meta:
        model = Site

    slug = factory.Sequence(lambda n: f"site-{n}")
    name = factory.Sequence(lambda n: f"Hospital {n}")
    time_zone = "UTC"
    holiday_calendar = ""


class UserFactory(DjangoModelFactory):
    """A person who can sign in with `PASSWORD` and holds no role anywhere."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person{n}")
    first_name = "Robin"
    last_name = factory.Sequence(lambda n: f"Example{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    password = Password(PASSWORD)


class MembershipFactory(DjangoModelFactory):
    """A nurse navigator at a site. `MembershipFactory(site=..., role=...).user` is the person."""

    class Meta:
        model = Membership

    class Params:
        lead_navigator = factory.Trait(role=Role.LEAD_NAVIGATOR)
        clinician = factory.Trait(role=Role.CLINICIAN)
        medical_director = factory.Trait(role=Role.MEDICAL_DIRECTOR)
        administrator = factory.Trait(role=Role.ADMINISTRATOR)
        auditor = factory.Trait(role=Role.AUDITOR)
        integration = factory.Trait(role=Role.INTEGRATION)

    user = factory.SubFactory(UserFactory)
    site = factory.SubFactory(SiteFactory)
    role = Role.NURSE_NAVIGATOR


class RiskProfileFactory(DjangoModelFactory):
    """A profile of which nothing is known. Traits: low_risk, cirrhotic, hepatitis_b, …"""

    class Meta:
        model = RiskProfile

    class Params:
        low_risk = factory.Trait(**HEALTHY_LIVER)
        cirrhotic = factory.Trait(
            **HEALTHY_LIVER | {"cirrhosis": Tri.YES, "normal_liver_parenchyma": Tri.NO}
        )
        hepatitis_b = factory.Trait(**HEALTHY_LIVER | {"chronic_hbv": Tri.YES})
        with_malignancy = factory.Trait(**HEALTHY_LIVER | {"extrahepatic_malignancy": Tri.YES})
        cirrhosis_unknown = factory.Trait(**HEALTHY_LIVER | {"cirrhosis": Tri.UNKNOWN})

    patient = factory.SubFactory("tests.factories.PatientFactory")
    effective_on = date(2020, 1, 1)
    source = "clinic letter"
    recorded_at = datetime(2020, 1, 1, 9, 0, tzinfo=UTC)


class PatientFactory(DjangoModelFactory):
    """An adult with no risk profile. Traits add one: low_risk, cirrhotic, hepatitis_b, …"""

    class Meta:
        model = Patient
        skip_postgeneration_save = True

    class Params:
        child = factory.Trait(birth_date=date(2019, 6, 15))
        reachable = factory.Trait(
            phone="+44 20 7946 0000",
            email="patient@example.org",
            consent_phone=Tri.YES,
            consent_email=Tri.YES,
        )
        low_risk = factory.Trait(
            risk=factory.RelatedFactory(RiskProfileFactory, "patient", low_risk=True)
        )
        cirrhotic = factory.Trait(
            risk=factory.RelatedFactory(RiskProfileFactory, "patient", cirrhotic=True)
        )
        hepatitis_b = factory.Trait(
            risk=factory.RelatedFactory(RiskProfileFactory, "patient", hepatitis_b=True)
        )
        with_malignancy = factory.Trait(
            risk=factory.RelatedFactory(RiskProfileFactory, "patient", with_malignancy=True)
        )
        cirrhosis_unknown = factory.Trait(
            risk=factory.RelatedFactory(RiskProfileFactory, "patient", cirrhosis_unknown=True)
        )

    site = factory.SubFactory(SiteFactory)
    mrn = factory.Sequence(lambda n: f"MRN{n:06}")
    family_name = factory.Sequence(lambda n: f"Sample{n}")
    given_name = "Alex"
    birth_date = date(1970, 5, 17)
    sex = Sex.FEMALE
    created_at = datetime(2020, 1, 1, 9, 0, tzinfo=UTC)


class AfpResultFactory(DjangoModelFactory):
    """An unremarkable AFP of 3 ng/mL."""

    class Meta:
        model = AfpResult

    patient = factory.SubFactory(PatientFactory)
    taken_on = date(2026, 8, 1)
    value_ng_ml = 3
    source = "laboratory"
    recorded_at = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
