"""A small OpenID Connect provider on this machine: discovery, token and user-info endpoints.

It checks what a provider checks: client, secret, redirect address, and that the code comes from
whoever asked for it (PKCE). Signing in at it is `grant`: what a person does in its own pages.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt

CLIENT_ID, SECRET = "hepcalc", "a secret between the two"


@dataclass
class Provider:
    """Its people are `claims`; `userinfo` says something else where a test wants it to."""

    url: str = ""
    grants: dict[str, tuple[dict[str, Any], dict[str, str]]] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    audience: str = CLIENT_ID

    def grant(self, location: str, **claims: Any) -> str:
        """The person at `location` (our redirect) signs in; the path that sends them back."""
        parts = urlsplit(location)
        assert location.startswith(f"{self.url}/authorize?")
        asked = dict(parse_qsl(parts.query))
        code = secrets.token_urlsafe(8)
        self.grants[code] = (claims, asked)
        return f"{urlsplit(asked['redirect_uri']).path}?code={code}&state={asked['state']}"

    def exchange(self, sent: dict[str, str]) -> dict[str, Any] | None:
        """The answer of the token endpoint; None when something does not fit."""
        claims, asked = self.grants.pop(sent.get("code", ""), ({}, {}))
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        fits = (
            (sent.get("client_id"), sent.get("client_secret")) == (CLIENT_ID, SECRET)
            and sent.get("redirect_uri") == asked.get("redirect_uri")
            and challenge == asked.get("code_challenge")
        )
        if not fits:
            return None
        token = secrets.token_urlsafe(8)
        self.tokens[token] = claims | self.userinfo
        now = int(time.time())
        whole = {"iss": self.url, "aud": self.audience, "iat": now, "exp": now + 60} | claims
        id_token = jwt.encode(whole, "0" * 32, algorithm="HS256")
        return {"access_token": token, "token_type": "Bearer", "id_token": id_token}

    def document(self) -> dict[str, Any]:
        """What it says of itself."""
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        } | {f"{name}_endpoint": f"{self.url}/{path}" for name, path in ends.items()}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        if self.path == "/.well-known/openid-configuration":
            self._answer(self.provider.document())
        elif self.path == "/userinfo":
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            self._answer(self.provider.tokens.get(token))
        else:
            self._answer(None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        self._answer(self.provider.exchange(sent))

    def _answer(self, said: dict[str, Any] | None) -> None:
        body = json.dumps(said or {"error": "invalid_request"}).encode()
        self.send_response(200 if said else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # the library's name
        """Nothing."""


class Running:
    """The provider on a port of its own; use as a context."""

    def __enter__(self) -> Provider:
        self._provider = Provider()
        handler = type("Handler", (_Handler,), {"provider": self._provider})
        self._server = HTTPServer(("127.0.0.1", 0), handler)
        self._provider.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self._provider

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
