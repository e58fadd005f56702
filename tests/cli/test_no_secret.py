"""A network is planned, rendered, deployed, changed and looked at: no key stands anywhere but where keys are kept.

Where that is: Secrets Manager and the VPN connections, which are AWS' own (the embedded one keeps both in one file of its own).
"""

from __future__ import annotations

import base64
import json
import os
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import pytest
import yaml

from landbridge.sandbox import folder_of, start, stop
from tests.aws.deploying.census import SESSION
from tests.aws.deploying.whole import EAST, NETWORK, WEST, network

PLANTED = {
    "LANDBRIDGE_SSH_PASSWORD": "Planted.Password.For.Routers",
    "AWS_SECRET_ACCESS_KEY": "PlantedSecretAccessKeyOfNobody",
    "AWS_SESSION_TOKEN": "PlantedSessionTokenOfNobody",
}
KEPT = "state.pickle"  # the embedded AWS itself


class Everywhere:
    """All that was written or said, by where it was found."""

    def __init__(self) -> None:
        self.found: dict[str, bytes] = {}

    def add(self, where: str, what: object) -> None:
        """Keep it as bytes; what is packed or encoded is kept unpacked too."""
        text = what if isinstance(what, bytes) else what.encode() if isinstance(what, str) else json.dumps(what, default=str).encode()
        self.found[where] = text
        if is_zipfile(BytesIO(text)):
            with ZipFile(BytesIO(text)) as packed:
                for name in packed.namelist():
                    self.add(f"{where}/{name}", packed.read(name))
        for number, encoded in enumerate(re.findall(rb"[A-Za-z0-9+/]{40,}", text)):
            self.found[f"{where}, decoded {number}"] = base64.b64decode(encoded[: len(encoded) // 4 * 4])

    def holding(self, secret: str) -> list[str]:
        forms = {secret.encode(), base64.b64encode(secret.encode()).rstrip(b"=")}
        return [where for where, what in self.found.items() if any(form in what for form in forms)]


class Processes:
    """The arguments of every process that runs, while it runs."""

    def __init__(self) -> None:
        self.arguments: set[bytes] = set()

    @contextmanager
    def watched(self) -> Iterator[None]:
        ended = threading.Event()
        looking = threading.Thread(target=self._look, args=(ended,))
        looking.start()
        try:
            yield
        finally:
            ended.set()
            looking.join()

    def _look(self, ended: threading.Event) -> None:
        while not ended.wait(0.05):
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.arguments.add(process.read_bytes())
                except OSError:
                    continue


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "work").mkdir()
    yield tmp_path / "work"
    stop(folder_of(NETWORK))


def test_no_key_is_anywhere_but_where_keys_are_kept(folder: Path) -> None:
    everywhere, processes = Everywhere(), Processes()

    def command(*words: str, status: int = 0) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "landbridge", *words],
            cwd=folder,
            env={**os.environ, **PLANTED},
            capture_output=True,
            timeout=120,
            check=False,
        )
        everywhere.add(f"what `{' '.join(words)}` says", done.stdout + done.stderr)
        assert done.returncode == status, done.stderr.decode()

    def write(**more: Any) -> None:  # noqa: ANN401
        (folder / "network.yaml").write_text(yaml.safe_dump({**network(), **more}, sort_keys=False), encoding="utf-8")

    write()
    with processes.watched():
        command("plan", "--sandbox")
        command("deploy", "--sandbox", "--yes", "--json")
        command("render", "--out", "build")
        write(tags={"CostCenter": "net"})
        command("deploy", "--sandbox", "--yes")
        command("status", "--sandbox", "--no-drift", "--json", status=1)  # its tunnels are down: nobody answers them
        command("verify", "--artifacts", "build")
        command("trace", "network.yaml", "singapore-1", "oregon-1")
    everywhere.add("processes' arguments", b"\n".join(processes.arguments))
    sandbox = start(folder_of(NETWORK))
    keys = tunnels_keys(sandbox.endpoint)
    look_at_aws(sandbox.endpoint, everywhere)
    for path in folder.parent.rglob("*"):
        if path.is_file() and not path.name.startswith(KEPT):
            everywhere.add(str(path), path.read_bytes())
    assert "user data of singapore-a" in everywhere.found
    assert len(everywhere.found) > 100
    assert any(key.encode() in path.read_bytes() for key in keys for path in sandbox.folder.glob(f"{KEPT}*")), "it is looked for rightly"
    assert stat.S_IMODE(sandbox.folder.stat().st_mode) == 0o700
    for secret in (*keys, *PLANTED.values()):
        assert everywhere.holding(secret) == []


