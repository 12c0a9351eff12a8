"""The listener on a socket: whatever a sender does ends with an answer or a closed connection."""

import ssl
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.test import override_settings
from structlog.testing import capture_logs

from surveillance.intake.hl7v2.acknowledgement import acknowledge
from surveillance.management.commands.mllp_server import is_this_machine, tls_context
from surveillance.models import IntakeMessage
from tests.factories import NOW
from tests.surveillance.intake.hl7v2.wire import (
    END,
    START,
    Sender,
    about,
    code_of,
    feed,
    framed,
    listening,
    oru,
)


def yes(raws: Sequence[bytes]) -> list[bytes | None]:
    """A keeper that keeps nothing, for what is not about keeping."""
    return [acknowledge(raw, "AA", [], now=NOW, control_id="1") for raw in raws]


@pytest.mark.django_db(transaction=True)
def test_what_is_answered_aa_is_on_file() -> None:
    feed()

    with listening() as port, Sender(port) as sender:
        assert code_of(sender.ask(oru("1"))) == "AA"
        assert IntakeMessage.objects.get().control_id == "1"
        assert code_of(sender.ask(b"no HL7")) == "AR"
        assert code_of(sender.ask(oru("2"))) == "AA"

    assert IntakeMessage.objects.count() == 2


def test_several_in_one_packet_are_answered_in_their_order_and_garbage_is_passed_over() -> None:
    with listening(yes) as port, Sender(port) as sender:
        sender.send(b"junk".join(framed(oru(str(number))) for number in range(40)) + b"\n")

        assert [about(sender.answer()) for _ in range(40)] == [str(n) for n in range(40)]


def test_a_message_in_many_packets_is_one() -> None:
    with listening(yes) as port, Sender(port) as sender:
        for byte in framed(oru("1")):
            sender.send(bytes([byte]))

        assert about(sender.answer()) == "1"


def test_too_long_a_message_is_refused_and_the_connection_goes_on() -> None:
    with listening(yes, most_bytes=2_000) as port, Sender(port) as sender:
        giant = sender.ask(oru("1", text="x" * 9_000))

        assert (code_of(giant), about(giant)) == ("AR", "1")
        assert b"longer than this listener takes" in giant
        assert code_of(sender.ask(oru("2"))) == "AA"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(START + oru("1")[:60], id="cut-off-in-the-middle"),
        pytest.param(b"", id="says-nothing"),
        pytest.param(b"x" * 100, id="never-begins"),
    ],
)
def test_who_is_too_slow_is_closed_without_an_answer(sent: bytes) -> None:
    with (
        listening(yes, frame_seconds=0.1, idle_seconds=0.1) as port,
        Sender(port) as sender,
    ):
        sender.send(sent)

        assert sender.answer() == b""


def test_bytes_that_trickle_in_do_not_renew_the_time_of_a_message() -> None:
    with listening(yes, frame_seconds=0.3) as port, Sender(port, patience=0.02) as sender:
        sender.send(START)
        closed = False
        for _ in range(200):
            sender.send(START)
            try:
                closed = sender.answer() == b""
                break
            except TimeoutError:
                continue

        assert closed


def test_a_message_without_end_is_closed() -> None:
    with listening(yes, most_bytes=1_000) as port, Sender(port) as sender:
        sender.send(START + b"x" * 200_000)

        assert sender.answer() == b""


def test_a_sender_that_fetches_no_answers_holds_nobody_up() -> None:
    with listening(yes, frame_seconds=0.3) as port, Sender(port) as deaf, Sender(port) as other:
        flood = threading.Thread(target=deaf.send, args=[framed(oru("1")) * 40_000])
        flood.start()

        assert code_of(other.ask(oru("2"))) == "AA"
        flood.join(20)
        assert not flood.is_alive()


