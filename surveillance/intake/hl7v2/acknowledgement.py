"""What is answered: the least that the listener needs."""

from collections.abc import Sequence
from datetime import datetime

from surveillance.intake.hl7v2.header import header_of


def acknowledge(
    raw: bytes, code: str, problems: Sequence[str], *, now: datetime, control_id: str
) -> bytes:
    """The ACK for these bytes: MSA with the code, one ERR for each problem."""
    header = header_of(raw)
    about = header.control_id if header else ""
    msh = f"MSH|^~\\&|HEPCALC||||{now:%Y%m%d%H%M%S}||ACK|{control_id}|P|2.5.1"
    errors = [f"ERR||||E||||{problem.replace('|', ' ')}" for problem in problems]
    return "\r".join([msh, f"MSA|{code}|{about}", *errors, ""]).encode()
