"""Where an outgoing request may go."""

import ipaddress

import pytest

from triage.notify.outside import Inside, is_outside, pinned


@pytest.mark.parametrize(
    ("address", "outside", "because"),
    [
        ("8.8.8.8", True, "the open internet"),
        ("2001:4860:4860::8888", True, "the open internet"),
        ("127.0.0.1", False, "this machine"),
        ("::1", False, "this machine"),
        ("0.0.0.0", False, "this machine, by another name"),  # noqa: S104 - asked about, not bound
        ("10.0.0.1", False, "a network inside"),
        ("192.168.1.1", False, "a network inside"),
        ("172.16.0.1", False, "a network inside"),
        ("100.64.0.1", False, "behind a carrier's address translation"),
        ("169.254.169.254", False, "where clouds tell secrets"),
        ("fd00:ec2::254", False, "where clouds tell secrets"),
        ("fe80::1", False, "this link"),
        ("224.0.0.1", False, "many at once"),
        ("::ffff:127.0.0.1", False, "hidden in a newer one"),
        ("::ffff:169.254.169.254", False, "hidden in a newer one"),
        ("2002:7f00:1::", False, "hidden in 6to4"),
        ("64:ff9b::7f00:1", False, "hidden in NAT64"),
    ],
)
def test_what_is_outside(address: str, *, outside: bool, because: str) -> None:
    assert is_outside(ipaddress.ip_address(address)) is outside, because


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://[::1]:8000/",
        "http://localhost:8000/hook",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "gopher://example.org/",
        "no address",
        "http://",
    ],
)
def test_what_leads_inside_is_refused_with_a_sentence(address: str) -> None:
    with pytest.raises(Inside) as refused:
        pinned(address, allowed=frozenset())
    assert len(str(refused.value)) > 20


def test_a_host_inside_that_is_meant_is_allowed_by_name() -> None:
    url, host, _ = pinned("http://127.0.0.1:9000/hook", allowed=frozenset({"127.0.0.1"}))
    assert (str(url), host) == ("http://127.0.0.1:9000/hook", "127.0.0.1:9000")


def test_the_connection_goes_to_the_address_that_was_checked_and_keeps_the_name() -> None:
    url, host, extensions = pinned("https://8.8.8.8/hook", allowed=frozenset())
    assert (url.host, host, extensions) == ("8.8.8.8", "8.8.8.8", {"sni_hostname": "8.8.8.8"})
