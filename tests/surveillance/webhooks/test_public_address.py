"""Nothing inside a network is called because somebody typed its name."""

import socket
from ipaddress import IPv4Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.delivery.public_address import AddressRefused, address_to_call, is_public

INSIDE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16")


@given(st.sampled_from(INSIDE).flatmap(lambda net: st.ip_addresses(network=net)))
def test_no_wrapping_makes_an_inner_address_public(inner: IPv4Address) -> None:
    number = int(inner)
    wrapped = [
        inner,
        ip_address(f"::ffff:{inner}"),
        ip_address(int(ip_address("64:ff9b::")) + number),
        ip_address(int(ip_address("2002::")) + (number << 80)),
    ]

    assert not any(is_public(one) for one in wrapped)


@pytest.mark.parametrize(
    ("address", "is_so"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("0.0.0.0", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("2001:0:1::1", False),
    ],
)
def test_known_addresses(address: str, is_so: bool) -> None:
    assert is_public(ip_address(address)) is is_so


def test_a_name_with_one_inner_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", (one, 443)) for one in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)

    with pytest.raises(AddressRefused, match="private_address"):
        address_to_call("example.org", 443, private_allowed=False)
    assert ip_address("93.184.216.34") not in ip_network("10.0.0.0/8")
