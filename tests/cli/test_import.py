"""`import`, `import-vpn` and `diff` as their users meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from landbridge.cli import main

SEED = Path("tests/vyos/seed")
DOWNLOAD = "tests/vyos/download/vyatta.txt"


@pytest.fixture
def routers(tmp_path: Path) -> Path:
    """The hand-made gateways as their routers hold them: with addresses and keys."""
    folder = tmp_path / "routers"
    folder.mkdir()
    for number, path in enumerate(sorted(SEED.glob("*.set"))):
        text = path.read_text()
        for tunnel in (1, 2):
            text = text.replace(f"${{outside:{path.stem}-a-{tunnel}}}", f"52.0.{number}.{tunnel}")
            text = text.replace(f"${{psk:{path.stem}-a-{tunnel}}}", f"s3cret.{number}.{tunnel}")
        (folder / path.name).write_text(text.replace(f"${{private:{path.stem}-a}}", f"172.88.{number}.88"))
    return folder


def test_an_imported_network_can_be_planned(routers: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "network.yaml"
    assert main(["import", str(routers), "--out", str(file), "--region", "hub=us-west-2"]) == 0
    out, err = capfd.readouterr()
    assert out == f"Wrote {file}: 3 sites. See to its TODOs, then: landbridge plan {file}\n"
    assert "singapore.set: nothing says where SSH may come from" in err
    assert "s3cret" not in file.read_text()
    assert main(["plan", str(file)]) == 0
    assert main(["import", str(routers), "--out", str(file)]) == 2
    assert "import overwrites nothing" in capfd.readouterr().err


def test_without_out_the_file_alone_is_on_standard_output(routers: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(routers), "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert main(["import", str(routers)]) == 0
    assert (said["file"], said["text"]) == (None, capfd.readouterr().out)


@pytest.mark.parametrize("words", [["--region", "x"], ["--cidr", "singapore=10.0.0.1/8"], ["--cidr", "x=10.0.0.0/8"], ["--hub", "a b"]])
def test_what_is_asked_for_wrongly_is_refused(words: list[str], routers: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(routers), *words]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err


def test_a_download_becomes_commands_with_its_keys_only_if_asked(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["import-vpn", DOWNLOAD, "--private-ip", "10.9.0.10"]) == 0
    out, err = capfd.readouterr()
    assert "pre-shared-secret '${psk:vpn-0a1b2c3d4e5f60718-1}'" in out
    assert "made.up" not in out + err
    assert "note: tests/vyos/download/vyatta.txt:52: `network 0.0.0.0/0` is left out" in err
    assert main(["import-vpn", DOWNLOAD, "--private-ip", "10.9.0.10", "--release", "1.4", "--name", "gw", "--with-keys"]) == 0
    out, err = capfd.readouterr()
    assert "set vpn ipsec authentication psk gw-1 secret made.up_for.tests.1" in out
    assert "warning: the commands hold the tunnels' keys" in err


@pytest.mark.parametrize(
    "words", [["--private-ip", "x"], ["--private-ip", "10.0.0.1", "--name", "a b"], ["--private-ip", "10.0.0.1", "--release", "9"]]
)
def test_a_download_asked_for_wrongly_is_refused(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["import-vpn", DOWNLOAD, *words]) == 2
    assert capfd.readouterr().out == ""


def test_two_files_are_compared(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.set").write_text("set system host-name a\nset vpn x pre-shared-secret hunter2\n")
    (tmp_path / "b.boot").write_text("system {\n    host-name b\n}\nvpn {\n    x {\n        pre-shared-secret hunter3\n    }\n}\n")
    words = ["diff", str(tmp_path / "a.set"), str(tmp_path / "b.boot")]
    assert main(words) == 1
    hidden = ["delete system host-name a", "delete vpn x pre-shared-secret '********'"]
    hidden += ["set system host-name b", "set vpn x pre-shared-secret '********'"]
    assert capfd.readouterr().out.splitlines() == hidden
    assert main([*words, "--json"]) == 1
    assert json.loads(capfd.readouterr().out) == {"differs": True, "commands": hidden}
    assert main([*words, "--with-keys"]) == 1
    assert "hunter3" in capfd.readouterr().out
    assert main(["diff", words[1], words[1]]) == 0
    assert capfd.readouterr().out == ""


def test_a_router_is_compared_with_what_would_be_rendered_for_it(routers: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = routers / "singapore.set"
    file.write_text(file.read_text() + "set interfaces ethernet eth1 address 192.0.2.1/24\nset system login user auditor full-name x\n")
    assert main(["diff", str(file), "examples/four-regions.yaml", "--gateway", "singapore-a"]) == 1
    out, err = capfd.readouterr()
    assert "s3cret" not in out
    assert "delete" not in out
    assert "singapore.set doesn't tell eip:singapore-a: fill them in" in err
    assert "set firewall group address-group AWS-VPN address 52.0.1.1\n" in out
    assert "set vpn ipsec site-to-site peer 52.0.1.1 authentication remote-id 52.0.1.1\n" in out
    assert "${outside" not in out


def test_a_gateway_that_isnt_there_and_a_router_of_another_release_are_refused(routers: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = str(routers / "singapore.set")
    assert main(["diff", file, "examples/four-regions.yaml", "--gateway", "atlantis-a"]) == 2
    assert "has no gateway 'atlantis-a'. It has frankfurt-a" in capfd.readouterr().err.replace("singapore-a, virginia-a, ", "")
    assert main(["diff", file, "examples/acquisition.yaml", "--gateway", "tokyo-a"]) == 2
    assert "is written for release 1.1" in capfd.readouterr().err


def test_what_is_in_the_way_is_an_error_with_its_line(routers: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = routers / "frankfurt.set"
    file.write_text(
        "set nat source rule 32 outbound-interface eth0\nset nat source rule 32 translation address masquerade\n" + file.read_text()
    )
    assert main(["diff", str(file), str(SEED / "singapore.set"), "--owned"]) == 2
    assert f"{file}:1: " in capfd.readouterr().err
