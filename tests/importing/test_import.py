"""Importing: the hand-made network comes back as it was but for what docs/import.md lists, and what can't be expressed is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from landbridge.design import design
from landbridge.findings import LandbridgeError
from landbridge.importing import Asked, import_network
from landbridge.intent import load, loads
from landbridge.vyos import parse, render_gateway
from landbridge.vyos.curly import Curly, print_curly

ROOT = Path(__file__).parents[2]
SEED = ROOT / "tests/vyos/seed"
GOLDEN = ROOT / "tests/vyos/golden"
# By hand, static routes to the gateway's own tunnel addresses make BGP announce the translated prefix.
OWN_TUNNELS = {
    "singapore": ("10.0.1.0/24", "169.254.12.78", "169.254.14.214"),
    "virginia": ("192.168.1.0/24", "169.254.12.178", "169.254.14.6"),
}
REGIONS = {"oregon": "us-west-2", "singapore": "ap-southeast-1", "virginia": "us-east-1", "frankfurt": "eu-central-1"}


@pytest.fixture
def by_hand(tmp_path: Path) -> Path:
    """The three gateways as they were made by hand, Frankfurt's third subnet not announced."""
    for site in ("singapore", "virginia", "frankfurt"):
        text = (SEED / f"{site}.set").read_text() + "set interfaces ethernet eth0 address dhcp\n"
        if site in OWN_TUNNELS:
            prefix, *own = OWN_TUNNELS[site]
            routes = "".join(f"set protocols static route {prefix} next-hop {address}\n" for address in own)
            text = re.sub(rf"set protocols static route {re.escape(prefix)} blackhole.*\n", routes, text)
            assert routes in text
        (tmp_path / f"{site}.set").write_text(text.replace("set protocols bgp 65300 network 172.88.194.0/24\n", ""))
    return tmp_path


def _documented() -> list[tuple[str, ...]]:
    section = (ROOT / "docs/import.md").read_text().split("## Imported and rendered again")[1].split("\n## ")[0]
    return [tuple(row.split()) for row in re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)]


def _covers(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    return len(path) >= len(pattern) and all(one in ("*", other) for one, other in zip(pattern, path, strict=False))


def test_the_hand_made_network_is_rendered_as_it_was_but_for_the_differences_that_are_documented(by_hand: Path) -> None:
    planned = design(loads(import_network(by_hand, Asked()).text, "network.yaml"))
    documented, seen = _documented(), set()
    for site in planned.sites:
        before = set(parse((by_hand / f"{site.name}.set").read_text(), "before").paths())
        after = set(parse(render_gateway(site, site.gateways[0], planned, "1.1"), "after").paths())
        for path in before ^ after:
            covering = [pattern for pattern in documented if _covers(pattern, path)]
            assert len(covering) == 1, f"{site.name}: {' '.join(path)}"
            seen.add(covering[0])
        gone = {path for path in before - after if path[:3] != ("protocols", "static", "route")}
        assert not gone
        own = OWN_TUNNELS.get(site.name, ("",))
        assert before - after == {("protocols", "static", "route", own[0], "next-hop", address) for address in own[1:]}
    assert seen == set(documented)


def test_what_it_says_of_the_hand_made_network(by_hand: Path) -> None:
    said = [(one.code, Path(one.where.file).name if one.where else "", one.message) for one in import_network(by_hand, Asked()).findings]
    assert [(code, file) for code, file, _ in said] == [
        ("not-announced", "frankfurt.set"),
        *[("not-represented", "singapore.set")] * 2,
        *[("not-represented", "virginia.set")] * 2,
        *[("open-admin", f"{site}.set") for site in ("frankfurt", "singapore", "virginia")],
    ]
    assert "172.88.194.0/24 isn't announced" in said[0][2]
    assert "own tunnel address" in said[1][2]


def test_with_what_is_asked_for_it_is_the_example_again(by_hand: Path) -> None:
    example = load(ROOT / "examples/four-regions.yaml").network
    cidrs = {name: tuple(site.vpc.cidrs) for name, site in example.sites.items()}
    imported = loads(import_network(by_hand, Asked("four-regions", "oregon", None, REGIONS, cidrs)).text, "network.yaml").network
    assert imported.network == example.network
    assert imported.hubs["oregon"].asn == 64512
    assert imported.defaults == example.defaults
    for name, site in example.sites.items():
        mine = imported.sites[name]
        assert (mine.region, mine.asn, mine.vpc.cidrs, mine.translate, mine.gateway) == (
            site.region,
            site.asn,
            site.vpc.cidrs,
            site.translate,
            site.gateway,
        )
        assert [subnet.cidr for subnet in mine.vpc.subnets] == [subnet.cidr for subnet in site.vpc.subnets]
        assert [subnet.gateway for subnet in mine.vpc.subnets] == [subnet.gateway for subnet in site.vpc.subnets]


@pytest.mark.parametrize("release", ["1.1", "1.2", "1.3", "1.4", "1.5"])
@pytest.mark.parametrize("syntax", ["set", "curly"])
def test_what_was_rendered_is_imported_and_rendered_again_to_the_letter(release: str, syntax: str, tmp_path: Path) -> None:
    texts = {}
    for path in sorted(GOLDEN.glob(f"four-regions-{release}/*.set")):
        texts[path.stem] = path.read_text()
        curly = print_curly(Curly(parse(texts[path.stem], path.name), f"// Release version: {release}.0\n"))
        (tmp_path / f"{path.stem}.{syntax}").write_text(curly if syntax == "curly" else texts[path.stem])
    (tmp_path / "notes.pdf").write_bytes(b"\xff")
    for path in tmp_path.glob("*.curly"):
        path.rename(path.with_suffix(".boot"))
    imported = import_network(tmp_path, Asked(release=release))
    assert [one.message for one in imported.findings] == ["is passed over: its name isn't one of a configuration."]
    planned = design(loads(imported.text, "network.yaml"))
    for site in planned.sites:
        again = render_gateway(site, site.gateways[0], planned, release)
        assert parse(again, "again") == parse(texts[site.gateways[0].name], "before")


def test_a_pair_is_one_site(tmp_path: Path) -> None:
    for path in GOLDEN.glob("acquisition-1.4/tokyo-*.set"):
        (tmp_path / path.name).write_text(path.read_text())
    imported = import_network(tmp_path, Asked())
    planned = design(loads(imported.text, "network.yaml"))
    assert [(gateway.name, gateway.release) for gateway in planned.sites[0].gateways] == [("tokyo-a", "1.4"), ("tokyo-b", "1.4")]
    assert len(planned.sites[0].translations) > 0


@pytest.fixture
def changed(by_hand: Path) -> Callable[[str], list[tuple[str, int | None, str]]]:
    """What importing says of Singapore with lines added."""

    def change(lines: str) -> list[tuple[str, int | None, str]]:
        file = by_hand / "singapore.set"
        before = {str(one) for one in import_network(by_hand, Asked()).findings}
        file.write_text(file.read_text() + lines)
        said = import_network(by_hand, Asked()).findings
        return [(one.code, one.where.line if one.where else None, one.message) for one in said if str(one) not in before]

    return change


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        ("set protocols static route 0.0.0.0/0 next-hop 172.88.0.1\n", "the static route 0.0.0.0/0"),
        ("set protocols static route 10.77.0.0/16 blackhole\n", "the static route 10.77.0.0/16"),
        ("set protocols static route 10.77.0.1/32 next-hop 172.88.0.1\n", "the subnet 10.77.0.1/32"),
        ("set protocols bgp 65400 neighbor 172.88.0.9 remote-as 65001\n", "the BGP neighbor 172.88.0.9"),
        ("set interfaces ethernet eth1 address 10.77.0.1/24\n", "the interface eth1"),
        ("set firewall name OFFICE default-action drop\n", "the firewall OFFICE"),
        ("set policy prefix-list OFFICE rule 1 action permit\nset policy prefix-list OFFICE rule 1 prefix 10.0.0.0/8\n", "list OFFICE"),
        ("set interfaces openvpn vtun0 shared-secret-key hunter2\n", "interfaces openvpn vtun0 shared-secret-key"),
    ],
)
def test_what_a_network_file_cant_say_is_said_with_its_line(
    lines: str, part: str, changed: Callable[[str], list[tuple[str, int | None, str]]]
) -> None:
    said = changed(lines)
    assert any(code == "not-represented" and line and part in message for code, line, message in said), said
    assert "hunter2" not in str(said)


