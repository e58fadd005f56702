"""A router's file of either syntax: which it is, and for which release line."""

from __future__ import annotations

from pathlib import Path

import pytest

from landbridge.findings import LandbridgeError
from landbridge.vyos.configuration import load_configuration, read_configuration

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("path", "release"),
    [
        ("curly/1.1.boot", "1.1"),
        ("curly/1.4.boot", "1.4"),
        ("seed/singapore.set", "1.1"),
        ("golden/four-regions-1.1/frankfurt-a.set", "1.1"),
        ("golden/four-regions-1.4/frankfurt-a.set", "1.4"),
    ],
)
def test_the_release_line_is_known_by_the_footer_or_by_the_vocabulary(path: str, release: str) -> None:
    assert load_configuration(HERE / path).release == release


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("a\n// Release version: 1.3.6\n", "1.3"),
        ("a\n// Release version: 1.4-rolling-202303160317\n", "1.4"),
        ("a\n// Release version: 1.5-rolling-202410210006\n", "1.5"),
        ("a\n// Release version: 999.202410210006\n", "1.5"),
        ("a\n// Release version: 2025.07\n", "1.5"),
        ('a\n/* === vyatta-config-version: "x@1" === */\n/* Release version: 1.2.6-S1 */\n', "1.2"),
        ('high-availability {\n vrrp {\n }\n}\n/* === vyatta-config-version: "x@1" === */\n', "1.2"),
        ("high-availability {\n vrrp {\n }\n}\n", "1.3"),
        ("set protocols bgp 65400 network 10.0.1.0/24\n", "1.1"),
        ("# a comment\n\n  set protocols bgp 65400 address-family ipv4-unicast network 10.0.1.0/24\n", "1.3"),
        ("set system host-name x\n", None),
    ],
)
def test_each_release_line_is_told(text: str, release: str | None) -> None:
    assert read_configuration(text, "r").release == release


def test_both_syntaxes_give_one_tree() -> None:
    curly = read_configuration("system {\n host-name x\n}\nservice {\n ssh {\n  disable-password-authentication\n }\n}\n", "r")
    assert curly.tree == read_configuration("set system host-name x\nset service ssh disable-password-authentication\n", "r").tree


def test_what_show_configuration_commands_prints_is_read() -> None:
    text = (
        "set interfaces ethernet eth0 address 'dhcp'\r\n"
        "set interfaces loopback lo\r\n"
        "set service ssh disable-password-authentication\r\n"
        "set system login banner pre-login 'it'\"'\"'s ours\n\\n'\r\n"
        "set nat source rule 10 destination address '!10.0.0.0/8'\r\n"
        "set protocols static route 10.0.0.0/8 blackhole distance '254'\r\n"
    )
    tree = read_configuration(text, "r").tree
    assert tree.value("system", "login", "banner", "pre-login") == "it's ours\n\\n"
    assert tree.value("nat", "source", "rule", "10", "destination", "address") == "!10.0.0.0/8"
    assert len(list(tree.paths())) == 6


@pytest.mark.parametrize(
    ("data", "line", "part"),
    [
        (b"", None, "is empty"),
        (b"\n# nothing\n", None, "is empty"),
        (b"a\n\xff\xfe", 2, "0xFF isn't UTF-8"),
        (b"a\nb\x00", 2, "control character"),
        ("set a b\n".encode("utf-16"), 1, "isn't UTF-8"),
        (b"\x7fELF", 1, "control character"),
        (b"a {\n" * 2_500_000, 65, "nest deeper"),
        (b"x" * 20_000_001, None, "bigger than 20 MB"),
    ],
)
def test_what_is_no_configuration_is_refused(tmp_path: Path, data: bytes, line: int | None, part: str) -> None:
    file = tmp_path / "config.boot"
    file.write_bytes(data)
    with pytest.raises(LandbridgeError, match=part) as refused:
        load_configuration(file)
    where = refused.value.findings[0].where
    assert where is not None
    assert (where.file, where.line) == (str(file), line)


def test_a_file_that_isnt_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(LandbridgeError, match="can't be read"):
            load_configuration(path)
