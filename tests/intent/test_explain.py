"""Every wrong value is named with its place, what is wrong in words of the file, and what to write instead."""

from __future__ import annotations

import time
from base64 import b64encode

import pytest

from landbridge.findings import CODES, Finding, LandbridgeError
from landbridge.intent import loads
from tests.intent.networks import RIGHT, changed

RSA_1024 = b64encode(b"".join(len(one).to_bytes(4) + one for one in (b"ssh-rsa", b"\1\0\1", b"\0" + b"\xc5" * 128))).decode()


def _errors(text: str) -> tuple[Finding, ...]:
    with pytest.raises(LandbridgeError) as raised:
        loads(text, "f")
    return raised.value.findings


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 1", "version: 2", "f:1:1: version: 2 isn't a known version. Write 1."),
        ("version: 1\n", "", "f:1:1: version: is missing. Add it. The version of the network file: 1."),
        ("version: 1", "version:", "f:1:1: version: has no value. Write one. The version of the network file: 1."),
        ("network: acme", "network: Acme Inc", "f:2:1: network: \"Acme Inc\" isn't a name: a-z, 0-9 and '-' only,"),
        ("sites:", "sitse:", "f:6:1: sitse: sitse isn't a key that is known here. Did you mean sites?"),
        (
            "    asn: 65200",
            "    subnets: []",
            "f:9:5: sites.virginia.subnets: subnets isn't a key that is known here. subnets belongs under vpc.",
        ),
        ("    asn: 65200", "    release: x", "release belongs under gateway. Known here: hub, region, asn,"),
        ("asn: 65200", "asn: 0", "f:9:5: sites.virginia.asn: 0 isn't an ASN. Write a whole number from 1 to 4294967294"),
        ("asn: 65200", "asn: 4294967295", "4294967295 isn't an ASN."),
        ("asn: 65200", "asn: 1.10", "Write it as one number: 65546."),
        ("asn: 65200", "asn: [65200]", "a list isn't an ASN."),
        ("us-east-1", "us-east-1a", "us-east-1a is an availability zone, not a Region. Write us-east-1."),
        ("us-east-1", "Virginia", "Virginia isn't an AWS Region. Write its code"),
        ("zone: a", "zone: us-east-1a", "Write only the letter: a."),
        ("zone: a", "zone: z", "z isn't a zone. Write the letter after the Region's name"),
        ("zone: a", "zone: no", "no isn't a zone."),
        ("[10.1.0.0/16]", "10.1.0.0/16", "10.1.0.0/16 stands where a list belongs. Write [10.1.0.0/16],"),
        ("[10.1.0.0/16]", "[]", "cidrs: is empty. Write at least one."),
        ("[10.1.0.0/16]", "[10.0.0.0/8]", "cidrs[0]: 10.0.0.0/8 is a /8; AWS' VPCs and subnets are from /16 to /28."),
        ("10.1.0.0/24", "10.1.0.0/29", "10.1.0.0/29 is a /29;"),
        ("10.1.0.0/24", "10.1.0.5/24", "subnets[0].cidr: 10.1.0.5/24 has host bits set. Write 10.1.0.0/24, the prefix"),
        ("10.1.0.0/24", "10.1.0.0/255.255.255.0", "has a mask where a length belongs. Write 10.1.0.0/24."),
        ("10.1.0.0/24", "10.1.0.0", "10.1.0.0 isn't an IPv4 prefix. Write address/length"),
        ("10.1.0.0/24", "10.1.0.256/24", "isn't an IPv4 prefix."),
        ("10.1.0.0/24", '"2001:db8::/32"', "has no IPv6"),
        ("private: false", "private: maybe", "maybe is neither true nor false. Write true or false."),
        ("private: false", "privat: true", "Did you mean private? Known here: cidr, zone, gateway, private."),
        ("private: false", "gateway: c", "c isn't a known gateway. Write a or b."),
        ("single", "singel", "singel isn't a known availability. Did you mean single? Known: single, pair."),
        ("release: 1.4", "release: 1.40", "1.40 isn't a known release."),
        ("release: 1.4", "release: 1.10", "1.10 isn't a known release."),
        (", 169.254.14.212/30]", "]", "f:19:7: sites.virginia.gateway.tunnels: has 1 tunnels; a single gateway has 2. Write that many /30"),
        ("availability: single", "availability: pair", "tunnels: has 2 tunnels; a pair has 4."),
        ("availability: single\n", "instance_type: t3.small\n", "tunnels: has 2 tunnels; a pair has 4."),
        ("169.254.12.76/30", "169.254.12.0/24", "tunnels[0]: 169.254.12.0/24 isn't a /30 of 169.254.0.0/16"),
        ("169.254.12.76/30", "10.254.12.76/30", "isn't a /30 of 169.254.0.0/16"),
        ("release: 1.4", "image: {id: ami-12345678, owner: self}", "image: has an id beside an owner or a name. Write the id alone"),
        ("release: 1.4", "image: {name: x}", "image: has only a name. Write an id, or both owner and name."),
        ("release: 1.4", "image: {}", "image: has neither an id nor an owner and a name."),
        ("release: 1.4", "image: {id: vyos}", "image.id: has the id vyos, which isn't an AMI's."),
        ("asn: 65200", "account: {}", "account: has neither a profile nor a role. Write one of them"),
        ("asn: 65200", "account: {profile: x, role: y}", "account: has both a profile and a role."),
        ("asn: 65200", "account: {role: admin}", "account.role: has the role admin, which isn't a role's ARN."),
        ("asn: 65200", "translate: {10.1.0.0: 100.64.0.0/24}", "translate.10.1.0.0: 10.1.0.0 isn't an IPv4 prefix."),
        ("asn: 65200", "translate: {10.1.0.0/24: x}", "translate.10.1.0.0/24: x isn't an IPv4 prefix."),
        ("asn: 65200", "vcp: {}", "Did you mean vpc?"),
        ("    region: us-west-2", "", "hubs.oregon: has no value. Write below it: region."),
        ("    region: us-west-2", "    - region", "hubs.oregon: a list stands where keys and values belong. Write below it: region."),
        ("  oregon:\n    region: us-west-2\n", "", "hubs: has no value."),
        ("admin:", "vpn: {dh: 5}\nadmin:", "vpn.dh: 5 isn't a known dh. Write 2, 14,"),
        ("admin:", "vpn: {dpd: 10}\nadmin:", "vpn.dpd: 10 is too small. Write 30 or more."),
        ("admin:", "vpn: {esp_lifetime: 9999}\nadmin:", "vpn.esp_lifetime: 9999 is too big. Write 3600 or less."),
        ("admin:", "vpn: {ike_lifetime: 3600}\nadmin:", "vpn: has esp_lifetime 3600, not below ike_lifetime 3600, which AWS refuses."),
        (
            "admin:",
            "accept: [{code: public-adress, reason: x}]\nadmin:",
            "accept[0].code: public-adress isn't the code of a finding. Did you mean",
        ),
        (
            "admin:",
            "accept: [{code: quota, where: tokyo, reason: x}]\nadmin:",
            "accept[0].where: tokyo isn't a site or hub. Known: oregon, virginia.",
        ),
        ("admin:", "accept: [{code: quota}]\nadmin:", "accept[0].reason: is missing."),
        ("admin:", "asns: 5-4\nadmin:", "asns: 5-4 ends before it begins. Write 4-5."),
        ("admin:", "asns: many\nadmin:", "asns: many isn't a range of ASNs. Write first-last"),
        ("admin:", "defaults: {gateway: {tunnels: [169.254.9.0/30, 169.254.9.4/30]}}\nadmin:", "can't be a default"),
        ("admin:", "tags: {a: 'it''s'}\nadmin:", "tags.a: \"it's\" has a character that a router's shell could take"),
        ("admin:", "tags: {'$(reboot)': x}\nadmin:", "has a character that a router's shell could take"),
        ("admin:", 'tags: {a: "b\\nc"}\nadmin:', r"tags.a: 'b\nc' has a character"),
        ("admin:", "translation: pool\nadmin:", "translation: pool stands where keys and values belong. Write below it: pool."),
        ("cidrs: [203.0.113.0/24]", "ssh_keys: [AAAA]", "ssh_keys[0]: AAAA isn't an OpenSSH public key. Write one line: type"),
        ("cidrs: [203.0.113.0/24]", "ssh_keys: [ssh-dss AAAA x]", "isn't an OpenSSH public key. Write one line: type"),
        ("cidrs: [203.0.113.0/24]", "ssh_keys: [ssh-ed25519 AAAA x]", "its base64 part is damaged"),
        ("cidrs: [203.0.113.0/24]", f"ssh_keys: [ssh-rsa {RSA_1024} x]", "is an RSA key of less than 2048 bits"),
        ("cidrs: [203.0.113.0/24]", "ssh_keys: ['command=\"x\" ssh-rsa AAAA']", "a router's shell could take"),
    ],
)
def test_each_wrong_value_is_one_finding_that_says_what_to_write(old: str, new: str, said: str) -> None:
    findings = _errors(changed(old, new))
    assert [one for one in map(str, findings) if said in one], "\n".join(map(str, findings))
    for finding in findings:
        assert finding.code in CODES
        assert finding.remedy.endswith((".", "?")), finding
        for jargon in ("Input should", "Extra inputs", "valid dictionary", "pydantic", "ctx"):
            assert jargon not in str(finding)