def test_one_connection_too_many_is_turned_away() -> None:
    with listening(yes, most_connections=1) as port, Sender(port) as first:
        assert code_of(first.ask(oru("1"))) == "AA"
        with Sender(port) as second:
            assert second.ask(oru("2")) == b""
        assert code_of(first.ask(oru("3"))) == "AA"


def test_an_answer_that_repeats_framing_bytes_is_still_one_frame() -> None:
    with (
        listening(lambda raws: [b"a\x0bb" + END + b"c"] * len(raws)) as port,
        Sender(port) as sender,
    ):
        assert [sender.ask(oru("1")), sender.ask(oru("2"))] == [b"ab\rc"] * 2


def test_what_is_not_kept_is_not_answered_and_the_connection_closed() -> None:
    with listening(lambda raws: [None] * len(raws)) as port, Sender(port) as sender:
        assert sender.ask(oru("1")) == b""


def test_a_keeper_that_breaks_ends_the_connection_and_not_the_listener() -> None:
    def broken(raws: Sequence[bytes]) -> list[bytes | None]:
        if b"poison" in raws[0]:
            raise ZeroDivisionError
        return yes(raws)

    with listening(broken) as port:
        with Sender(port) as sender:
            assert sender.ask(oru("1", text="poison")) == b""
        with Sender(port) as sender:
            assert code_of(sender.ask(oru("2"))) == "AA"


def test_what_was_taken_before_the_stop_is_answered() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(raws: Sequence[bytes]) -> list[bytes | None]:
        begun.set()
        go_on.wait(10)
        return yes(raws)

    with listening(slow) as port:
        sender, silent = Sender(port), Sender(port)
        sender.send(framed(oru("1")))
        begun.wait(10)
        threading.Timer(0.1, go_on.set).start()
    with sender, silent:
        assert code_of(sender.answer()) == "AA"
        assert silent.answer() == b""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    made = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {key} "
        f"-out {cert} -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run(made.split(), check=True, capture_output=True)
    return str(cert), str(key)


def test_over_tls_only_who_shows_a_certificate_is_heard(certificate: tuple[str, str]) -> None:
    cert, key = certificate
    with override_settings(MLLP=replace(settings.MLLP, certificate=cert, key=key, client_ca=cert)):
        tls = tls_context()
    ours = ssl.create_default_context(cafile=cert)
    ours.load_cert_chain(cert, key)
    unknown = ssl.create_default_context(cafile=cert)

    with capture_logs() as logs, listening(yes, tls=tls) as port:
        with Sender(port) as plain:
            assert plain.ask(oru("1")) == b""
        for context, heard in [(unknown, ""), (ours, "AA")]:
            with Sender(port) as sender:
                sender.line = context.wrap_socket(sender.line, server_hostname="localhost")
                assert code_of(sender.ask(oru("1"))) == heard

    turned_away = [one for one in logs if one["event"] == "mllp_connection_trouble"]
    assert [(one["error"], one["code"]) for one in turned_away] == [
        ("SSLError", "WRONG_VERSION_NUMBER"),
        ("SSLError", "PEER_DID_NOT_RETURN_A_CERTIFICATE"),
    ]


def test_a_certificate_that_cannot_be_read_is_told_with_its_cure(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.pem")

    with (
        override_settings(MLLP=replace(settings.MLLP, certificate=missing, key=missing)),
        pytest.raises(CommandError, match="must be a PEM file"),
    ):
        tls_context()


def test_which_addresses_are_of_this_machine_only() -> None:
    here = [is_this_machine(host) for host in ("127.0.0.1", "::1", "localhost")]
    open_to_others = [is_this_machine(host) for host in ("0.0.0.0", "10.1.2.3", "ris.example")]

    assert all(here)
    assert not any(open_to_others)


def test_the_frame_is_that_of_the_standard() -> None:
    with listening(yes) as port, Sender(port) as sender:
        sender.send(framed(oru("1")))
        answer = sender.line.recv(65536)

    assert answer.startswith(START)
    assert answer.endswith(END)
