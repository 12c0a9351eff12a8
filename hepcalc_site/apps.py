"""Registers the site as an app, for its commands and its system checks."""

from django.apps import AppConfig
from django.core import checks as registry

from hepcalc_site import checks


class SiteConfig(AppConfig):
    """The site itself; it has no models."""

    name = "hepcalc_site"

    def ready(self) -> None:
        """Make the checks for unsafe settings known to Django."""
        for check in checks.ALL:
            registry.register(check, registry.Tags.security, deploy=True)
