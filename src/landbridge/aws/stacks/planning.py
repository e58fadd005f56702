"""From a design to the stacks that make it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import Template

from landbridge.aws.model import Kind, Source, StackPlan, Subnet
from landbridge.aws.stacks.base import base_template
from landbridge.aws.stacks.edge import edge_parameters, edge_template
from landbridge.aws.stacks.gateways import gateways_parameters, gateways_template
from landbridge.aws.stacks.heal import heal_stack
from landbridge.aws.stacks.hub import hub_parameters, hub_template
from landbridge.aws.stacks.layout import Layout, Place, layout_of
from landbridge.aws.stacks.names import Labels
from landbridge.aws.stacks.template import template_text
from landbridge.aws.stacks.vpn import vpn_parameters, vpn_template
from landbridge.design import Design, HubPlan, SitePlan


def stack_plans(design: Design, texts: Mapping[str, str]) -> tuple[StackPlan, ...]:
    """The stacks of a design, in an order in which they can be made; `texts` are the routers' texts by gateway.

    Raises LandbridgeError with everything that can't be deployed.
    """
    layout = layout_of(design)
    return (
        *_shared(design, layout),
        _hub(design, layout),
        *(plan for site in design.sites for plan in _site(design, site, layout, dict(texts))),
    )


def _shared(design: Design, layout: Layout) -> Iterator[StackPlan]:
    """What an account and Region share: each place once. Where gateways stand, there is one who heals them."""
    for place in layout.places:
        template = base_template(design.network, _labels(design, None, "base"))
        yield _plan(layout.base(place), "base", place.account.alias, place, template, {})
    for place in dict.fromkeys(layout.sites.values()):
        yield heal_stack(
            design.network,
            place.account,
            place.region,
            name=layout.heal(place),
            base=layout.base(place),
            own=design.tags,
            hub_region=layout.hub.region if place.account == layout.hub.account else None,
        )


def _hub(design: Design, layout: Layout) -> StackPlan:
    template = hub_template(design, layout, _labels(design, design.hub.name, "hub"))
    after = [layout.base(layout.hub)]
    return _plan(layout.hub_stack(), "hub", design.hub.name, layout.hub, template, hub_parameters(design.hub), after, _joined(design.hub))


def _site(design: Design, site: SitePlan, layout: Layout, texts: dict[str, str]) -> Iterator[StackPlan]:
    name, place = site.name, layout.sites[site.name]
    template = edge_template(design, site, layout, _labels(design, name, "edge"))
    yield _plan(layout.edge(name), "edge", name, place, template, edge_parameters(site, layout), joined=_joined(site))
    template = vpn_template(design, site, layout, _labels(design, name, "vpn"))
    yield _plan(layout.vpn(name), "vpn", name, layout.hub, template, vpn_parameters(site, layout), [layout.base(layout.hub)])
    template = gateways_template(design, site, _labels(design, name, "gateways"), texts)
    after = [layout.heal(place)]  # before any gateway: no launch may be missed
    yield _plan(layout.gateways(name), "gateways", name, place, template, gateways_parameters(site, layout, texts), after)


def _labels(design: Design, owner: str | None, kind: Kind) -> Labels:
    return Labels(design.network, owner, kind, design.tags)


def _plan(
    name: str,
    kind: Kind,
    owner: str,
    place: Place,
    template: Template,
    parameters: Mapping[str, Source],
    after: Iterable[str] = (),
    joined: tuple[Subnet, ...] = (),
) -> StackPlan:
    return StackPlan(name, kind, owner, place.account, place.region, template_text(template), parameters, tuple(after), joined)


def _joined(plan: HubPlan | SitePlan) -> tuple[Subnet, ...]:
    """The subnets of an existing VPC that are part of the network."""
    vpc = plan.vpc_id
    return () if vpc is None else tuple(Subnet(vpc, str(subnet.local)) for subnet in plan.subnets if not subnet.private)
