"""Booting a gateway: user data without a secret, and the script that fetches the rest with the instance's own role."""

from __future__ import annotations

import ast
import datetime
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.vyos.delivery import fake_aws

from landbridge.findings import LandbridgeError
from landbridge.vyos.booting import BOOTSTRAP, Bootstrap, Source, bootstrap_scripts, bundle, user_data

TEXT = """\
set system host-name 'singapore-a'
set interfaces ethernet eth0 address 'dhcp'
set interfaces ethernet eth0 firewall local name 'ETH0-LOCAL'
set service ssh disable-password-authentication
set system login user vyos authentication public-keys admin key 'AAAAB3Nza'
set vpn ipsec authentication psk t-1 secret '${psk:t-1}'
set vpn ipsec site-to-site peer t-1 remote-address '${outside:t-1}'
set vpn ipsec site-to-site peer t-1 local-address '${private:singapore-a}'
set vpn ipsec site-to-site peer t-1 authentication local-id '${eip:singapore-a}'
set protocols static route 172.88.1.0/24 next-hop '${router:singapore-a}'
"""
KEY = "theKey.of_Tunnel1"
# cloud-init's pattern in VyOS' images
CLOUD_LINE = re.compile(r"^(set|delete) [^']+?( '[^']*')*$")


def bootstrap(text: str = TEXT, **source: str) -> Bootstrap:
    where = Source(hashlib.sha256(text.encode()).hexdigest(), **(source or {"bucket": "acme-config", "key": "singapore-a/1.set"}))
    return Bootstrap(where, {"psk:t-1": "acme/singapore-a-1"}, {"outside:t-1": "52.0.0.1"})


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def aws() -> Iterator[fake_aws.FakeAws]:
    with fake_aws.serving() as aws:
        aws.objects["/acme-config/singapore-a/1.set"] = TEXT.encode()
        aws.secrets["acme/singapore-a-1"] = KEY
        yield aws


def older() -> str | None:
    """The oldest Python that is at hand beside ours."""
    for version in ("3.4", "3.5", "3.6", "3.7", "3.8", "3.9"):
        found = shutil.which(f"python{version}")
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    return None


