"""What webhooks send, for the OpenAPI description: read beside surveillance/webhook_news.py."""

from typing import Any

from drf_spectacular.utils import OpenApiWebhook

from surveillance.models import FollowUpOutcome, WebhookEvent
from surveillance.protocol.terms import EscalationClass, ObligationKind
from surveillance.webhook_news import wire_name

Schema = dict[str, Any]
ID: Schema = {"type": "string", "format": "uuid"}
DAY: Schema = {"type": "string", "format": "date"}
FOLLOW_UP: Schema = {
    "follow_up": ID, "patient": ID, "lesion": ID, "site": {"type": "string"},
    "kind": {"type": "string", "enum": [one.value for one in ObligationKind]},
    "escalation_class": {"type": "string", "enum": [one.value for one in EscalationClass]},
    "earliest_on": DAY, "target_on": DAY, "latest_on": DAY,
}  # fmt: skip
MORE: dict[WebhookEvent, Schema] = {
    WebhookEvent.CLOSED: {"outcome": {"type": "string", "enum": FollowUpOutcome.values}},
    WebhookEvent.ESCALATED: {"escalation": ID, "tier": {"type": "integer"}},
}
HEADERS = {
    "webhook-id": "The same whenever this event is sent again",
    "webhook-timestamp": "Seconds since 1970; refuse what is older than five minutes",
    "webhook-signature": "Standard Webhooks: `v1,` and the HMAC-SHA256, one for each secret",
}


def _webhook(event: WebhookEvent) -> OpenApiWebhook:
    name = wire_name(event)
    is_trial = event == WebhookEvent.TRIED
    data = {"site": {"type": "string"}} if is_trial else FOLLOW_UP | MORE.get(event, {})
    body = _object(
        {
            "type": {"type": "string", "const": name},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": _object(data),
        }
    )
    operation = {
        "operationId": name.replace(".", "_"),
        "summary": str(event.label),
        "tags": ["webhooks"],
        "parameters": [
            {
                "name": header, "in": "header", "required": True, "description": words,
                "schema": {"type": "string"},
            }
            for header, words in HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"2XX": {"description": "Taken; anything else is tried again"}},
    }  # fmt: skip
    return OpenApiWebhook(name, {"post": operation})


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


OPENED = _webhook(WebhookEvent.OPENED)
DUE = _webhook(WebhookEvent.DUE)
OVERDUE = _webhook(WebhookEvent.OVERDUE)
ESCALATED = _webhook(WebhookEvent.ESCALATED)
CLOSED = _webhook(WebhookEvent.CLOSED)
TRIED = _webhook(WebhookEvent.TRIED)
