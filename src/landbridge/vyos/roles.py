"""The scripts that a pair's gateway runs when its VRRP state changes, to tell whether it is well, and to say and hear words.

They are the same text for every gateway, but for `settings.sh` and `carry.json`. They take prepends off and put them on (docs/vyos.md,
Roles), on a router and in the lab alike. Sources: keepalived.conf(5); https://docs.frrouting.org, `vtysh`; VyOS' `transition-script`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from landbridge.design.model import GatewayPlan, SitePlan

SCRIPTS = "/config/scripts/landbridge"  # where a router has them: VyOS keeps /config over an upgrade of its image

_FILES = {"role.sh": "role.sh", "check.sh": "check.sh", "landbridge-role": "landbridge-role", "carry.py": "carry.txt"}
_SETTINGS = "settings.sh"
_CARRIER = "carry.json"


def role_scripts(site: SitePlan, gateway: GatewayPlan, network: str) -> dict[str, str]:
    """A gateway's scripts by file name; none for a single, which has no role to change."""
    other = next((other for other in site.gateways if other.name != gateway.name), None)
    if other is None:
        return {}
    scripts = {name: _text(file) for name, file in _FILES.items()}
    scripts[_SETTINGS] = _text(_SETTINGS).format(
        self=gateway.name,
        other=other.name,
        asn=gateway.asn,
        vtis=" ".join(f"vti{tunnel.number - 1}" for tunnel in gateway.tunnels),
        neighbors=" ".join(str(tunnel.aws) for tunnel in gateway.tunnels),
    )
    known = {
        "gateway": gateway.name,
        "other": other.name,
        "site": site.name,
        "table": words_table(network),
        "function": heal_function(network),
    }
    scripts[_CARRIER] = json.dumps(known, indent=1) + "\n"
    return scripts


def heal_function(network: str) -> str:
    """The function that heals: one in each account and Region that gateways stand in."""
    return f"{network}-heal"


def words_table(network: str) -> str:
    """The table beside it, which has the last word of each gateway of a pair, and the orders to stand down (`order/<site>`)."""
    return f"{network}-words"


def order_key(site: str) -> str:
    """What a person's order for a site is called in the table; a gateway's word is called as the gateway is."""
    return f"order/{site}"


@cache
def _text(name: str) -> str:
    return (Path(__file__).parent / "templates" / "scripts" / name).read_text(encoding="utf-8")
