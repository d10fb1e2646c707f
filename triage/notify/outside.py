"""Where an outgoing request may go: to addresses of the open internet, and to hosts that the settings allow by name."""

import ipaddress
import socket
from collections.abc import Container
from typing import Any

import httpx


class Inside(Exception):  # noqa: N818 - the place, not an error of ours
    """The address leads to this machine or its network."""


def pinned(address: str, *, allowed: Container[str]) -> tuple[httpx.URL, str, dict[str, Any]]:
    """The address with its host replaced by the IP that was checked, the Host header, and the name for TLS.

    The connection goes to that very IP: a name that leads elsewhere a moment later changes nothing.

    Raises:
        Inside: the address is not http or https, cannot be resolved, or any of its IPs is not of the open internet.
    """
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise Inside(f"The webhook's address cannot be read: {error}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise Inside("A webhook's address begins with https:// or http:// and names a host.")
    if url.host in allowed:
        return url, url.netloc.decode(), {}
    try:
        found = socket.getaddrinfo(
            url.host, url.port or (443 if url.scheme == "https" else 80), type=socket.SOCK_STREAM
        )
    except OSError as error:
        raise httpx.ConnectError(f"{url.host} has no address") from error
    ips = [ipaddress.ip_address(entry[4][0]) for entry in found]
    if not all(is_outside(ip) for ip in ips):
        raise Inside(
            f"{url.host} leads to this machine or its network, where Whose sends nothing. "
            f"If that is meant, allow it: WHOSE_WEBHOOK_HOSTS={url.host}"
        )
    return url.copy_with(host=str(ips[0])), url.netloc.decode(), {"sni_hostname": url.host}


def is_outside(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is of the open internet, also by its inner address where one hides in it (mapped, 6to4, NAT64)."""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_outside(inner)
    return ip.is_global and not ip.is_multicast
