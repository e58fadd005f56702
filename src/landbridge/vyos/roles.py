"""The scripts that a pair's gateway runs when its VRRP state changes, and to tell whether it is well.

They are the same text for every gateway, but for `settings.sh`. They take prepends off and put them on (docs/vyos.md, Roles), on a
router and in the lab alike. Sources: keepalived.conf(5); https://docs.frrouting.org, `vtysh`; VyOS' `transition-script`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from landbridge.design.model import GatewayPlan, SitePlan

SCRIPTS = "/config/scripts/landbridge"  # where a router has them: VyOS keeps /config over an upgrade of its image

_FILES = ("role.sh", "check.sh", "landbridge-role")
_SETTINGS = "settings.sh"


def role_scripts(site: SitePlan, gateway: GatewayPlan) -> dict[str, str]:
    """A gateway's scripts by file name; none for a single, which has no role to change."""
    other = next((other for other in site.gateways if other.name != gateway.name), None)
    if other is None:
        return {}
    scripts = {name: _text(name) for name in _FILES}
    scripts[_SETTINGS] = _text(_SETTINGS).format(
        self=gateway.name,
        other=other.name,
        asn=gateway.asn,
        vtis=" ".join(f"vti{tunnel.number - 1}" for tunnel in gateway.tunnels),
        neighbors=" ".join(str(tunnel.aws) for tunnel in gateway.tunnels),
    )
    return scripts


@cache
def _text(name: str) -> str:
    return (Path(__file__).parent / "templates" / "scripts" / name).read_text(encoding="utf-8")
