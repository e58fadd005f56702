"""From a download's text to its facts: which form it has, and what the XML form says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import TypeVar

from landbridge.findings import Finding, LandbridgeError, Where, error, note
from landbridge.vyos.configuration import load_text
from landbridge.vyos.download.elements import Element, parse_elements
from landbridge.vyos.download.facts import Download, Phase, Tunnel, as_cipher, as_group, as_hash, is_key
from landbridge.vyos.download.vyatta import read_vyatta

Value = TypeVar("Value")


def load_download(path: Path | str) -> Download:
    """The facts in a file. Raises LandbridgeError for what can't be read or isn't such a download."""
    return read_download(load_text(Path(path)), str(path))


def read_download(text: str, file: str) -> Download:
    """The facts of a text of either form; `file` is its name in errors, which never quote a key."""
    return _read_xml(text, file) if text.lstrip().startswith("<") else read_vyatta(text, file)


def _read_xml(text: str, file: str) -> Download:
    root = parse_elements(text, file)
    reader = _Xml(file)
    if root.name != "vpn_connection":
        raise LandbridgeError(
            error("syntax", "isn't a VPN connection's configuration.", Where(file, root.line), "Use its CustomerGatewayConfiguration.")
        )
    elements = [child for child in root.children if child.name == "ipsec_tunnel"]
    if len(elements) != 2:
        reader.findings.append(
            error("syntax", f"has {len(elements)} tunnels; a connection has two.", Where(file, root.line), "Download it again.")
        )
    tunnels = [tunnel for element in elements if (tunnel := reader.tunnel(element)) is not None]
    customers = {reader.address(element, "customer_gateway/tunnel_outside_address/ip_address") for element in elements}
    if reader.findings:
        raise LandbridgeError(*reader.findings)
    customer = next(iter(customers))
    assert customer is not None
    tunnels.sort(key=lambda tunnel: tunnel.outside)  # AWS gives them in any order
    numbered = tuple(replace(tunnel, number=number) for number, tunnel in enumerate(tunnels, 1))
    weakest = note(
        "not-represented",
        "AWS writes the weakest algorithms that the connection accepts, not those that it is set to.",
        Where(file),
        "Look at the connection's tunnel options, and take the best that the router has.",
    )
    return Download(root.attributes.get("id", "vpn"), customer, numbered, (weakest,))


def _address(word: str) -> IPv4Address | None:
    try:
        return IPv4Address(word)
    except ValueError:
        return None


class _Xml:
    """What is wrong with an XML download, gathered while its values are read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def tunnel(self, element: Element) -> Tunnel | None:
        outside = self.address(element, "vpn_gateway/tunnel_outside_address/ip_address")
        own = self.address(element, "customer_gateway/tunnel_inside_address/ip_address")
        aws = self.address(element, "vpn_gateway/tunnel_inside_address/ip_address")
        length = self.number(element, "customer_gateway/tunnel_inside_address/network_cidr", 8, 30)
        key = self.text(element, "ike/pre_shared_key")
        if key is not None and not is_key(key):
            self.wrong(element.get("ike/pre_shared_key") or element, "isn't a key as AWS makes them")
        ike, esp = self.phase(element, "ike"), self.phase(element, "ipsec")
        interval = self.number(element, "ipsec/dead_peer_detection/interval", 1, 3600)
        retries = self.number(element, "ipsec/dead_peer_detection/retries", 1, 100)
        bgp = element.get("vpn_gateway/bgp/asn") is not None
        asn = self.number(element, "customer_gateway/bgp/asn", 1, 4294967294) if bgp else None
        aws_asn = self.number(element, "vpn_gateway/bgp/asn", 1, 4294967294) if bgp else None
        holdtime = self.number(element, "customer_gateway/bgp/hold_time", 3, 65535) if bgp else None
        if outside is None or own is None or aws is None or length is None or key is None:
            return None
        if ike is None or esp is None or interval is None or retries is None:
            return None
        network = IPv4Interface(f"{own}/{length}").network
        if aws not in network:
            self.wrong(element, f"has inside addresses that aren't in one prefix: {own} and {aws}")
        return Tunnel(0, outside, network, own, aws, key, ike, esp, interval, interval * retries, asn, aws_asn, holdtime)

    def phase(self, element: Element, name: str) -> Phase | None:
        encryption = self.read(element, f"{name}/encryption_protocol", as_cipher, "a cipher of AWS")
        integrity = self.read(element, f"{name}/authentication_protocol", as_hash, "a hash of AWS")
        dh = self.read(element, f"{name}/perfect_forward_secrecy", as_group, "a group")
        lifetime = self.number(element, f"{name}/lifetime", 60, 86400)
        if encryption is None or integrity is None or dh is None or lifetime is None:
            return None
        return Phase(encryption, integrity, dh, lifetime)

    def text(self, element: Element, path: str) -> str | None:
        found = element.get(path)
        if found is None or not found.text:
            self.wrong(found or element, f"has no {path}")
            return None
        return found.text

    def read(self, element: Element, path: str, reader: Callable[[str], Value | None], wanted: str) -> Value | None:
        """What a reader makes of an element's text; where it makes nothing of it, that is noted."""
        word = self.text(element, path)
        value = None if word is None else reader(word)
        if word is not None and value is None:
            self.wrong(element.get(path) or element, f"isn't {wanted}: {word[:40]!a}")
        return value

    def address(self, element: Element, path: str) -> IPv4Address | None:
        return self.read(element, path, _address, "an IPv4 address")

    def number(self, element: Element, path: str, least: int, most: int) -> int | None:
        def within(word: str) -> int | None:
            whole = word.isascii() and word.isdigit() and len(word) <= 10
            return int(word) if whole and least <= int(word) <= most else None

        return self.read(element, path, within, f"a whole number from {least} to {most}")

    def wrong(self, element: Element, problem: str) -> None:
        self.findings.append(error("syntax", f"{element.name} {problem}.", Where(self.file, element.line), "Download it again."))
