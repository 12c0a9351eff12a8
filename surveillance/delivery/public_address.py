"""Which addresses of the network may be called on behalf of a person who typed a name."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

IPAddress = IPv4Address | IPv6Address
TRANSLATED: Final = ip_network("64:ff9b::/96")
"""NAT64: an IPv4 address in the last 32 bits."""


class AddressRefused(Exception):
    """The name is unknown, or one of its addresses is not a public one."""


def address_to_call(host: str, port: int, *, private_allowed: bool) -> str:
    """The address that is then called, so that the name cannot mean another one meanwhile.

    Raises AddressRefused unless **all** addresses of the name are public.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused("unknown_host") from None
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not private_allowed and not all(is_public(ip_address(one)) for one in addresses):
        raise AddressRefused("private_address")
    return addresses[0]


def is_public(address: IPAddress) -> bool:
    """Reachable in the internet at large, whatever it is wrapped in."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address.teredo is not None:
            return False
        if address in TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast
