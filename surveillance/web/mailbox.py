"""The demonstration mailbox: e-mails and texts kept in folders instead of being sent."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.wording import date_words

SHOWN = 50
SEPARATOR = b"\n" + b"-" * 79 + b"\n"  # between the messages of one file, as Django writes them


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail as text."""

    to: str
    subject: str
    sent: str
    body: str
    language: str


@require_safe
@signed_in
def mailbox(request: SignedInRequest) -> HttpResponse:
    """The newest messages of the folder, for administrators, where mail is kept in a folder."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    texts = settings.SMS.folder if settings.SMS else ""
    if not (folder or texts):
        raise Http404
    is_administrator = sites_where(request.user, Permission.ADMINISTER).exists()
    if not (request.user.is_staff and is_administrator):
        raise PermissionDenied
    page = {
        "letters": newest_letters(Path(folder), SHOWN) if folder else (),
        "texts": newest_texts(Path(texts), SHOWN) if texts else (),
    }
    return render(request, "surveillance/mailbox.html", page)


def newest_texts(folder: Path, limit: int) -> tuple[dict[str, str], ...]:
    """At most `limit` text messages (to, body, sent), the newest first."""
    files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    return tuple(
        json.loads(file.read_text(encoding="utf-8"))
        | {"sent": _moment(datetime.fromtimestamp(file.stat().st_mtime, UTC))}
        for file in files[:limit]
    )


def newest_letters(folder: Path, limit: int) -> tuple[Letter, ...]:
    """At most `limit` messages, the newest first. A folder that is not there yet is empty."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    letters: list[Letter] = []
    for file in files:
        letters += reversed(list(_letters_in(file)))
        if len(letters) >= limit:
            break
    return tuple(letters[:limit])


def _letters_in(file: Path) -> Iterator[Letter]:
    for part in file.read_bytes().split(SEPARATOR):
        if part.strip():
            yield _letter(message_from_bytes(part.lstrip(), policy=default))


def _letter(message: EmailMessage) -> Letter:
    body = message.get_body(preferencelist=("plain",))
    return Letter(
        to=str(message["to"] or ""),
        subject=str(message["subject"] or ""),
        sent=_sent(str(message["date"] or "")),
        body=str(body.get_content()) if body else "",
        language=str(message["content-language"] or "en"),
    )


def _sent(header: str) -> str:
    """The date of an e-mail; one that no program reads is shown as it stands."""
    try:
        return _moment(parsedate_to_datetime(header).astimezone(UTC))
    except ValueError:
        return header


def _moment(at: datetime) -> str:
    """'3 Mar 2026, 14:05 UTC': the mailbox is of all sites."""
    return f"{date_words(at.date())}, {at:%H:%M} UTC"
