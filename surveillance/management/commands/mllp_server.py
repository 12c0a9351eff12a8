"""manage.py mllp_server: takes HL7 v2 messages over MLLP, and answers once they are kept."""

import asyncio
import ipaddress
import ssl
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from surveillance.intake.hl7v2.handshakes import NotedHandshake
from surveillance.intake.hl7v2.listener import Listening
from surveillance.intake.hl7v2.serving import serve

IN_THE_CLEAR = (
    "WARNING: messages about patients come to {host} without encryption. Set MLLP_TLS_CERT and "
    "MLLP_TLS_KEY, or let only a trusted network reach this port."
)


class Command(BaseCommand):
    """Listen until SIGTERM or Ctrl-C. Where and how stands in the settings (MLLP_…)."""

    help = "Takes HL7 v2 messages over MLLP; answers AA only after they are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Another address than that of the settings."""
        parser.add_argument("--host", default=settings.MLLP.host)
        parser.add_argument("--port", type=int, default=settings.MLLP.port)

    def handle(self, *_args: Any, host: str, port: int, **_options: Any) -> None:
        """Read the settings and the clock; serve."""
        listening = Listening(host=host, port=port, tls=tls_context(), **settings.MLLP.limits)
        if listening.tls is None and not is_this_machine(host):
            self.stderr.write(self.style.WARNING(IN_THE_CLEAR.format(host=host)))
        try:
            asyncio.run(serve(listening, clock=timezone.now, ready=self.tell))
        except OSError as fault:
            raise CommandError(
                f"Cannot listen on {host}:{port} ({fault.strerror}). Set MLLP_HOST to an address "
                "of this machine and MLLP_PORT to a free port."
            ) from fault

    def tell(self, port: int) -> None:
        """Say that it listens, now, even into a pipe."""
        self.stdout.write(f"Listening for HL7 v2 (MLLP) on port {port}.")
        self.stdout.flush()


def tls_context() -> ssl.SSLContext | None:
    """TLS as the settings say; None where they name no certificate."""
    of = settings.MLLP
    if not of.certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.sslobject_class = NotedHandshake
    try:
        context.load_cert_chain(of.certificate, of.key)
        if of.client_ca:
            context.load_verify_locations(of.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as fault:
        raise CommandError(
            f"MLLP_TLS_CERT, MLLP_TLS_KEY or MLLP_TLS_CLIENT_CA cannot be used ({fault.strerror}). "
            "Each must be a PEM file that this user can read, and the key that of the certificate."
        ) from fault
    return context


def is_this_machine(host: str) -> bool:
    """Whether nobody from outside this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