def test_nat_that_isnt_one_to_one_is_said(changed: Callable[[str], list[tuple[str, int | None, str]]]) -> None:
    masquerade = "set nat source rule 900 outbound-interface eth0\nset nat source rule 900 translation address masquerade\n"
    assert any("nat source rule 900" in message for _, _, message in changed(masquerade))


def test_an_asn_that_two_routers_have_and_other_contradictions_are_errors_of_the_plan_not_of_the_import(by_hand: Path) -> None:
    file = by_hand / "virginia.set"
    file.write_text(file.read_text().replace("bgp 65200", "bgp 65400"))
    document = loads(import_network(by_hand, Asked()).text, "network.yaml")
    with pytest.raises(LandbridgeError, match="65400"):
        design(document)


@pytest.mark.parametrize(
    ("name", "data", "part"),
    [
        ("x.set", b"", "is empty"),
        ("x.boot", b"a {\n" * 100_000, "nest deeper"),
        ("x.set", b"set a \xff", "isn't UTF-8"),
        ("x.set", b"set system host-name x\n", "doesn't tell its release line"),
        (
            "x.set",
            b"set vpn ipsec nat-traversal enable\nset vpn ipsec ipsec-interfaces interface eth0\n",
            "holds no gateway's configuration",
        ),
        ("x.boot", b"x" * 10_000_000, "more than"),
        ("x.pdf", b"%PDF", "holds no router's configuration"),
        ("x", b"set protocols bgp 65400 neighbor nobody remote-as 1\nset protocols bgp 65400 network 10.0.0.0/8\n", "not an IPv4 address"),
    ],
)
def test_a_folder_of_nonsense_is_refused(tmp_path: Path, name: str, data: bytes, part: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(LandbridgeError, match=part):
        import_network(tmp_path, Asked())


def test_what_is_asked_for_must_fit(by_hand: Path) -> None:
    with pytest.raises(LandbridgeError, match="there is no site 'atlantis'"):
        import_network(by_hand, Asked(regions={"atlantis": "us-east-1"}))
    with pytest.raises(LandbridgeError, match="isn't an AWS Region"):
        import_network(by_hand, Asked(regions={"singapore": "asia"}))
    with pytest.raises(LandbridgeError, match="can't be read"):
        import_network(by_hand / "nowhere", Asked())
    wide = import_network(by_hand, Asked(cidrs={"singapore": (IPv4Network("172.88.0.0/19"),)})).text
    assert "cidrs: [172.88.0.0/19, 172.88.88.0/24]\n" in wide
