"""From a design to its artifacts."""

from __future__ import annotations

from landbridge.artifacts.describing import manifest_of
from landbridge.artifacts.encoding import manifest_lines
from landbridge.artifacts.stamp import stamped
from landbridge.artifacts.store import Artifacts
from landbridge.design import Design, GatewayPlan, SitePlan, rereleased
from landbridge.vyos import render_gateway, role_scripts
from landbridge.vyos.booting import bootstrap_script


def render(design: Design, release: str | None = None) -> Artifacts:
    """The artifacts of a design; with `release`, of the same design with every gateway of that VyOS release line.

    Raises LandbridgeError (`release`) if that line lacks something that the network asks for.
    """
    if release is not None:
        design = rereleased(design, release)
    routers = {
        gateway.name: stamped(render_gateway(site, gateway, design, gateway.release)) for site in design.sites for gateway in site.gateways
    }
    scripts = {gateway.name: _scripts(site, gateway, design.network) for site in design.sites for gateway in site.gateways}
    manifest = manifest_of(design, routers)
    return Artifacts(manifest, routers, {name: files for name, files in scripts.items() if files}, manifest_lines(manifest))


def _scripts(site: SitePlan, gateway: GatewayPlan, network: str) -> dict[str, str]:
    """What a gateway runs: a pair's role scripts, and the bootstrap, but for 1.1, which has no Python and reads no user data."""
    return {**role_scripts(site, gateway, network), **(bootstrap_script() if gateway.release != "1.1" else {})}
