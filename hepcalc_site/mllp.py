"""Where the listener for HL7 v2 listens, and what it bears from a sender (MLLP_…)."""

from dataclasses import dataclass

from hepcalc_site.env import Environment

DEFAULT_PORT = 2575
TEN_MEGABYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Mllp:
    """`certificate`, `key` and `client_ca` are paths of PEM files; empty: no TLS."""

    host: str
    port: int
    certificate: str
    key: str
    client_ca: str
    limits: dict[str, int]


def mllp_from(env: Environment) -> Mllp:
    """The listener's settings. Refused where TLS is named by halves."""
    found = Mllp(
        host=env.text("MLLP_HOST", "127.0.0.1"),
        port=env.integer("MLLP_PORT", default=DEFAULT_PORT, least=1),
        certificate=env.text("MLLP_TLS_CERT"),
        key=env.text("MLLP_TLS_KEY"),
        client_ca=env.text("MLLP_TLS_CLIENT_CA"),
        limits={
            "most_bytes": env.integer("MLLP_MOST_BYTES", default=TEN_MEGABYTES, least=1024),
            "most_connections": env.integer("MLLP_MOST_CONNECTIONS", default=32, least=1),
            "frame_seconds": env.integer("MLLP_FRAME_SECONDS", default=60, least=1),
            "idle_seconds": 60 * env.integer("MLLP_IDLE_MINUTES", default=60, least=1),
        },
    )
    if bool(found.certificate) != bool(found.key) or (found.client_ca and not found.key):
        cure = "Set certificate and key, or none of them for no TLS"
        env.refuse("MLLP_TLS_CERT", "and MLLP_TLS_KEY belong together", cure)
    return found
