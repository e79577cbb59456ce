"""Decides which IP addresses may be contacted, to prevent server-side request forgery (SSRF)."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from bot.feeds.http.limits import Network

# NAT64 (RFC 6052 and RFC 8215): a gateway translates such an IPv6 address to the IPv4 address in
# its last 32 bits. Addresses in the second network are refused, because it may place the IPv4
# address elsewhere.
_TRANSLATED = IPv6Network("64:ff9b::/96")
_TRANSLATED_LOCALLY = IPv6Network("64:ff9b:1::/48")


def find_refusal(address: str, allowed: Sequence[Network]) -> str:
    """Why the numeric address may not be contacted; empty if it may.

    Public unicast addresses and addresses in `allowed` may be contacted. An IPv6 address that
    embeds an IPv4 address (IPv4-mapped, IPv4-compatible, 6to4, NAT64) is judged by the IPv4
    address.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return "not a plain IP address"
    inner = _find_embedded(found)
    if any(each in network for each in (found, inner) for network in allowed):
        return ""
    if isinstance(found, IPv6Address) and (found.teredo or found in _TRANSLATED_LOCALLY):
        return "a tunnelled address"
    return _explain_not_public(inner)


def find_url_refusal(url: str, allowed: Sequence[Network]) -> str:
    """Why the host of the URL may not be contacted, if it is an IP address.

    Empty if it may be contacted or is a name. Names are checked when they are resolved.
    """
    host = urlsplit(url).hostname or ""
    is_number = ":" in host or host.replace(".", "").isdigit()
    return find_refusal(host, allowed) if is_number else ""


def _find_embedded(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if int(address) >> 32 == 0 and int(address) > 1:
        return IPv4Address(int(address))  # the deprecated IPv4-compatible form
    return address.ipv4_mapped or address.sixtofour or address


def _explain_not_public(address: IPv4Address | IPv6Address) -> str:
    reasons = {
        "an unspecified address": address.is_unspecified,
        "a loopback address": address.is_loopback,
        "a link-local address, where clouds keep their metadata": address.is_link_local,
        "a multicast address": address.is_multicast,
        "a private address": isinstance(address, IPv6Address) and address.is_site_local,
        "a private or reserved address": not address.is_global or address.is_reserved,
    }
    return next((reason for reason, applies in reasons.items() if applies), "")
