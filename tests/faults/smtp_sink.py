"""A mail server for tests: takes messages on a local port, counts them, and misbehaves as told."""

import asyncio
import re
import threading
import time
from collections import Counter
from types import TracebackType

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class SmtpSink:
    """Use as a context manager. `taken` counts messages by Message-ID, also repeated ones."""

    def __init__(self, *, seconds_each: float = 0.0) -> None:
        self.taken: Counter[str] = Counter()
        self.messages: list[bytes] = []
        self.came_at: dict[str, float] = {}
        """When a message was first handed over, by the stopwatch of this process."""
        self.connections = 0
        self.is_taking = threading.Event()
        self.behave(seconds_each=seconds_each)
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def behave(self, *, seconds_each: float = 0.0) -> None:
        """Take every message, from now on."""
        self.answer_to_recipient = b"250 ok"
        self.answer_to_sender = b"250 ok"
        self.answer_to_data = b"250 taken"
        self.drops_after_data = False
        self.drops_at_recipient = False
        self.seconds_each = seconds_each

    def __enter__(self) -> "SmtpSink":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def wait_until_quiet(self, seconds: float = 4.0) -> None:
        """Until nothing has come for so long."""
        seen, since = -1, time.monotonic()
        while time.monotonic() - since < seconds:
            if seen != len(self.messages):
                seen, since = len(self.messages), time.monotonic()
            time.sleep(0.1)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            writer.write(b"220 sink\r\n")
            while line := await reader.readline():
                if not await self._answer(line.upper().strip(), reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, command: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if self.drops_at_recipient and command.startswith(b"RCPT"):
            return False
        if command == b"DATA":
            writer.write(b"354 go on\r\n")
            await self._take(await reader.readuntil(b"\r\n.\r\n"))
            if self.drops_after_data:
                return False
        writer.write(self._words_for(command) + b"\r\n")
        await writer.drain()
        return command != b"QUIT"

    def _words_for(self, command: bytes) -> bytes:
        answers = {
            b"MAIL": self.answer_to_sender,
            b"RCPT": self.answer_to_recipient,
            b"DATA": self.answer_to_data,
        }
        return answers.get(command[:4], b"250 ok")

    async def _take(self, message: bytes) -> None:
        self.is_taking.set()
        found = MESSAGE_ID.search(message)
        name = found.group(1).decode() if found else ""
        self.came_at.setdefault(name, time.monotonic())
        await asyncio.sleep(self.seconds_each)
        if self.answer_to_data.startswith(b"250"):
            self.taken[name] += 1
            self.messages.append(message)
