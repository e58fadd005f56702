"""Bad network files, through the command: each is findings with a line, exit status 2, and never a traceback."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from landbridge.cli import main
from tests.intent.networks import RIGHT, changed, line_of

SITE = "  tokyo:\n    region: ap-northeast-1\n    vpc: {cidrs: [10.9.0.0/16], subnets: [{cidr: 10.9.0.0/24, zone: a}]}\n"
ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g x"
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))


def _with_site(more: str) -> str:
    return changed("admin:", f"{SITE}{more}admin:")


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        pytest.param(changed("network: acme", "network: [acme"), "hubs:", "isn't finished", id="yaml-syntax"),
        pytest.param(changed("  oregon:", "\toregon:"), "\toregon", "a tab", id="yaml-tab"),
        pytest.param(changed("asn: 65200", "ans: 65200"), "ans:", "Did you mean asn?", id="unknown-key"),
        pytest.param(changed("asn: 65200", "asn: many"), "asn: many", "isn't an ASN", id="wrong-type"),
        pytest.param(changed("[10.1.0.0/16]", "5"), "cidrs: 5", "a list belongs", id="scalar-for-list"),
        pytest.param(changed("10.1.1.0/24", "10.1.1.7/24"), "10.1.1.7", "host bits set. Write 10.1.1.0/24", id="host-bits"),
        pytest.param(changed("10.1.1.0/24", "10.1.0.0/25"), "10.1.0.0/25", "10.1.0.0/2", id="overlapping-subnets"),
        pytest.param(changed("10.1.1.0/24", "10.8.1.0/24"), "10.8.1.0", "10.8.1.0/24", id="subnet-outside-its-vpc"),
        pytest.param(
            changed("asn: 65200", "translate: {10.1.0.0/24: 100.64.0.0/25}"), "translate", "length", id="translation-of-another-length"
        ),
        pytest.param(
            _with_site("    translate: {10.9.0.0/24: 10.1.0.0/24}\n"), "translate", "10.1.0.0", id="translation-onto-a-used-range"
        ),
        pytest.param(
            _with_site("").replace("10.9.0.0", "10.1.0.0").replace("admin:", "translation: {pool: 100.64.0.0/30}\nadmin:"),
            "cidr: 10.1.0.0/24",
            "100.64.0.0/30",
            id="pool-exhausted",
        ),
        pytest.param(_with_site("    asn: 65200\n"), "    asn: 65200\nadmin", "65200", id="duplicate-asn"),
        pytest.param(changed("169.254.12.76/30", "169.254.2.0/30"), "tunnels", "169.254.2.0/30", id="inside-range-aws-reserves"),
        pytest.param(changed("169.254.14.212/30", "169.254.12.76/30"), "tunnels", "169.254.12.76/30", id="inside-range-twice"),
        pytest.param(changed("zone: b", "zone: q"), "zone: q", "isn't a zone", id="unknown-zone"),
        pytest.param(changed("asn: 65200", "hub: ohio"), "hub: ohio", "ohio", id="unknown-hub"),
        pytest.param(changed("release: 1.4", "release: 1.9"), "release: 1.9", "isn't a known release", id="unknown-release"),
        pytest.param(changed("sites:", "  ohio: {region: us-east-2}\nsites:"), "  ohio", "hub", id="two-hubs"),
        pytest.param(
            changed("availability: single\n      release: 1.4\n      tunnels: [169.254.12.76/30, 169.254.14.212/30]", "release: 1.1"),
            "  virginia:",
            "1.1",
            id="pair-of-1.1",
        ),
        pytest.param(
            changed("release: 1.4", "release: 1.1").replace("cidrs: [203.0.113.0/24]", f"ssh_keys: [{ED25519}]"),
            "ssh_keys",
            "ssh-ed25519",
            id="ed25519-key-for-1.1",
        ),
        pytest.param(changed("  virginia:", '  "vir\'ginia":'), '"vir', "isn't a name", id="name-with-quote"),
        pytest.param(changed("  virginia:", "  vir ginia:"), "vir ginia", "isn't a name", id="name-with-space"),
        pytest.param(changed("  virginia:", '  "vir\\nginia":'), '"vir', "isn't a name", id="name-with-newline"),
        pytest.param(changed("  virginia:", "  $(reboot):"), "$(", "isn't a name", id="name-with-command"),
        pytest.param(changed("network: acme", "network: $(reboot)"), "network", "isn't a name", id="network-name-with-command"),
        pytest.param(changed("release: 1.4", 'instance_type: "a\\nb"'), "instance_type", "router's shell", id="text-with-newline"),
        pytest.param("", None, "is empty", id="empty"),
        pytest.param(LAUGHS, "a5: &a5", "aliases", id="billion-laughs"),
        pytest.param("a: &a [*a]\n", "a", "stands inside", id="alias-of-itself"),
        pytest.param("[" * 1_000_000, "[", "levels deep", id="deep"),
        pytest.param(RIGHT + "---\n" + RIGHT, "---", "second YAML document", id="two-documents"),
        pytest.param("just text\n", "just", "the top level", id="not-a-mapping"),
        pytest.param(changed("asn: 65200", "asn: 1\n    asn: 2"), "    asn: 2", "written twice", id="key-twice"),
    ],
)
def test_bad_input_is_a_finding_with_its_line_and_exit_status_2(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str, at: str | None, said: str
) -> None:
    file = tmp_path / "network.yaml"
    file.write_text(text)
    began = time.process_time()
    assert main(["plan", str(file)]) == 2
    assert time.process_time() - began < 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "Traceback" not in err
    place = f"{file}:{line_of(text, at)}:" if at else f"{file}: "
    assert [line for line in err.splitlines() if line.startswith(place) and said in line], err


def test_a_50_mb_file_is_refused_without_reading_it_whole(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "network.yaml"
    with file.open("wb") as stream:
        stream.truncate(50_000_000)
    began = time.process_time()
    assert main(["plan", str(file)]) == 2
    assert time.process_time() - began < 1
    assert capfd.readouterr().err == f"{file}: is bigger than 20 MB, which no network file is. Name the right file.\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "network.yaml"
    file.write_text(RIGHT)
    file.chmod(0)
    assert main(["plan", str(file)]) == 2
    assert "Permission denied" in capfd.readouterr().err


def test_a_missing_file_names_init(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plan"]) == 2
    assert capfd.readouterr().err == "network.yaml: there is no such file. Name your network file, or write one with `landbridge init`.\n"


def test_several_errors_are_counted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "network.yaml"
    file.write_text(RIGHT.replace("zone: a", "zone: 1").replace("zone: b", "zone: 2"))
    assert main(["plan", str(file)]) == 2
    assert capfd.readouterr().err.endswith("\n2 errors; nothing was done.\n")
