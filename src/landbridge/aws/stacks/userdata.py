"""A gateway's user data as a template has it: the addresses and names that only a deployed cloud knows are references."""

from __future__ import annotations

import hashlib
import re

from landbridge.aws.stacks.edge import BUCKET, address_output
from landbridge.aws.stacks.names import logical
from landbridge.aws.stacks.secrets import secret_output
from landbridge.design import GatewayPlan
from landbridge.findings import LandbridgeError, error
from landbridge.vyos.booting import LARGEST, Bootstrap, Source, user_data

_MARK = re.compile(r"@@([A-Za-z0-9]+)@@")  # nothing that is rendered has it, and no encoding changes it
_ROOM = 130  # the longest that takes a mark's place: a secret's ARN, or the key of a text
_ADDRESS = 15


def text_parameter(gateway: GatewayPlan) -> str:
    return f"{logical(gateway.name)}Text"


def scripts_parameter(gateway: GatewayPlan) -> str:
    return f"{logical(gateway.name)}Scripts"


def outside_parameter(tunnel: str) -> str:
    return f"{logical(tunnel)}Outside"


def user_data_of(gateway: GatewayPlan, text: str, scripts: bytes | None) -> str:
    """The text for `!Sub`; `scripts` is the bundle of a pair's. Raises LandbridgeError (`quota`) if it could get longer than AWS takes
    it."""
    source = _stored(text.encode(), text_parameter(gateway))
    bundled = None if scripts is None else _stored(scripts, scripts_parameter(gateway))
    secrets = {f"psk:{tunnel.name}": _mark(secret_output(tunnel)) for tunnel in gateway.tunnels}
    facts = {f"outside:{tunnel.name}": _mark(outside_parameter(tunnel.name)) for tunnel in gateway.tunnels}
    facts[f"eip:{gateway.name}"] = _mark(address_output(gateway))
    addresses = {*facts.values()}
    data = user_data(gateway.release, text, Bootstrap(source, secrets, facts, bundled))
    room = sum(_ADDRESS if mark[0] in addresses else _ROOM for mark in _MARK.finditer(data.decode(errors="replace")))
    if data[:1] != b"#" or len(data) + room > LARGEST:
        problem = (
            f"the user data of {gateway.name} doesn't leave room for what is filled in at its deployment: AWS takes {LARGEST:,} bytes."
        )
        raise LandbridgeError(error("quota", problem, None, "Give fewer administrators' keys, or shorter ones (ed25519)."))
    return _MARK.sub(r"${\1}", data.decode().replace("${", "${!"))


def _stored(content: bytes, parameter: str) -> Source:
    return Source(hashlib.sha256(content).hexdigest(), bucket=_mark(BUCKET), key=_mark(parameter))


def _mark(parameter: str) -> str:
    return f"@@{parameter}@@"