@pytest.fixture(params=["this", "older"])
def run(request: pytest.FixtureRequest, tmp_path: Path, aws: fake_aws.FakeAws) -> Run:
    """The script, with a shell that keeps what it is given in place of VyOS'."""
    python = sys.executable if request.param == "this" else older()
    if python is None:
        pytest.skip("no older Python here")

    def running(boot: Bootstrap, says: str = "", **more: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401
        for name, content in bootstrap_scripts(boot).items():
            (tmp_path / name).write_text(content)
        shell = tmp_path / "shell"
        shell.write_text(
            f'#!/bin/sh\ncat "${{1#/bin/vbash }}" >>{tmp_path}/ran\nstat -c %a "${{1#/bin/vbash }}" >{tmp_path}/mode\necho "{says}"\n'
        )
        shell.chmod(0o755)
        settings = json.loads((tmp_path / "settings.json").read_text())
        settings["endpoints"] = {"imds": aws.url, "s3": aws.url, "ssm": aws.url, "secretsmanager": aws.url}
        settings.update({"state": str(tmp_path / "state"), "apply": [str(shell)], "pause": 0.01, "attempts": 4, **more})
        (tmp_path / "settings.json").write_text(json.dumps(settings))
        return subprocess.run(
            [python, tmp_path / BOOTSTRAP], capture_output=True, text=True, timeout=30, check=False, env={"PATH": os.environ["PATH"]}
        )

    return running


def test_the_configuration_is_fetched_filled_in_and_applied_once(run: Run, tmp_path: Path, aws: fake_aws.FakeAws) -> None:
    done = run(bootstrap())
    assert done.returncode == 0, done.stderr
    assert not aws.wrong
    ran = (tmp_path / "ran").read_text()
    for wanted in (
        f"secret '{KEY}'",
        "remote-address '52.0.0.1'",
        "local-address '172.88.0.5'",
        "local-id '198.51.100.7'",
        "next-hop '172.88.0.1'",
    ):
        assert wanted in ran
    assert ran.startswith("source /opt/vyatta/etc/functions/script-template\nconfigure\nset system host-name 'singapore-a'\n")
    assert ran.endswith("commit\nexit\n")
    assert (tmp_path / "mode").read_text() == "600\n"
    assert "already" in run(bootstrap()).stderr
    assert (tmp_path / "ran").read_text() == ran
    assert KEY not in done.stdout + done.stderr
    assert not [path for path in (tmp_path / "state").iterdir() if KEY in path.read_text()]


def test_what_is_not_there_yet_is_tried_again(run: Run, aws: fake_aws.FakeAws) -> None:
    aws.failures = 3
    done = run(bootstrap())
    assert done.returncode == 0
    assert done.stderr.count("answers 503") == 3


def test_a_parameter_and_a_secret_as_json_do_as_well(run: Run, tmp_path: Path, aws: fake_aws.FakeAws) -> None:
    aws.parameters["/acme/singapore-a"] = TEXT
    aws.secrets["acme/singapore-a-1"] = json.dumps({"psk": KEY})
    assert run(bootstrap(parameter="/acme/singapore-a")).returncode == 0
    assert KEY in (tmp_path / "ran").read_text()


def test_a_key_in_another_region_is_asked_for_there(run: Run, tmp_path: Path, aws: fake_aws.FakeAws) -> None:
    arn = "arn:aws:secretsmanager:us-west-2:123456789012:secret:acme/singapore-a-1/x-AbCdEf"
    aws.secrets[arn] = KEY
    done = run(replace(bootstrap(), secrets={"psk:t-1": arn}))
    assert done.returncode == 0, done.stderr
    assert not aws.wrong
    assert KEY in (tmp_path / "ran").read_text()


def test_another_configuration_than_the_one_meant_is_not_applied(run: Run, tmp_path: Path, aws: fake_aws.FakeAws) -> None:
    aws.objects["/acme-config/singapore-a/1.set"] += b"set system login user evil\n"
    done = run(bootstrap())
    assert done.returncode == 1
    assert "isn't the one that was meant" in done.stderr
    assert not (tmp_path / "ran").exists()


SCRIPTS = {
    "role.sh": "#!/bin/sh\n# clear … soft out\n",
    "landbridge-role": "#!/bin/sh\n",
    "carry.py": "import os, sys\nopen(os.path.join(os.path.dirname(sys.argv[0]), 'carried'), 'w').write(open('{ran}').read())\n",
}


def paired(tmp_path: Path, aws: fake_aws.FakeAws) -> Bootstrap:
    """A bootstrap with scripts: the carrier keeps what had been applied when it was started."""
    held = bundle({name: text.replace("{ran}", str(tmp_path / "ran")) for name, text in SCRIPTS.items()})
    aws.objects["/acme-config/singapore-a/2.json"] = held
    return replace(bootstrap(), scripts=Source(hashlib.sha256(held).hexdigest(), bucket="acme-config", key="singapore-a/2.json"))


def test_a_pairs_scripts_are_there_before_its_configuration_and_its_carrier_runs_after(
    run: Run, tmp_path: Path, aws: fake_aws.FakeAws
) -> None:
    looking = f"$(stat -c %a {tmp_path}/role.sh {tmp_path}/../commit/post-hooks.d/landbridge-role | tee {tmp_path}/there)"
    done = run(paired(tmp_path, aws), says=looking)
    assert done.returncode == 0, done.stderr
    assert not aws.wrong
    assert (tmp_path / "there").read_text() == "755\n755\n"
    assert (tmp_path / "role.sh").read_text() == SCRIPTS["role.sh"]
    assert "set system host-name" in (tmp_path / "carried").read_text()
    (tmp_path / "carried").unlink()
    assert "already" in run(paired(tmp_path, aws)).stderr
    assert (tmp_path / "carried").exists()


def test_other_scripts_than_those_meant_are_not_put_in_place_and_nothing_is_applied(
    run: Run, tmp_path: Path, aws: fake_aws.FakeAws
) -> None:
    boot = paired(tmp_path, aws)
    aws.objects["/acme-config/singapore-a/2.json"] += b" "
    done = run(boot)
    assert done.returncode == 1
    assert "scripts isn't the one that was meant" in done.stderr
    assert not (tmp_path / "role.sh").exists()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("key", ["it's'", "two words", "${psk:x}", "`id`", ""])
def test_a_key_that_could_be_more_than_a_word_is_refused_and_not_shown(run: Run, tmp_path: Path, aws: fake_aws.FakeAws, key: str) -> None:
    aws.secrets["acme/singapore-a-1"] = key
    done = run(bootstrap())
    assert done.returncode == 1
    assert "no usable value for psk:t-1" in done.stderr
    assert not key or key not in done.stderr.replace("psk:t-1", "")
    assert not (tmp_path / "ran").exists()


def test_a_refused_commit_is_tried_again_and_its_words_are_not_logged(run: Run, tmp_path: Path) -> None:
    done = run(bootstrap(), says=f"[[vpn]] failed near {KEY}")
    assert done.returncode == 1
    assert "refuses the configuration" in done.stderr
    assert KEY not in done.stderr
    assert not (tmp_path / "state" / "applied").exists()


def test_the_script_is_python_3_4() -> None:
    script = bootstrap_scripts(bootstrap())[BOOTSTRAP]
    tree = ast.parse(script, feature_version=(3, 4))
    assert not [node for node in ast.walk(tree) if isinstance(node, (ast.JoinedStr, ast.AnnAssign))]
    assert "subprocess.run(" not in script  # of 3.5
    names: dict[str, Any] = {"__name__": "bootstrap", "__file__": "bootstrap.py"}
    exec(compile(tree, "bootstrap.py", "exec"), names)
    # AWS' own example of a signature, "get-vanilla" of its test suite
    now = datetime.datetime(2015, 8, 30, 12, 36)
    credentials = {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
    made = names["signed"]("GET", "https://example.amazonaws.com/", {}, b"", credentials, "us-east-1", "service", now)
    assert made["authorization"].endswith("Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")


@pytest.mark.parametrize(("release", "start"), [("1.2", "vyatta-"), ("1.3", "vyatta-"), ("1.4", "vyos-"), ("1.5", "vyos-")])
def test_user_data_is_small_and_holds_no_placeholder_among_its_commands(release: str, start: str) -> None:
    data = user_data(release, TEXT, bootstrap())
    assert len(data) <= 16 * 1024
    cloud = yaml.safe_load(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)
    assert set(cloud) == {"vyos_config_commands", "write_files"}
    assert cloud["vyos_config_commands"] == [TEXT.splitlines()[0], TEXT.splitlines()[1], *TEXT.splitlines()[3:5]]
    assert all(CLOUD_LINE.match(line) for line in cloud["vyos_config_commands"])
    paths = [file["path"].rsplit("/", 1)[1] for file in cloud["write_files"]]
    assert paths == ["bootstrap.py", "settings.json", f"{start}postconfig-bootup.script"]


def test_user_data_too_long_is_compressed_and_then_refused() -> None:
    many = "".join(f"set system login user vyos authentication public-keys k{n} type 'ssh-rsa'\n" for n in range(200))
    assert user_data("1.4", TEXT + many, bootstrap()).startswith(b"\x1f\x8b")
    noise = "".join(
        f"set system login user vyos authentication public-keys k{n} key '{hashlib.sha512(b'%d' % n).hexdigest()}'\n" for n in range(300)
    )
    with pytest.raises(LandbridgeError, match="16,384"):
        user_data("1.4", TEXT + noise, bootstrap())
    with pytest.raises(LandbridgeError, match="no user data"):
        user_data("1.1", TEXT, bootstrap())
