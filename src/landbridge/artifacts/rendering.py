"""From a design to its artifacts."""

from __future__ import annotations

from landbridge.artifacts.describing import manifest_of
from landbridge.artifacts.store import Artifacts
from landbridge.design import Design, rereleased
from landbridge.vyos import render_gateway, role_scripts


def render(design: Design, release: str | None = None) -> Artifacts:
    """The artifacts of a design; with `release`, of the same design with every gateway of that VyOS release line.

    Raises LandbridgeError (`release`) if that line lacks something that the network asks for.
    """
    if release is not None:
        design = rereleased(design, release)
    routers = {gateway.name: render_gateway(site, gateway, design, gateway.release) for site in design.sites for gateway in site.gateways}
    scripts = {gateway.name: role_scripts(site, gateway) for site in design.sites for gateway in site.gateways if len(site.gateways) > 1}
    return Artifacts(manifest_of(design), routers, scripts)