def test_all_errors_come_at_once_in_the_order_of_the_file() -> None:
    text = RIGHT.replace("version: 1", "version: 3").replace("zone: a", "zone: 9").replace("zone: b", "zoen: b").replace("1.4", "9.9")
    places = [(one.where.line, one.where.path) for one in _errors(text) if one.where]
    assert places == [
        (1, "version"),
        (14, "sites.virginia.vpc.subnets[0].zone"),
        (15, "sites.virginia.vpc.subnets[1].zone"),
        (15, "sites.virginia.vpc.subnets[1].zoen"),
        (18, "sites.virginia.gateway.release"),
    ]


def test_a_key_written_twice_does_not_hide_the_other_errors() -> None:
    codes = [one.code for one in _errors(RIGHT.replace("zone: a", "zone: a, zone: b").replace("asn: 65200", "asn: x"))]
    assert codes == ["schema", "syntax"]


def test_a_private_key_is_never_repeated() -> None:
    findings = _errors(changed("cidrs: [203.0.113.0/24]", "ssh_keys: ['-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaA']"))
    assert "b3BlbnNzaA" not in str(findings[0])
    assert "private key" in str(findings[0])


def test_a_long_value_is_shortened() -> None:
    assert len(str(_errors(changed("acme", "x" * 10_000))[0])) < 300


def test_a_huge_number_is_a_finding() -> None:
    assert "isn't a whole number" in str(_errors(changed("version: 1", "version: " + "9" * 100_000))[0])


def test_a_part_of_nonsense_is_one_finding() -> None:
    text = changed("admin:", f"vpn: {{{', '.join(f'a{n}: x' for n in range(500))}}}\nadmin:")
    assert [str(one) for one in _errors(text)] == [
        "f:20:1: vpn: has 500 keys, far more than are known. Look for a list or mapping that slipped out of its place."
    ]


def test_every_site_of_fifty_thousand_may_be_wrong() -> None:
    text = RIGHT[: RIGHT.index("  virginia:")] + "".join(f"  s{n}: x\n" for n in range(49_000))
    began = time.process_time()
    assert len(_errors(text)) == 49_000
    assert time.process_time() - began < 10
