"""A download as the commands that make a gateway of it: corrected the way it has to be by hand, in the words of any release line."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.findings import LandbridgeError, error
from landbridge.vyos.download.facts import Download, Tunnel
from landbridge.vyos.text import quote

if TYPE_CHECKING:
    from jinja2 import Environment

RELEASES = ("1.1", "1.2", "1.3", "1.4", "1.5")
MTU = 1436  # as AWS' own text has it

_TEMPLATES = Path(__file__).parent / "templates"
_LEAST_DPD = {"1.1": (15, 30)}  # of the interval and the timeout


def commands_of(download: Download, private: IPv4Address, release: str, name: str, with_keys: bool = False) -> str:
    """The `set` commands of a gateway with this connection's tunnels; `private` is its own address, `name` what its tunnels are named by.

    Keys stand as placeholders (`${psk:NAME-1}`) unless they are asked for. Raises LandbridgeError (code "release") for a release that isn't
    known or lacks an algorithm.
    """
    if release not in RELEASES:
        raise LandbridgeError(error("release", f"there is no release {release[:20]!r}.", remedy=f"Take one of {', '.join(RELEASES)}."))
    first = download.tunnels[0]
    differing = [tunnel.number for tunnel in download.tunnels if (tunnel.ike, tunnel.esp) != (first.ike, first.esp)]
    if differing:
        message = (
            f"tunnel {differing[0]} has other algorithms or lifetimes than tunnel {first.number}; one IKE and one ESP group serve both."
        )
        raise LandbridgeError(error("release", message, remedy="Give both tunnels the same options, then download it again."))
    gcm = [cipher for cipher in (first.ike.encryption, first.esp.encryption) if "gcm" in cipher]
    if release == "1.1" and gcm:
        remedy = "Take a later release, or set the tunnels' options to AES128 or AES256."
        raise LandbridgeError(error("release", f"VyOS 1.1 has no {gcm[0]}.", remedy=remedy))
    interval, timeout = _LEAST_DPD.get(release, (2, 2))
    words = {
        "release": release,
        "first": first,
        "pfs": "enable" if first.esp.dh in (None, first.ike.dh) else f"dh-group{first.esp.dh}",
        "dpd_interval": max(interval, first.dpd_interval),
        "dpd_timeout": max(timeout, first.dpd_timeout),
        "tunnels": [_view(tunnel, name, with_keys) for tunnel in download.tunnels],
        "private": str(private),
        "customer": str(download.customer),
        "mtu": MTU,
    }
    template = "named" if release in ("1.4", "1.5") else "addressed"
    return _environment().get_template(f"{template}.j2").render(words)


def _view(tunnel: Tunnel, name: str, with_keys: bool) -> dict[str, object]:
    own = f"{name}-{tunnel.number}"
    return {
        "name": own,
        "number": tunnel.number,
        "vti": f"vti{tunnel.number - 1}",
        "outside": str(tunnel.outside),
        "inside": f"{tunnel.gateway}/{tunnel.inside.prefixlen}",
        "neighbor": str(tunnel.aws),
        "key": tunnel.key if with_keys else f"${{psk:{own}}}",
        "asn": tunnel.asn,
        "aws_asn": tunnel.aws_asn,
        "holdtime": tunnel.holdtime,
        "keepalive": (tunnel.holdtime or 30) // 3,
    }


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(  # not for a browser: every value is quoted for a router's shell instead
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        finalize=lambda value: quote(value) if isinstance(value, str) else value,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
