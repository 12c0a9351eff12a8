"""How a webhook is signed (Standard Webhooks): HMAC-SHA256 over id, moment and body.

The secret of an endpoint is derived, not stored: whoever reads the database cannot sign.
"""

import base64
import hmac
from datetime import datetime
from hashlib import sha256
from typing import Final

from django.utils.crypto import salted_hmac

from surveillance.models import WebhookEndpoint

SALT: Final = "surveillance.webhook"
PREFIX: Final = "whsec_"


def secret_of(endpoint: WebhookEndpoint, *, generation: int = 0) -> str:
    """The secret as it is shown once: `whsec_` and Base64. `generation` 0: today's."""
    named = f"{endpoint.pk}:{generation or endpoint.secret_generation}"
    key = salted_hmac(SALT, named, algorithm="sha256").digest()
    return PREFIX + base64.b64encode(key).decode()


def secrets_of(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """Today's secret, and the one before it while that still counts."""
    secrets = [secret_of(endpoint)]
    if endpoint.previous_until is not None and now < endpoint.previous_until:
        secrets.append(secret_of(endpoint, generation=endpoint.secret_generation - 1))
    return secrets


def signature(secrets: list[str], *, webhook_id: str, timestamp: int, body: bytes) -> str:
    """`v1,<Base64>` for each secret, separated by spaces; a receiver needs one that fits."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_one(secret, signed)}" for secret in secrets)


def _one(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
