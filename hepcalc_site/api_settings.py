"""Settings of the REST interface and of OAuth2, as settings.py takes them in."""

from typing import Any

WEBHOOKS = ("OPENED", "DUE", "OVERDUE", "ESCALATED", "CLOSED", "TRIED")
SPECTACULAR = {
    "TITLE": "HepCalc Surveillance",
    "DESCRIPTION": "Records are read; whatever changes them is a verb, named as the workflow is.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "POSTPROCESSING_HOOKS": [],  # values of a field stand where they are used, unnamed
    "OAUTH2_FLOWS": ["clientCredentials"],
    "OAUTH2_TOKEN_URL": "/oauth/token/",
    "WEBHOOKS": [f"surveillance.api.webhook_schema.{event}" for event in WEBHOOKS],
}


def rest_framework(*, rate: str) -> dict[str, Any]:
    """What Django REST framework is told; `rate`: requests of one client, such as 1200/min."""
    return {
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "surveillance.api.authentication.PersonalTokenAuthentication",
            "surveillance.api.authentication.ClientTokenAuthentication",
        ],
        "DEFAULT_PERMISSION_CLASSES": ["surveillance.api.permissions.HasScope"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["surveillance.api.json_parser.ShallowJsonParser"],
        "DEFAULT_THROTTLE_CLASSES": ["surveillance.api.throttling.ClientThrottle"],
        "DEFAULT_THROTTLE_RATES": {"user": rate},
        "DEFAULT_SCHEMA_CLASS": "surveillance.api.schema.ApiSchema",
        "EXCEPTION_HANDLER": "surveillance.api.problems.problem_response",
        "COERCE_DECIMAL_TO_STRING": False,
        "UNICODE_JSON": False,  # half of a surrogate pair can be written back
    }


def oauth2_provider(*, https: bool) -> dict[str, Any]:
    """What the OAuth2 server is told: what RFC 9700 recommends, all of it."""
    return {
        "SCOPES_BACKEND_CLASS": "surveillance.api.scopes.ClientScopes",
        "OAUTH2_VALIDATOR_CLASS": "surveillance.api.client_validator.ClientValidator",
        "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
        "ALLOWED_REDIRECT_URI_SCHEMES": ["https"] if https else ["https", "http"],
        "PKCE_REQUIRED": True,
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
        "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
        "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
        "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
        "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
        "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    }