def client(endpoint: str, service: str, region: str) -> Any:  # noqa: ANN401
    return SESSION.client(service, region, endpoint_url=endpoint, aws_access_key_id="123456789012", aws_secret_access_key="any")


def tunnels_keys(endpoint: str) -> list[str]:
    """The pre-shared keys, from the one place where they are asked for and the one where AWS shows them."""
    secrets = client(endpoint, "secretsmanager", WEST)
    kept = [secrets.get_secret_value(SecretId=one["ARN"])["SecretString"] for one in secrets.list_secrets()["SecretList"]]
    shown = client(endpoint, "ec2", WEST).describe_vpn_connections()["VpnConnections"][0]["CustomerGatewayConfiguration"]
    assert sorted(re.findall("<pre_shared_key>(.*?)</pre_shared_key>", shown)) == sorted(kept)
    assert len(kept) == 2
    assert all(len(key) == 32 for key in kept)
    return kept


def tags_of(one: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in one["Tags"]}


def look_at_aws(endpoint: str, everywhere: Everywhere) -> None:
    """All that AWS shows of what was made, but keys."""
    for region in (WEST, EAST):
        formation = client(endpoint, "cloudformation", region)
        for one in formation.describe_stacks()["Stacks"]:
            name = one["StackName"]
            everywhere.add(f"stack {name}", one)
            everywhere.add(f"template {name}", formation.get_template(StackName=name)["TemplateBody"])
            everywhere.add(f"events {name}", formation.describe_stack_events(StackName=name)["StackEvents"])
            everywhere.add(f"resources {name}", formation.describe_stack_resources(StackName=name)["StackResources"])
        ec2, logs, tables = (client(endpoint, service, region) for service in ("ec2", "logs", "dynamodb"))
        for one in ec2.describe_launch_templates()["LaunchTemplates"]:
            versions = ec2.describe_launch_template_versions(LaunchTemplateId=one["LaunchTemplateId"])["LaunchTemplateVersions"]
            everywhere.add(f"launch template {one['LaunchTemplateName']}", versions)
        for one in (each for reservation in ec2.describe_instances()["Reservations"] for each in reservation["Instances"]):
            data = ec2.describe_instance_attribute(InstanceId=one["InstanceId"], Attribute="userData")["UserData"]["Value"]
            assert b"landbridge" in base64.b64decode(data)
            everywhere.add(f"user data of {tags_of(one)['landbridge:gateway']}", base64.b64decode(data))
        everywhere.add(f"functions {region}", client(endpoint, "lambda", region).list_functions()["Functions"])
        everywhere.add(f"parameters {region}", client(endpoint, "ssm", region).describe_parameters()["Parameters"])
        for group in logs.describe_log_groups()["logGroups"]:
            name = group["logGroupName"]
            everywhere.add(f"log {region} {name}", logs.filter_log_events(logGroupName=name)["events"])
        for name in tables.list_tables()["TableNames"]:
            everywhere.add(f"table {region} {name}", tables.scan(TableName=name)["Items"])
    store = client(endpoint, "s3", WEST)
    for bucket in store.list_buckets()["Buckets"]:
        for one in store.list_objects_v2(Bucket=bucket["Name"]).get("Contents", ()):
            everywhere.add(f"s3 {one['Key']}", store.get_object(Bucket=bucket["Name"], Key=one["Key"])["Body"].read())
