"""A manifest whose facts of the cloud are those of the stacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from landbridge.artifacts.cloud.connections import connected
from landbridge.artifacts.cloud.files import REMEDY, File, files_of, strangers
from landbridge.artifacts.cloud.remotes import Remotes
from landbridge.artifacts.cloud.rules import admitting, refuse_other_rules
from landbridge.artifacts.cloud.template import Template, asn_in, template_of, text_in
from landbridge.artifacts.cloud.tree import MisreadError
from landbridge.artifacts.cloud.vpcs import vpc_of
from landbridge.artifacts.manifest import Gateway, Hub, Manifest, Vpc
from landbridge.artifacts.store import STACKS
from landbridge.findings import Finding, LandbridgeError, Where, error
from landbridge.intent.uncollected import uncollected

Place = tuple[str, str]
"""A key of a hub's, VPC's or gateway's record: its name, and the key."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A manifest, and where in the stacks those of its facts stand that are taken from there."""

    manifest: Manifest
    places: Mapping[Place, Where] = field(default_factory=dict)


def overlaid(manifest: Manifest, stacks: Mapping[str, str], folder: str = "") -> Overlay:
    """The manifest as the stacks have it: `stacks` are templates by file name, `folder` is put before files' names in findings.

    Names, subnets' hosts and global prefixes, roles and releases stay the manifest's. Without stacks it is the manifest. Raises
    LandbridgeError (`syntax`) with every stack that is missing, can't be read, or contradicts the manifest.
    """
    if not stacks:
        return Overlay(manifest)
    missing = list(strangers(manifest, stacks, folder))
    if missing:
        raise LandbridgeError(*missing)
    with uncollected():
        return _Overlaying(manifest, stacks, folder).done()


class _Overlaying:
    def __init__(self, manifest: Manifest, stacks: Mapping[str, str], folder: str) -> None:
        self.manifest, self.stacks, self.folder = manifest, stacks, folder
        self.files = files_of(stacks)
        self.hub = manifest.hub
        self.vpcs = {vpc.name: vpc for vpc in manifest.vpcs}
        self.gateways = {gateway.name: gateway for gateway in manifest.gateways}
        self.homes: dict[str, list[str]] = {}
        for gateway in manifest.gateways:
            self.homes.setdefault(gateway.vpc, []).append(gateway.name)
        self.remotes = Remotes(manifest)
        self.places: dict[Place, Where] = {}
        self.findings: list[Finding] = []

    def done(self) -> Overlay:
        readers: dict[str, Callable[[Template, str], None]] = {
            "hub": self._hub,
            "edge": self._edge,
            "vpn": self._vpn,
            "gateways": self._gateways,
        }
        for file in self.files.values():
            self._read(file, readers[file.kind])
        if self.findings:
            raise LandbridgeError(*self.findings)
        vpcs = tuple(self.vpcs[vpc.name] for vpc in self.manifest.vpcs)
        gateways = tuple(self.gateways[gateway.name] for gateway in self.manifest.gateways)
        return Overlay(replace(self.manifest, hub=self.hub, vpcs=vpcs, gateways=gateways), self.places)

    def _read(self, file: File, reader: Callable[[Template, str], None]) -> None:
        shown = f"{self.folder}{STACKS}/{file.name}"
        try:
            reader(template_of(self.stacks[file.name], shown), file.owner)
        except MisreadError as misread:
            self.findings.append(error("syntax", f"{misread.problem}.", Where(shown, misread.line), REMEDY))

    def _hub(self, template: Template, owner: str) -> None:
        gateways = template.of("EC2::TransitGateway")
        if len(gateways) != 1:
            raise MisreadError(None, f"it has {len(gateways)} Transit Gateways, where one is wanted")
        (gateway,) = gateways
        for key in ("DefaultRouteTableAssociation", "DefaultRouteTablePropagation"):
            if text_in(gateway.properties, key, "enable") != "enable":
                raise MisreadError(gateway.line, f"{key} isn't enable: what the connections announce would reach nobody")
        self.hub = Hub(owner, asn_in(gateway.properties, "AmazonSideAsn"))
        self.places[owner, "asn"] = template.where(gateway)
        if owner in self.vpcs:
            self._vpc(template, self.vpcs[owner])

    def _edge(self, template: Template, owner: str) -> None:
        refuse_other_rules(template)
        for rule in template.of("EC2::SecurityGroupIngress"):
            raise MisreadError(rule.line, f"{rule.name} lets something in: that belongs to the stack `gateways`")
        self._vpc(template, self.vpcs[owner])

    def _vpc(self, template: Template, known: Vpc) -> None:
        self.vpcs[known.name], places = vpc_of(template, known, self.gateways, self.remotes)
        self._placed(known.name, places)

    def _vpn(self, template: Template, owner: str) -> None:
        for name, (found, places) in connected(template, self._of(owner)).items():
            self.gateways[name] = replace(self.gateways[name], asn=found.asn, tunnels=found.tunnels, options=found.options)
            self._placed(name, places)

    def _gateways(self, template: Template, owner: str) -> None:
        for name, (found, places) in admitting(template, self._of(owner)).items():
            self.gateways[name] = replace(self.gateways[name], rules=found.rules)
            self._placed(name, places)

    def _of(self, site: str) -> dict[str, Gateway]:
        return {name: self.gateways[name] for name in self.homes.get(site, ())}

    def _placed(self, name: str, places: Mapping[str, Where]) -> None:
        self.places.update(((name, key), where) for key, where in places.items())
