"""A small EHR on this machine: SMART configuration, sign-in, token, keys, and FHIR Patients.

It checks what an EHR checks: client, redirect address, audience, and that the code comes from
whoever asked for it (PKCE S256). `grant` is what its own sign-in does. What it says wrongly when a
test wants it to stands in `amiss` (claims of the ID token) and `broken` (paths that answer a
status, or raw bytes).
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jwcrypto.jwk import JWK
from jwcrypto.jwt import JWT

CLIENT_ID = "hepcalc-at-the-ehr"
KEY = JWK.generate(kty="EC", crv="P-256", kid="1", use="sig", alg="ES256")
STRANGERS_KEY = JWK.generate(kty="EC", crv="P-256", kid="1", use="sig", alg="ES256")


@dataclass
class Ehr:
    """Its patients are FHIR resources by id; its person is whoever `grant` names."""

    url: str = ""
    patients: dict[str, dict[str, Any]] = field(default_factory=dict)
    grants: dict[str, tuple[str, str, dict[str, str]]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    amiss: dict[str, Any] = field(default_factory=dict)
    broken: dict[str, int | bytes] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)
    key: JWK = KEY
    asked: list[str] = field(default_factory=list)

    def grant(self, location: str, subject: str = "dr-1", patient: str = "p1") -> str:
        """`subject` signs in at `location` (our redirect); the path that sends them back."""
        assert location.startswith(f"{self.url}/authorize?")
        asked = dict(parse_qsl(urlsplit(location).query))
        assert asked["aud"].rstrip("/") == f"{self.url}/fhir"
        assert asked["scope"].split()[:3] == ["launch", "openid", "fhirUser"]
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_urlsafe(8)
        self.grants[code] = (subject, patient, asked)
        return f"{urlsplit(asked['redirect_uri']).path}?code={code}&state={asked['state']}"

    def exchange(self, sent: dict[str, str]) -> dict[str, Any] | None:
        """The answer of the token endpoint; None when something does not fit."""
        subject, patient, asked = self.grants.pop(sent.get("code", ""), ("", "", {}))
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        fits = (
            sent.get("client_id") == CLIENT_ID
            and sent.get("redirect_uri") == asked.get("redirect_uri")
            and base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]
        )
        if not fits:
            return None
        access = secrets.token_urlsafe(8)
        self.tokens[access] = patient
        token = {"access_token": access, "token_type": "Bearer", "scope": asked["scope"]}
        return token | {"patient": patient, "id_token": self._signed(subject, asked["nonce"])}

    def _signed(self, subject: str, nonce: str) -> str:
        now = int(time.time())
        user = f"{self.url}/fhir/Practitioner/{subject}"
        claims: dict[str, Any] = {"iss": self.url, "aud": CLIENT_ID, "sub": subject, "nonce": nonce}
        claims |= {"iat": now, "exp": now + 300, "fhirUser": user}
        jwt = JWT(header={"alg": "ES256", "kid": "1"}, claims=claims | self.amiss)
        jwt.make_signed_token(self.key)
        return str(jwt.serialize())

    def says(self, path: str, authorization: str) -> dict[str, Any] | None:
        """The answer to a question."""
        if path == "/fhir/.well-known/smart-configuration":
            ends = {"authorization": "authorize", "token": "token"}
            places = {f"{name}_endpoint": f"{self.url}/{end}" for name, end in ends.items()}
            whole = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"} | places
            return whole | self.configuration
        if path == "/keys":
            return {"keys": [json.loads(KEY.export_public())]}
        allowed = self.tokens.get(authorization.removeprefix("Bearer "))
        return self.patients.get(path.rpartition("/")[2]) if path.endswith(f"/{allowed}") else None


class _Handler(BaseHTTPRequestHandler):
    ehr: Ehr

    def do_GET(self) -> None:
        self.ehr.asked.append(self.path)
        self._answer(self.ehr.says(self.path, self.headers.get("Authorization", "")))

    def do_POST(self) -> None:
        self.ehr.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(self.ehr.exchange(dict(parse_qsl(body))))

    def _answer(self, said: dict[str, Any] | None) -> None:
        planned = self.ehr.broken.get(urlsplit(self.path).path)
        status = planned if isinstance(planned, int) else 200 if said else 400
        body = planned if isinstance(planned, bytes) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Location", f"{self.ehr.url}/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # the library's name
        """Nothing."""


class Running:
    """The EHR on a port of its own; use as a context."""

    def __enter__(self) -> Ehr:
        self._ehr = Ehr()
        handler = type("Handler", (_Handler,), {"ehr": self._ehr})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._ehr.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self._ehr

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
