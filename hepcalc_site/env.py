"""Typed readers of environment variables.

Every reader notes what is wrong instead of stopping at the first fault; `refuse_if_broken`
then refuses to start with the whole list: which variable, what is wrong, how to mend it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from hepcalc_site.mail import Mail, is_known, mail_from
from hepcalc_site.oidc import BadProvider, SingleSignOn, refuse_incomplete
from hepcalc_site.texting import BadSmsUrl, Sms, sms_from

BASE_DIR = Path(__file__).resolve().parent.parent
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
LEAST_SECRET_LENGTH = 50


class Environment:
    """Reads variables from `source`, remembers their names and collects what is wrong."""

    def __init__(self, source: Mapping[str, str]) -> None:
        self.source = source
        self.names: list[str] = []
        self.problems: list[str] = []

    def _raw(self, name: str) -> str:
        self.names.append(name)
        return self.source.get(name, "").strip()

    def refuse(self, name: str, wrong: str, cure: str) -> None:
        """Note a fault and how to mend it."""
        self.problems.append(f"{name} {wrong}. {cure}")

    def text(self, name: str, default: str = "") -> str:
        """A text; empty and missing are the same."""
        return self._raw(name) or default

    def required(self, name: str, cure: str) -> str:
        """A text that must be set."""
        value = self._raw(name)
        if not value:
            self.refuse(name, "is not set", cure)
        return value

    def secret(self, name: str) -> str:
        """A secret long enough to be one; it is never repeated in a message."""
        cure = (
            f"Set it to at least {LEAST_SECRET_LENGTH} random characters, for example those that "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))' prints"
        )
        value = self.required(name, cure)
        if value and len(value) < LEAST_SECRET_LENGTH:
            self.refuse(name, f"is too short ({len(value)} characters)", cure)
        return value

    def boolean(self, name: str, *, default: bool) -> bool:
        """True or false; anything else is refused, never read as false."""
        value = self._raw(name).lower()
        if not value:
            return default
        if value not in TRUE_WORDS | FALSE_WORDS:
            self.refuse(name, f"is {value!r}", "Use true or false")
        return value in TRUE_WORDS

    def integer(self, name: str, *, default: int, least: int) -> int:
        """A whole number, at least `least`."""
        value = self._raw(name)
        if not value:
            return default
        if not value.isdecimal() or int(value) < least:
            self.refuse(name, f"is {value!r}", f"Use a whole number, {least} or more")
            return default
        return int(value)

    def words(self, name: str, cure: str) -> list[str]:
        """A list separated by commas, that must not be empty."""
        return [word.strip() for word in self.required(name, cure).split(",") if word.strip()]

    def email_addresses(self, name: str) -> list[str]:
        """E-mail addresses separated by commas, or none."""
        found = [word.strip() for word in self._raw(name).split(",") if word.strip()]
        if any("@" not in address.strip("@") for address in found):
            cure = "Use addresses separated by commas, such as oncall@example.org,it@example.org"
            self.refuse(name, "holds something that is no e-mail address", cure)
        return found

    def web_address(self, name: str, default: str = "") -> str:
        """An http or https address without a trailing slash, or nothing."""
        value = self._raw(name) or default
        if value and (
            urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc
        ):
            self.refuse(name, f"is {value!r}", "Use an address such as https://hepcalc.example.org")
        return value.rstrip("/")

    def redis(self, name: str) -> str:
        """redis://, rediss:// or unix://; nothing means the embedded broker."""
        value = self._raw(name)
        if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
            self.refuse(name, "has an unknown scheme", "Use redis://host:6379/0, or leave it empty")
        return value

    def database(self, name: str, default: Path) -> dict[str, Any]:
        """Django's settings of one database: postgres://… or sqlite:///path."""
        value = self._raw(name) or f"sqlite:///{default}"
        scheme = urlsplit(value).scheme
        if scheme not in {"postgres", "postgresql", "sqlite"}:
            self.refuse(
                name, "has an unknown scheme", "Use postgres://user@host/name or sqlite:///path"
            )
            value = f"sqlite:///{default}"
        return dict(environ.Env.db_url_config(value))

    def email(self, name: str, cure: str, *, mailbox: Path) -> Mail:
        """How e-mail leaves; see `mail_from`. In memory only where the URL is refused."""
        value = self.required(name, cure)
        known = is_known(urlsplit(value).scheme)
        if value and not known:
            self.refuse(name, "has an unknown scheme, or its library is missing", cure)
        return mail_from(value if known else "memorymail://", mailbox)

    def sms(self, name: str, cure: str, *, folder: Path) -> Sms | None:
        """How text messages leave; see `sms_from`. None where none are sent."""
        try:
            return sms_from(self._raw(name), folder)
        except BadSmsUrl as error:
            self.refuse(name, str(error), cure)
            return None

    def roles(self, name: str, *, default: str) -> frozenset[str]:
        """Names of roles separated by commas; "none" for no role. `SiteConfig` refuses others."""
        named = (self._raw(name) or default).upper().split(",")
        return frozenset(word.strip() for word in named if word.strip()) - {"NONE"}

    def single_sign_on(self, *, is_local: bool) -> SingleSignOn:
        """The OpenID Connect provider of OIDC_ISSUER and its companions; off without an issuer."""
        found = SingleSignOn(
            issuer=self.web_address("OIDC_ISSUER"),
            client_id=self.text("OIDC_CLIENT_ID"),
            secret=self.text("OIDC_CLIENT_SECRET"),
            name=self.text("OIDC_NAME", "your organisation"),
            key=self.text("OIDC_KEY", "sso"),
            is_second_factor=self.boolean("OIDC_SECOND_FACTOR", default=False),
        )
        try:
            refuse_incomplete(found, is_local=is_local)
        except BadProvider as error:
            cure = "Set issuer, client id and secret as the provider shows them, or no OIDC_ISSUER"
            self.refuse("OIDC_ISSUER", str(error), cure)
        return found

    def refuse_if_broken(self) -> None:
        """Stop here, naming every fault at once."""
        if self.problems:
            faults = "\n".join(f"  - {problem}." for problem in self.problems)
            raise ImproperlyConfigured(
                "HepCalc does not start: its environment is incomplete or wrong.\n"
                f"{faults}\n"
                "Every variable is explained in .env.example; copy it to .env and fill it in, "
                "or run `make demo` for a ready-made demonstration."
            )
