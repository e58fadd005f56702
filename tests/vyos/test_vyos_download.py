"""AWS' downloads: both forms give the same facts, the commands are the hand-made gateway's, keys stay hidden, hostile files are refused."""

from __future__ import annotations

import time
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from landbridge.findings import LandbridgeError
from landbridge.vyos import fill, parse
from landbridge.vyos.download import commands_of, load_download, read_download
from landbridge.vyos.reading import read_router

HERE = Path(__file__).parent
TEXT, XML = HERE / "download/vyatta.txt", HERE / "download/connection.xml"
PRIVATE = IPv4Address("172.88.0.88")


def test_both_forms_give_the_same_facts() -> None:
    text, xml = load_download(TEXT), load_download(XML)
    assert (text.connection, text.customer) == (xml.connection, xml.customer) == ("vpn-0a1b2c3d4e5f60718", IPv4Address("203.0.113.20"))
    for one, other in zip(text.tunnels, xml.tunnels, strict=True):
        assert one.key == other.key == f"made.up_for.tests.{one.number}"
        assert replace(one, dpd_interval=10, esp=replace(one.esp, dh=2)) == other  # `pfs enable` is the IKE group; DPD as 1.1 can


@pytest.mark.parametrize("path", [TEXT, XML], ids=["text", "xml"])
def test_on_1_1_the_commands_are_those_of_the_hand_made_gateway(path: Path) -> None:
    commands = commands_of(load_download(path), PRIVATE, "1.1", "singapore-a")
    seed = (HERE / "seed/singapore.set").read_text()
    known = {"outside:singapore-a-1": "52.0.0.1", "outside:singapore-a-2": "52.0.0.2", "private:singapore-a": str(PRIVATE)}
    for name, value in known.items():
        seed = seed.replace(f"${{{name}}}", value)
    by_hand = set(parse(seed, "seed").paths())
    ours = set(parse(commands, "commands").paths())
    assert ours <= by_hand
    assert all(path[0] in ("nat", "system") or path[:2] == ("protocols", "static") or path[3:4] == ("network",) for path in by_hand - ours)


@pytest.mark.parametrize("release", ["1.1", "1.4"])
@pytest.mark.parametrize("path", [TEXT, XML], ids=["text", "xml"])
def test_the_commands_are_read_as_a_router(path: Path, release: str) -> None:
    commands = commands_of(load_download(path), PRIVATE, release, "gw", with_keys=True)
    router = read_router(parse(commands, "commands"), release, "commands")
    assert [(peer.remote, peer.local, peer.secret, peer.vti, peer.ike_version) for peer in router.peers] == [
        ("52.0.0.1", "172.88.0.88", "made.up_for.tests.1", "vti0", 1),
        ("52.0.0.2", "172.88.0.88", "made.up_for.tests.2", "vti1", 1),
    ]
    assert router.bgp is not None
    assert (router.bgp.asn, router.bgp.networks) == (65400, ())
    assert [(one.remote_as, one.holdtime, one.keepalive, one.activated) for one in router.bgp.neighbors] == [(64512, 30, 10, True)] * 2
    assert router.unread == ()


@pytest.mark.parametrize("release", ["1.1", "1.2", "1.3", "1.4", "1.5"])
def test_keys_are_placeholders_unless_they_are_asked_for(release: str) -> None:
    download = load_download(XML)
    hidden = commands_of(download, PRIVATE, release, "gw")
    assert "made.up" not in hidden
    assert "made.up" not in repr(download)
    shown = commands_of(download, PRIVATE, release, "gw", with_keys=True)
    assert parse(fill(hidden, {f"psk:gw-{one.number}": one.key for one in download.tunnels}), "r") == parse(shown, "r")


def test_the_announcement_of_a_default_route_is_dropped_and_said() -> None:
    download = load_download(TEXT)
    assert [(str(one.severity), one.where.line if one.where else 0) for one in download.findings] == [("note", 52)]
    assert "network 0.0.0.0/0" in download.findings[0].message
    assert "0.0.0.0/0" not in commands_of(download, PRIVATE, "1.1", "gw")


