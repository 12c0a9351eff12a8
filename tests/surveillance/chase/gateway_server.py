"""A gateway for text messages on this machine: answers as told and keeps what was posted."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Self
from urllib.parse import parse_qsl


class GatewayServer:
    """Use as a context manager. `status` and `answer` are given to every request."""

    def __init__(self) -> None:
        self.status = 201
        self.answer: dict[str, Any] = {"id": "gateway-1"}
        self.location = ""
        self.hangs_up = False
        self.may_answer = Event()
        self.may_answer.set()
        self.requests: list[dict[str, Any]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                is_json = self.headers["Content-Type"] == "application/json"
                said = json.loads(body) if is_json else dict(parse_qsl(body))
                headers = dict(self.headers.items())
                server.requests.append({"path": self.path, "headers": headers, "said": said})
                if server.may_answer.wait(5) and not server.hangs_up:
                    self._answer()

            def do_GET(self) -> None:
                self.do_POST()

            def _answer(self) -> None:
                told = json.dumps(server.answer).encode()
                self.send_response(server.status)
                if server.location:
                    self.send_header("Location", server.location)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.may_answer.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
