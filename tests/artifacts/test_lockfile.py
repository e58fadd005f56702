"""The lock's file."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from landbridge.artifacts import lock_path, read_lock, write_lock
from landbridge.artifacts.lockfile import lock_of_text, lock_text
from landbridge.design import Held, Lock
from landbridge.findings import LandbridgeError

LENGTHS = st.integers(1, 32)
PREFIXES = st.builds(lambda bits, length: IPv4Network((bits >> (32 - length) << (32 - length), length)), st.integers(0, 2**32 - 1), LENGTHS)
TRICKY = st.sampled_from(["on", "null", "1e3", "0x1f", "12", "2020-01-01", "y"])  # YAML takes these for something else
NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True) | TRICKY
ASNS = st.none() | st.integers(1, 4294967294)
HELD = st.builds(Held, ASNS, st.dictionaries(PREFIXES, PREFIXES, max_size=4), st.dictionaries(NAMES, PREFIXES, max_size=4))
LOCKS = st.builds(Lock, st.dictionaries(NAMES, HELD, max_size=6))


@given(LOCKS)
def test_reading_what_was_written_gives_the_same_lock_and_the_same_text(lock: Lock) -> None:
    text = lock_text(lock)
    again = lock_of_text(text, "lock")
    assert again == lock
    assert lock_text(again) == text


@given(LOCKS)
def test_other_programs_read_the_same(lock: Lock) -> None:
    assert list(yaml.safe_load(lock_text(lock))["sites"] or {}) == sorted(lock.sites)


def test_a_lock_is_written_for_people(tmp_path: Path) -> None:
    path = tmp_path / "landbridge.lock.yaml"
    local, global_ = IPv4Network("172.88.88.0/24"), IPv4Network("10.0.1.0/24")
    write_lock(path, Lock({"singapore": Held(65400, {local: global_}, {"singapore-a-1": IPv4Network("169.254.12.76/30")})}))
    assert path.read_text().splitlines()[2:] == [
        "version: 1",
        "sites:",
        "  singapore:",
        "    asn: 65400",
        "    translations:",
        "      172.88.88.0/24: 10.0.1.0/24",
        "    inside:",
        "      singapore-a-1: 169.254.12.76/30",
    ]
    assert read_lock(path).of("singapore").translations == {local: global_}


def test_a_missing_lock_is_an_empty_one(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "landbridge.lock.yaml") == Lock.empty()


def test_where_the_lock_is() -> None:
    assert lock_path(Path("here/network.yaml")) == Path("here/landbridge.lock.yaml")
    assert lock_path(Path("here/acquisition.yaml")) == Path("here/acquisition.lock.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("version: 1\nsites: [", "l:3:1: did not find"),
        ("version: 2\nsites: {}\n", "version is 2"),
        ("version: 1\n", "no 'sites'"),
        ("version: 1\nsites: []\n", "l:2:1: sites is a list"),
        ("version: 1\nsites: {}\nmore: 1\n", "more is not known here"),
        ("version: 1\nsites:\n  paris: {asn: x}\n", "l:3:11: sites.paris.asn is 'x'"),
        ("version: 1\nsites:\n  paris: {asn: 1}\n  paris: {asn: 2}\n", "l:4:3: 'paris' is there twice"),
        ("version: 1\nsites:\n  '../paris': {asn: 1}\n", "a name is wanted"),
        ("version: 1\nsites:\n  paris: {translations: {10.0.0.1/24: 10.0.1.0/24}}\n", "an IPv4 prefix is wanted"),
        ("version: 1\nsites:\n  paris: {inside: {paris-a-1: 7}}\n", "an IPv4 prefix is wanted"),
        ("version: 1\nsites: &a\n  paris: {}\n", "anchors"),
        ("version: 1\nsites: !!python/object:os.system {}\n", "tags"),
        ("version: 1\n---\nsites: {}\n", "several documents"),
        ("version: 1\nsites: " + "[" * 100_000, "nesting"),
        ("<<<<<<< HEAD\nversion: 1\n", "l:"),
        ("{\x00}", "l"),
    ],
)
def test_a_lock_that_is_no_lock_is_a_clear_finding(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "l"
    path.write_text(text)
    with pytest.raises(LandbridgeError) as caught:
        read_lock(path)
    (finding,) = caught.value.findings
    assert finding.code == "lock"
    assert says in str(finding)
    assert "version control" in finding.remedy


def test_bytes_that_are_no_text_are_a_clear_finding(tmp_path: Path) -> None:
    path = tmp_path / "l"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LandbridgeError, match="not UTF-8"):
        read_lock(path)
