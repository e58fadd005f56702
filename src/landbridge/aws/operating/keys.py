"""The versions of tunnels' keys in Secrets Manager, and the key that a VPN connection runs on. They are in memory, and nowhere else.

The current version is always the one that is to be run on: a gateway that boots takes it, and CloudFormation too. A label of our own on it
says that this isn't so everywhere yet: who finds it goes on from there.
"""

from __future__ import annotations

import secrets
import string
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from landbridge.aws.calling import Answer, CallError, Cloud, Place
from landbridge.aws.deploying.ground import Ground, place
from landbridge.aws.deploying.pushing import secret_of
from landbridge.aws.stacks.secrets import LENGTH
from landbridge.findings import LandbridgeError, error

Label = Literal["landbridge-pending", "landbridge-returning"]
PENDING: Label = "landbridge-pending"
RETURNING: Label = "landbridge-returning"
CURRENT, FORMER = "AWSCURRENT", "AWSPREVIOUS"
LETTERS = string.ascii_letters


@dataclass(frozen=True, slots=True)
class Key:
    """A version of a tunnel's key. `made` in seconds since 1970, by AWS' clock."""

    version: str
    made: float
    value: str = field(repr=False)


class Keys:
    """The keys of a network's tunnels."""

    def __init__(self, cloud: Cloud, ground: Ground) -> None:
        self._cloud, self._ground = cloud, ground
        self._secrets: dict[str, tuple[Place, str]] = {}

    def label(self, tunnel: str) -> Label | None:
        """How far a change of a tunnel's key has come: a new one, or the former one again, is to be run on; None: nothing is under way."""
        there, arn = self._secret(tunnel)
        stages = self._cloud.call(there, "secretsmanager", "describe_secret", SecretId=arn).get("VersionIdsToStages") or {}
        held = {label for labels in stages.values() for label in labels}
        return RETURNING if RETURNING in held else PENDING if PENDING in held else None

    def current(self, tunnel: str) -> Key:
        """The key that is to be run on."""
        return self._get(tunnel, CURRENT)

    def renew(self, tunnel: str) -> Key:
        """A new key is the current one, and is to be run on from now."""
        return self._put(tunnel, "".join(secrets.choice(LETTERS) for _ in range(LENGTH)), PENDING)

    def give_back(self, tunnel: str) -> Key:
        """The former key is the current one again, and is to be run on from now."""
        return self._put(tunnel, self._get(tunnel, FORMER).value, RETURNING)

    def settle(self, tunnel: str) -> None:
        """The current key is run on everywhere: take our labels off."""
        there, arn = self._secret(tunnel)
        stages = self._cloud.call(there, "secretsmanager", "describe_secret", SecretId=arn).get("VersionIdsToStages") or {}
        for version, labels in stages.items():
            for label in (PENDING, RETURNING):
                if label in labels:
                    self._cloud.call(
                        there,
                        "secretsmanager",
                        "update_secret_version_stage",
                        SecretId=arn,
                        VersionStage=label,
                        RemoveFromVersionId=version,
                    )

    def _put(self, tunnel: str, value: str, label: Label) -> Key:
        there, arn = self._secret(tunnel)
        self._cloud.call(
            there,
            "secretsmanager",
            "put_secret_value",
            SecretId=arn,
            SecretString=value,
            VersionStages=[CURRENT, label],
            ClientRequestToken=str(uuid.uuid4()),  # asked twice, it is one version
        )
        return self._get(tunnel, CURRENT)

    def _get(self, tunnel: str, stage: str) -> Key:
        there, arn = self._secret(tunnel)
        answer = self._cloud.call(there, "secretsmanager", "get_secret_value", SecretId=arn, VersionStage=stage)
        return Key(answer["VersionId"], _when(answer), str(answer["SecretString"]))

    def _secret(self, tunnel: str) -> tuple[Place, str]:
        if tunnel not in self._secrets:
            found = secret_of(self._cloud, self._ground, tunnel)
            if found is None:
                raise LandbridgeError(error("stack", f"no stack has the key of {tunnel}.", None, "Run `landbridge deploy`."))
            self._secrets[tunnel] = found
        return self._secrets[tunnel]


def connection_runs_on(cloud: Cloud, ground: Ground, connection: str, outside: str, key: Key) -> bool:
    """Whether AWS' end of a tunnel has this key, as far as AWS tells."""
    answer = cloud.call(place(ground.anchor), "ec2", "describe_vpn_connections", VpnConnectionIds=[connection])
    for one in answer["VpnConnections"]:
        for tunnel in one.get("Options", {}).get("TunnelOptions") or ():
            if tunnel.get("OutsideIpAddress") == outside:
                return bool(tunnel.get("PreSharedKey") == key.value)
    return False


def give_connection(cloud: Cloud, ground: Ground, connection: str, outside: str, key: Key) -> None:
    """Let AWS' end of a tunnel run on a key; all its other options stay."""
    try:
        cloud.call(
            place(ground.anchor),
            "ec2",
            "modify_vpn_tunnel_options",
            VpnConnectionId=connection,
            VpnTunnelOutsideIpAddress=outside,
            TunnelOptions={"PreSharedKey": key.value},
        )
    except CallError as problem:
        if key.value not in str(problem):
            raise
        message = f"AWS refuses the new key of {connection} ({problem.aws_code})."
        raise LandbridgeError(error("cloud", message, None, "Run the same command again.")) from None


def _when(answer: Answer) -> float:
    made = answer.get("CreatedDate")
    return made.timestamp() if isinstance(made, datetime) else 0.0
