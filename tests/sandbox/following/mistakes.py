"""The mistakes of who makes a network by hand, each made by the API or in a router's text, and mended the same way.

A `with` block is the time between. `cut_off` are the pairs of hosts that must not reach each other meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from tests.sandbox.following.followed import HUB_REGION, Followed, Pairs

PEERS = ("17", "udp", "50", "esp")
FORGOTTEN_S = 1.0  # a flow that rests so long is no longer known; on AWS, three minutes


@dataclass(frozen=True, slots=True)
class Mistake:
    """`down` are the gateways whose tunnels AWS says to be down meanwhile; none: it isn't asked."""

    make: Callable[[Followed], AbstractContextManager[None]]
    cut_off: Callable[[Followed], Pairs]
    down: tuple[str, ...] = ()


@contextmanager
def _check_left_on(network: Followed) -> Iterator[None]:
    gateway = network.gateway("singapore-a")
    ec2 = network.client("ec2", gateway.place.region)
    assert gateway.instance is not None
    ec2.modify_network_interface_attribute(NetworkInterfaceId=gateway.instance.interface, SourceDestCheck={"Value": True})
    yield
    ec2.modify_network_interface_attribute(NetworkInterfaceId=gateway.instance.interface, SourceDestCheck={"Value": False})


@contextmanager
def _route_of_the_hub_forgotten(network: Followed) -> Iterator[None]:
    ec2 = network.client("ec2", HUB_REGION)
    tables = ec2.describe_route_tables(Filters=[{"Name": "tag:landbridge:owner", "Values": ["oregon"]}])["RouteTables"]
    held = [
        (table["RouteTableId"], route["DestinationPrefixListId"], route["TransitGatewayId"])
        for table in tables
        for route in table["Routes"]
        if route.get("TransitGatewayId")
    ]
    assert held
    for table, prefixes, _ in held:
        ec2.delete_route(RouteTableId=table, DestinationPrefixListId=prefixes)
    yield
    for table, prefixes, hub in held:
        ec2.create_route(RouteTableId=table, DestinationPrefixListId=prefixes, TransitGatewayId=hub)


@contextmanager
def _one_prefix_of_a_site_forgotten(network: Followed) -> Iterator[None]:
    """Virginia's VPC is led to all but Singapore's translated prefix."""
    ec2 = network.client("ec2", network.gateway("virginia-a").place.region)
    lists = ec2.describe_managed_prefix_lists(Filters=[{"Name": "tag:landbridge:owner", "Values": ["virginia"]}])["PrefixLists"]
    entry = {"Cidr": "10.0.1.0/24"}
    held = [
        one["PrefixListId"]
        for one in lists
        if any(found["Cidr"] == entry["Cidr"] for found in ec2.get_managed_prefix_list_entries(PrefixListId=one["PrefixListId"])["Entries"])
    ]
    assert len(held) == 1

    def change(**how: object) -> None:
        version = ec2.describe_managed_prefix_lists(PrefixListIds=held)["PrefixLists"][0]["Version"]
        ec2.modify_managed_prefix_list(PrefixListId=held[0], CurrentVersion=version, **how)

    change(RemoveEntries=[entry])
    yield
    change(AddEntries=[entry])


@contextmanager
def _elastic_ip_not_associated(network: Followed) -> Iterator[None]:
    gateway = network.gateway("frankfurt-a")
    ec2 = network.client("ec2", gateway.place.region)
    assert gateway.address is not None
    held = ec2.describe_addresses(AllocationIds=[gateway.address.allocation])["Addresses"][0]
    ec2.disassociate_address(AssociationId=held["AssociationId"])
    yield
    ec2.associate_address(AllocationId=gateway.address.allocation, NetworkInterfaceId=gateway.address.interface)


@contextmanager
def _group_without_the_peers(network: Followed) -> Iterator[None]:
    """Here it is AWS that begins: what a gateway begins itself is answered whatever its group lets in, on AWS as here."""
    gateway = network.gateway("virginia-a")
    ec2, hub = network.client("ec2", gateway.place.region), network.client("ec2", HUB_REGION)
    assert gateway.instance is not None
    described = ec2.describe_network_interfaces(NetworkInterfaceIds=[gateway.instance.interface])["NetworkInterfaces"][0]
    group, vpc = described["Groups"][0]["GroupId"], described["VpcId"]
    rules = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    peers = [rule for rule in rules if rule["IpProtocol"] in PEERS]
    assert peers

    def begins(action: str) -> None:
        for tunnel in gateway.tunnels:
            hub.modify_vpn_tunnel_options(
                VpnConnectionId=gateway.connection,
                VpnTunnelOutsideIpAddress=tunnel.outside,
                TunnelOptions={"StartupAction": action},
            )

    timeouts = [f"/proc/sys/net/netfilter/nf_conntrack_udp_timeout{kind}" for kind in ("", "_stream")]
    before = network.shell(f"vpc-{vpc}", f"cat {' '.join(timeouts)}").split()
    for path in timeouts:
        network.shell(f"vpc-{vpc}", f"echo {FORGOTTEN_S:g} >{path}")
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=peers)
    network.configure(
        "virginia-a", ("connection-type 'initiate'", "connection-type 'respond'"), ("close-action 'start'", "close-action 'none'")
    )
    time.sleep(2 * FORGOTTEN_S)
    begins("start")
    yield
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=peers)
    assert network.bad_becomes(set(), 30) == set(), "AWS asks again, and is let in"
    begins("add")
    network.configure("virginia-a")
    for path, value in zip(timeouts, before, strict=True):
        network.shell(f"vpc-{vpc}", f"echo {value} >{path}")


@contextmanager
def _wrong_local_address(network: Followed) -> Iterator[None]:
    network.configure("singapore-a", ("local-address '${private:singapore-a}'", "local-address '172.88.0.250'"))
    yield
    network.configure("singapore-a")


@contextmanager
def _one_tunnels_source_rule_missing(network: Followed) -> Iterator[None]:
    """The other tunnel has no BGP neighbor, so that all go by this one, whatever the daemons would choose among two."""
    lines = [
        line
        for line in network.rendered.routers["singapore-a"].splitlines()
        if "neighbor 169.254.14.213" in line or "nat source rule 33" in line
    ]
    network.configure("singapore-a", *((f"{line}\n", "") for line in lines))
    yield
    network.configure("singapore-a")


MISTAKES = {
    "the source/destination check is left on": Mistake(_check_left_on, lambda network: network.of("singapore")),
    "the hub's VPC has no route to the sites": Mistake(_route_of_the_hub_forgotten, lambda network: network.of("oregon")),
    "a site's VPC has no route to one translated prefix": Mistake(
        _one_prefix_of_a_site_forgotten, lambda network: network.of("virginia") & network.of("singapore-4")
    ),
    "the Elastic IP is not associated": Mistake(_elastic_ip_not_associated, lambda network: network.of("frankfurt")),
    "the security group lets no peer in": Mistake(_group_without_the_peers, lambda network: network.of("virginia"), ("virginia-a",)),
    "local-address is another private address": Mistake(_wrong_local_address, lambda network: network.of("singapore"), ("singapore-a",)),
    "one tunnel has no source NAT rule": Mistake(
        _one_tunnels_source_rule_missing, lambda network: network.pairs(lambda source, _: source == "singapore-4")
    ),
}
