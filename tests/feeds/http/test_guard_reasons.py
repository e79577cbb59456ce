"""The reason for which the guard refuses an IP address, and which part of a URL it checks."""

from ipaddress import ip_network

import pytest

from bot.feeds.http.address_guard import find_refusal, find_url_refusal

INNER = (ip_network("10.0.0.0/8"), ip_network("fc00::/7"))


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("0.0.0.0", "unspecified"),  # noqa: S104 - an address to refuse
        ("::", "unspecified"),
        ("127.0.0.1", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("2002:7f00:1::", "loopback"),
        ("64:ff9b::7f00:1", "loopback"),
        ("::7f00:1", "loopback"),
        ("169.254.169.254", "link-local"),
        ("fe80::1", "link-local"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("fec0::1", "private"),
        ("10.0.0.1", "private"),
        ("240.0.0.1", "reserved"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "tunnelled"),
        ("64:ff9b:1::808:808", "tunnelled"),
        ("wire.example", "not a plain IP address"),
    ],
)
def test_the_reason_of_a_refusal_is_named(address: str, word: str) -> None:
    assert word in find_refusal(address, ())


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("64:ff9b::a01:203", True),
        ("fd00::1", True),
        ("11.0.0.1", True),
        ("192.168.1.1", False),
        ("::2", False),
        ("2002:808:808::", True),
        ("::808:808", True),
    ],
)
def test_allowed_networks_are_contacted_in_any_form(address: str, allowed: bool) -> None:
    assert (find_refusal(address, INNER) == "") is allowed


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8080/a", False),
        ("http://[::1]/a", False),
        ("http://2130706433/", False),
        ("http://10.1.2.3/", True),
        ("http://8.8.8.8/", True),
        ("http://[2606:4700::1111]/", True),
        # Host names pass here; the guard checks their addresses when they are resolved.
        ("http://localhost/", True),
        ("http://10.example/", True),
        ("/path", True),
    ],
)
def test_a_number_in_a_url_is_checked(url: str, allowed: bool) -> None:
    assert (find_url_refusal(url, INNER) == "") is allowed
