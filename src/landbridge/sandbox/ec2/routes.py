"""The state of a VPC's routes: a route to what can't take packets any more is a black hole, and says so."""

from __future__ import annotations

from landbridge.sandbox.ec2.refusing import refused
from landbridge.sandbox.server.foreign import Foreign


def state_of(route: Foreign) -> str:
    """`active`, or `blackhole`: its instance isn't running, its interface is attached to none that is or is gone, its gateway is away."""
    backend = route.route_table.ec2_backend
    interface, instance = route.interface, route.instance
    if instance is not None:
        return "active" if instance.state == "running" else "blackhole"
    if interface is not None:
        held = backend.enis.get(interface.id)
        holder = getattr(held, "instance", None) if held is not None else None
        return "active" if holder is not None and holder.state == "running" else "blackhole"
    vpc = route.route_table.vpc_id
    if route.transit_gateway is not None:
        hub = route.transit_gateway.id
        joined = any(
            one.transit_gateway_id == hub and one.resource_id == vpc and one.state == "available"
            for one in backend.transit_gateway_attachments.values()
        )
        return "active" if joined else "blackhole"
    gateway = route.gateway
    if gateway is not None and gateway.id.startswith("igw-"):
        there = backend.internet_gateways.get(gateway.id)
        return "active" if there is not None and there.vpc is not None and there.vpc.id == vpc else "blackhole"
    return "active"


def install() -> None:
    """Puts it in the place of the emulator's, where every route is active; and a table tells its routes' prefix lists."""
    from moto.ec2.models import EC2Backend
    from moto.ec2.models.route_tables import Route
    from moto.ec2.utils import generate_route_id

    Route.state = property(state_of)  # type: ignore[method-assign,assignment]
    kind: Foreign = EC2Backend
    made = kind.create_route

    def create(self: Foreign, table: str, cidr: str | None, ipv6: str | None = None, prefixes: str | None = None, **to: Foreign) -> Foreign:
        held = self.get_route_table(table)._routes
        number = generate_route_id(table, cidr, ipv6, prefixes)
        if number in held and not to.get("local"):
            raise refused("RouteAlreadyExists", f"The route identified by {prefixes or cidr or ipv6} already exists.")
        route = made(self, table, cidr, ipv6, prefixes, **to)
        if prefixes and route.destination_prefix_list is None:  # which the emulator forgets for a route to an interface
            held.pop(route.id)
            route.destination_prefix_list, route.id = self.managed_prefix_lists.get(prefixes), number
            held[number] = route
        return route

    def plain(self: Foreign, *given: Foreign, **named: Foreign) -> Foreign:
        order = ("route_table_id", "destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id")
        first = {**dict(zip(order, given, strict=False)), **{name: named.pop(name) for name in order if name in named}}
        return create(self, first["route_table_id"], *(first.get(name) for name in order[1:]), **named)

    kind.create_route = plain
