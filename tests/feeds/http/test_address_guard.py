"""The address guard blocks requests to private and reserved addresses."""

from ipaddress import IPv4Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.http.address_guard import find_refusal

LOOPBACK = (ip_network("127.0.0.1/32"),)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "2002:0a00:0001::1",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2130706433",
        "0177.0.0.1",
        "127.1",
        "localhost",
        "",
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert find_refusal(address, ())


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert find_refusal(address, ()) == ""


def test_private_addresses_are_allowed_only_if_the_operator_lists_them() -> None:
    assert find_refusal("127.0.0.1", LOOPBACK) == ""
    assert find_refusal("::ffff:127.0.0.1", LOOPBACK) == ""
    assert find_refusal("127.0.0.2", LOOPBACK)
    assert find_refusal("::1", LOOPBACK)


@given(st.ip_addresses(v=4))
def test_an_embedded_ipv4_address_is_judged_as_ipv4(address: IPv4Address) -> None:
    plain = find_refusal(str(address), ())
    assert find_refusal(f"::ffff:{address}", ()) == plain
    assert find_refusal(f"64:ff9b::{int(address) >> 16:x}:{int(address) & 0xFFFF:x}", ()) == plain


@given(st.text())
def test_any_text_gives_a_reason_or_none(text: str) -> None:
    assert isinstance(find_refusal(text, LOOPBACK), str)
