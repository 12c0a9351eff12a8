"""Registers the site as an app, for its commands and its system checks."""

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.core import checks as registry
from django.core.exceptions import ImproperlyConfigured

from hepcalc_site import checks


class SiteConfig(AppConfig):
    """The site itself; it has no models."""

    name = "hepcalc_site"

    def ready(self) -> None:
        """Make the checks for unsafe settings known to Django; refuse a role that is none."""
        for check in checks.ALL:
            registry.register(check, registry.Tags.security, deploy=True)
        refuse_unknown_roles(frozenset(settings.MFA_REQUIRED_ROLES))
        leave_out_unused_files()


def leave_out_unused_files() -> None:
    """Collect no static file that no page of ours asks for: compressing it takes half a minute."""
    static = apps.get_app_config("staticfiles")
    assert isinstance(static, StaticFilesConfig)
    static.ignore_patterns = [*StaticFilesConfig.ignore_patterns, "redoc"]


def refuse_unknown_roles(named: frozenset[str]) -> None:
    """A role misspelt in MFA_REQUIRED_ROLES would silently be asked for no second factor."""
    from patients.models import Role  # noqa: PLC0415  # models are there once all apps are

    if unknown := sorted(named - set(Role.values)):
        raise ImproperlyConfigured(
            f"MFA_REQUIRED_ROLES names {', '.join(unknown)}. Use {', '.join(Role.values)}, "
            "separated by commas, or none."
        )
