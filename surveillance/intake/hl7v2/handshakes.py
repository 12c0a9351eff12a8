"""TLS handshakes that fail leave a line in the log: asyncio closes such connections silently."""

import ssl

import structlog

log = structlog.get_logger(__name__)
GOES_ON = (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLSyscallError)


class NotedHandshake(ssl.SSLObject):
    """For `SSLContext.sslobject_class`: the kind of what went wrong, never a byte of it."""

    def do_handshake(self) -> None:
        """Shake hands. Raises SSLError, as ever."""
        try:
            super().do_handshake()
        except GOES_ON:
            raise
        except ssl.SSLError as fault:
            kind = type(fault).__name__
            log.warning("mllp_connection_trouble", error=kind, code=fault.reason or "unknown")
            raise