def test_a_line_that_aws_text_has_not_is_said_without_its_value() -> None:
    text = TEXT.read_text() + "set system login user x authentication plaintext-password hunter2\n"
    said = read_download(text, "d").findings
    assert any("system login user x" in one.message for one in said)
    assert "hunter2" not in str([str(one) for one in said])


def test_a_connection_without_bgp_gives_tunnels_alone() -> None:
    xml = XML.read_text()
    for asn in ("65400", "64512"):
        xml = xml.replace(f"<bgp><asn>{asn}</asn><hold_time>30</hold_time></bgp>", "")
    assert "bgp" not in commands_of(read_download(xml, "x"), PRIVATE, "1.4", "gw")


def test_tunnels_that_differ_and_algorithms_that_the_release_lacks_are_refused() -> None:
    xml = XML.read_text()
    with pytest.raises(LandbridgeError, match="other algorithms"):
        commands_of(read_download(xml.replace("<lifetime>3600<", "<lifetime>3000<", 1), "x"), PRIVATE, "1.4", "gw")
    gcm = read_download(xml.replace("aes-128-cbc", "aes-256-gcm-16"), "x")
    assert "aes256gcm128" in commands_of(gcm, PRIVATE, "1.4", "gw")
    with pytest.raises(LandbridgeError, match=r"1\.1 has no aes256gcm128"):
        commands_of(gcm, PRIVATE, "1.1", "gw")
    with pytest.raises(LandbridgeError, match="no release"):
        commands_of(gcm, PRIVATE, "2.0", "gw")


LAUGHS = '<!DOCTYPE a [<!ENTITY b "haha">' + "".join(f'<!ENTITY b{n} "{"&b;" * 10}">' for n in range(9)) + "]>\n<a>&b8;</a>"


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("", None, "no tunnels"),
        ("! only comments\n", None, "no tunnels"),
        ("set system host-name x\n", None, "no tunnels"),
        ("crypto isakmp policy 200\n", 1, "not a `set` command"),
        ("<a>", 1, "isn't XML"),
        ("<html></html>", 1, "isn't a VPN connection"),
        ("<vpn_connection/>", 1, "has 0 tunnels"),
        (LAUGHS, 1, "document type"),
        ('<!DOCTYPE a SYSTEM "file:/etc/passwd">\n<a/>', 1, "document type"),
        ("<a>" * 100_000, 1, "far more elements"),
        ("<a>" + "<b/>\n" * 100_000, None, "far more elements"),
        ("<a>\x00</a>", 1, "isn't XML"),
        ("<a>" + "x" * 10_000_000, 1, "isn't XML"),
        ("set vpn ipsec site-to-site peer 52.0.0.1 authentication pre-shared-secret 's3cret with spaces'\n", 1, "isn't one as AWS"),
    ],
)
def test_hostile_downloads_are_refused_soon_with_their_line(text: str, line: int | None, part: str) -> None:
    before = time.monotonic()
    with pytest.raises(LandbridgeError, match=part) as refused:
        read_download(text, "vpn.xml")
    assert time.monotonic() - before < 5
    assert "s3cret" not in str(refused.value)
    where = refused.value.findings[0].where
    assert where is not None
    assert where.file == "vpn.xml"
    assert line is None or where.line == line


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("made.up_for.tests.1", "0s3cret0", "isn't a key"),
        ("<ip_address>52.0.0.1</ip_address>", "<ip_address>52.0.0</ip_address>", "isn't an IPv4 address"),
        ("<lifetime>28800</lifetime>", "", "has no ike/lifetime"),
        ("<encryption_protocol>aes-128-cbc</encryption_protocol>", "<encryption_protocol>rot13</encryption_protocol>", "a cipher"),
        ("<ip_address>169.254.12.77</ip_address>", "<ip_address>169.254.99.77</ip_address>", "aren't in one prefix"),
    ],
)
def test_a_damaged_download_is_refused_with_its_line_and_without_its_key(old: str, new: str, part: str) -> None:
    xml = XML.read_text()
    assert old in xml
    with pytest.raises(LandbridgeError, match=part) as refused:
        read_download(xml.replace(old, new, 1), "vpn.xml")
    assert "s3cret" not in str(refused.value)
    where = refused.value.findings[0].where
    assert where is not None
    assert where.line
    assert where.line >= 7
