"""What is verified: the manifest, every router as it was read, and where each thing stands in the artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network

from landbridge.artifacts import Artifacts, Manifest
from landbridge.artifacts.cloud import Place, overlaid
from landbridge.artifacts.live import Live
from landbridge.artifacts.manifest import Gateway, Vpc
from landbridge.artifacts.store import text_file
from landbridge.findings import LandbridgeError, Where
from landbridge.verify.reading import Text, read_all
from landbridge.vyos import Router


@dataclass(frozen=True, slots=True)
class Places:
    """Where things stand. `folder` is put before the files' names; lines are those of the manifest's records, by name;
    `curly` are the gateways whose text is a config.boot. `stacks` are the places of what the stacks say in the manifest's stead.
    `running` are the gateways whose text is what the router runs: nobody has its lines."""

    folder: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    curly: frozenset[str] = frozenset()
    stacks: Mapping[Place, Where] = field(default_factory=dict)
    running: frozenset[str] = frozenset()

    def router(self, gateway: str, line: int = 0, path: str = "") -> Where:
        """A line of a router's text (0: the text as a whole)."""
        if gateway in self.running:
            return Where(f"{gateway}, as it runs", None, None, path)
        return Where(f"{self.folder}{text_file(gateway, self.curly)}", line or None, None, path)

    def manifest(self, name: str, path: str = "") -> Where:
        """A key below the record of a VPC or gateway: in the manifest, or where a stack says it."""
        key = path.partition(f".{name}.")[2]
        return self.stack(name, key) or Where(f"{self.folder}manifest.yaml", self.lines.get(name), None, path)

    def stack(self, name: str, key: str) -> Where | None:
        """Where a stack says what a key of a record is; None where the manifest does. An item of a list may be asked for."""
        return self.stacks.get((name, key)) or self.stacks.get((name, key.partition("[")[0]))


@dataclass(frozen=True, slots=True)
class Network:
    """One network, as its artifacts say it is; `routers` by the gateway's name. `live` is what of it is otherwise now, where it runs."""

    manifest: Manifest
    routers: Mapping[str, Router]
    places: Places = Places()
    live: Live | None = None

    def vpc_of(self, gateway: Gateway) -> Vpc:
        return self.manifest.vpc(gateway.vpc)


def subnet_of(manifest: Manifest, gateway: Gateway) -> IPv4Network:
    """The subnet that a gateway stands in; where it may stand in several, the first. (As the lab chooses.)"""
    if gateway.subnet is not None:
        return gateway.subnet
    vpc = manifest.vpc(gateway.vpc)
    return next((subnet.cidr for subnet in vpc.subnets if subnet.host), vpc.cidrs[0])


def router_address(manifest: Manifest, gateway: Gateway) -> IPv4Address:
    """The VPC's router in a gateway's subnet: AWS gives it the first address after the network's own."""
    return subnet_of(manifest, gateway)[1]


def network_of(artifacts: Artifacts, places: Places = Places()) -> Network:
    """The network that artifacts describe: where there are stacks, the cloud is as they make it. Raises LandbridgeError with everything in
    them that can't be read."""
    overlay = overlaid(artifacts.manifest, artifacts.stacks, places.folder)
    manifest = overlay.manifest
    places = replace(places, lines=places.lines or artifacts.lines, curly=artifacts.curly, stacks=overlay.places)
    found = read_all([_text(artifacts, gateway, places) for gateway in manifest.gateways])
    findings = [finding for one in found if not isinstance(one, Router) for finding in one]
    if findings:
        raise LandbridgeError(*findings)
    names = [gateway.name for gateway in manifest.gateways]
    return Network(manifest, {name: one for name, one in zip(names, found, strict=True) if isinstance(one, Router)}, places)


def live_network(network: Network, live: Live, routers: Mapping[str, Router]) -> Network:
    """A network as it is now: in the cloud, and on those `routers` that were asked."""
    places = replace(network.places, stacks={**network.places.stacks, **live.places}, running=frozenset(routers))
    return Network(live.manifest, {**network.routers, **routers}, places, live)


def _text(artifacts: Artifacts, gateway: Gateway, places: Places) -> Text:
    """A gateway's text: the placeholder of its VPC's router is filled in, the others stay as they are."""
    router = str(router_address(artifacts.manifest, gateway))
    text = artifacts.routers[gateway.name].replace(f"${{router:{gateway.name}}}", router)
    return Text(text, gateway.release, places.router(gateway.name).file)
