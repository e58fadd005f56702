"""What each machine is made of: the files in its folder, the secrets that go into its memory, and what it runs at boot. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from landbridge.artifacts.manifest import Gateway, Manifest
from landbridge.findings import LandbridgeError, error
from landbridge.lab import endpoint
from landbridge.lab.addressing import Addressing
from landbridge.lab.daemons import frr, netfilter, strongswan
from landbridge.lab.daemons.keepalived import keepalived
from landbridge.lab.fabric import FABRIC_MAC
from landbridge.lab.vti import NO_MERGING, VTI_MTU, decapsulate, vti
from landbridge.vyos.router import Interface, Peer, Router

FIRST_MARK = 1  # VTI n has mark n + 1: a mark of 0 would mean every packet
MODULES = (
    "esp4 ip_vti xfrm_user seqiv cbc ctr gcm ghash-generic authenc hmac iptable_nat iptable_filter iptable_mangle "
    "xt_NETMAP xt_MASQUERADE xt_TCPMSS xt_conntrack xt_multiport xt_tcpudp ipt_REJECT"
)
SCRIPTS = "config/scripts/landbridge"  # a machine's /config is in its folder

# The order is the fastest: charon negotiates while FRR loads. `@ …` lines tell the supervisor how far the machine is. A blank line means
# nothing anywhere (Machine._remind).
BOOT = """modprobe -a {modules}
for f in all default; do echo 0 >/proc/sys/net/ipv4/conf/$f/rp_filter; done
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/ipv4/fib_multipath_hash_policy
$B mkdir /run/frr
export STRONGSWAN_CONF=/host/strongswan.conf
echo '@ booted'
while read -r go; do [ "$go" = go ] && break; done
ip -force -batch /host/links 2>/tmp/links.out || echo "! links: $($B tail -n 2 /tmp/links.out)"
{after_links}
while read -r line; do [ "$line" = . ] && break; echo "$line"; done >/tmp/secrets
{{ echo 'secrets {{'; $B cat /tmp/secrets; echo '}}'; }} >/tmp/secrets.conf
$B rm /tmp/secrets
iptables-legacy-restore </host/filter 2>/tmp/filter.out || echo "! filter: $($B grep -i error /tmp/filter.out)"
echo '@ wired'
while read -r go; do [ "$go" = go ] && break; done
/usr/lib/ipsec/charon >/tmp/charon.out 2>&1 &
while [ ! -S /run/charon.vici ]; do $B usleep 10000; done
/guest/hear first
swanctl --load-all --file /host/swanctl.conf --noprompt >/tmp/swanctl.out 2>&1 || echo "! swanctl: $($B tail -n 1 /tmp/swanctl.out)"
/guest/hear
echo '@ ike'
for d in zebra bgpd staticd; do /usr/lib/frr/$d -d -f /host/$d.conf -A 127.0.0.1 -u root -g root >>/host/frr.out 2>&1; done
if [ -s /host/keepalived.conf ]; then
  export STATE=/host/state
  # What has no session yet is in fault for seconds; a laboratory boots everything at once and needn't begin with that.
  # Nor with chance: when the lab comes up, the first to be master is the one that the VPC's routes lead to.
  (n=0; until grep -q 'ADJCHANGE: .* Up' /host/frr.log || [ $((n += 1)) -gt 100 ]; do usleep 200000; done
  if [ "$LAB_START" = 1 ] && [ {role} = standby ]; then
    until [ -e /host/state/heard ] || [ $((n += 1)) -gt 150 ]; do usleep 200000; done
  fi
  exec keepalived --vrrp --dont-fork --log-console --use-file /host/keepalived.conf >/host/keepalived.log 2>&1) &
fi
echo '@ up'
while read -r job; do
  [ "$job" ] || continue
  ( $B sh /host/jobs/$job >/host/jobs/$job.out 2>/host/jobs/$job.err; s=$?
    echo $s >/host/jobs/$job.status; echo "@ job $job $s" ) &
done
echo o >/proc/sysrq-trigger
$B sleep 9
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A machine: `files` of its folder by name, `secrets` as lines for its console, and the `stages` that its boot script tells."""

    name: str
    files: Mapping[str, str]
    secrets: tuple[str, ...] = field(repr=False)
    stages: tuple[str, ...] = ("booted", "wired", "ike", "up")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a router stands: what it has from its VPC. `neighbours` is who answers for the VPC's router and others in the subnet."""

    private: IPv4Address
    length: int
    router: IPv4Address
    neighbours: tuple[str, ...] = ()


def gateway(router: Router, scripts: Mapping[str, str], facts: Gateway, manifest: Manifest, addressing: Addressing) -> Recipe:
    """A gateway from its router's text, with what its instance has from the cloud: a private address by DHCP and a way out.

    `scripts` are those that the router runs, by file name: they are where VyOS has them.
    """
    place = Place(
        addressing.private[facts.name],
        addressing.subnet[facts.name].prefixlen,
        addressing.router[facts.name],
        tuple(_neighbours(facts, manifest, addressing)),
    )
    files = router_files(router, place)
    files["links"] = "\n".join(["link set lo up", "link set vec0 name eth0", f"link set eth0 up {NO_MERGING}", *leased(router, place)]) + (
        "\n" + files["links"]
    )
    return Recipe(
        facts.name,
        {
            **files,
            **{f"{SCRIPTS}/{name}": text for name, text in scripts.items()},
            "boot": BOOT.format(modules=MODULES, after_links=after_links(router), role=facts.role),
        },
        router_secrets(router),
    )


def leased(router: Router, place: Place) -> list[str]:
    """What DHCP gives a router that asks for it, as lines for `ip -batch`."""
    named = [interface.name for interface in router.interfaces if interface.dhcp and interface.name.startswith(("eth", "lo"))]
    addresses = [f"addr add {place.private}/{place.length} dev {name}" for name in named]
    ways = [f"route add default via {place.router}"] if any(interface.dhcp for interface in router.interfaces) else []
    return [*addresses, *ways]


def router_files(router: Router, place: Place) -> dict[str, str]:
    """The files of a router's daemons and links, but for what DHCP gives it and its keys."""
    links = [
        f"addr add {address} dev {interface.name}"
        for interface in router.interfaces
        if interface.name.startswith(("eth", "lo"))
        for address in interface.addresses
    ]
    links += place.neighbours
    by_name = {interface.name: interface for interface in router.interfaces}
    marks = _marks(router)
    for peer in router.peers:
        links += _gateway_vti(by_name[peer.vti], peer, place.private, marks[peer.vti])
    connections = [strongswan.gateway_connection(peer, marks[peer.vti]) for peer in router.peers]
    return {
        "links": "".join(f"{line}\n" for line in links),
        "filter": netfilter.restore(router),
        "strongswan.conf": strongswan.strongswan(strongswan.GATEWAY_RETRANSMISSION),
        "swanctl.conf": strongswan.swanctl(connections),
        "zebra.conf": frr.zebra(router.host_name),
        "bgpd.conf": frr.gateway_bgp(router),
        "staticd.conf": frr.static(router),
        "keepalived.conf": keepalived(router.vrrp),
    }


def router_secrets(router: Router) -> tuple[str, ...]:
    """A router's keys, as swanctl takes them."""
    return tuple(strongswan.secret(number, peer.secret, *strongswan.identities(peer)) for number, peer in enumerate(router.peers))


def after_links(router: Router) -> str:
    """What a router's kernel is told once its links are there."""
    return decapsulate(_marks(router)) + "\n" + _conntrack(router)


def _marks(router: Router) -> dict[str, int]:
    return {peer.vti: FIRST_MARK + number for number, peer in enumerate(router.peers)}


def hub(manifest: Manifest, addressing: Addressing) -> Recipe:
    """The Transit Gateway, from the manifest alone: a tunnel endpoint a tunnel, BGP with every gateway, its VPC's attachment."""
    link = addressing.hub_link
    links = [
        f"link set {endpoint.INTERNET} up {NO_MERGING}",
        f"addr add {link.far}/30 dev {endpoint.INTERNET}",
        f"route add {addressing.eips} via {link.near}",
    ]
    vpc = next((vpc for vpc in manifest.vpcs if vpc.kind == "hub"), None)
    if vpc is not None:
        attachment = addressing.attachment
        links += [f"link set {endpoint.ATTACHMENT} up {NO_MERGING}", f"addr add {attachment.far}/30 dev {endpoint.ATTACHMENT}"]
        links += [f"route add {cidr} via {attachment.near}" for cidr in vpc.cidrs]
    ends: list[endpoint.End] = []
    for own in manifest.gateways:
        if own.options is None:
            message = f"the manifest doesn't say {own.name}'s `options`, which the hub of a lab is made from"
            raise LandbridgeError(error("lab", message, remedy=f"Write them into the record of {own.name} in manifest.yaml."))
        for tunnel in own.tunnels:
            mark, outside, eip = FIRST_MARK + len(ends), addressing.outside[tunnel.name], addressing.eip[own.name]
            connection = strongswan.hub_connection(tunnel.name, str(outside), str(eip), own.options, mark)
            key = addressing.keys[tunnel.name]
            ends.append(endpoint.End(mark, outside, eip, tunnel.aws, tunnel.gateway, connection, key, own.asn))
    announcing = endpoint.Announcing(manifest.hub.name, manifest.hub.asn, vpc.cidrs if vpc else ())
    boot = BOOT.format(modules=MODULES, after_links=decapsulate(end.device for end in ends), role="active")
    return Recipe(manifest.hub.name, {**endpoint.files(ends, links, announcing), "boot": boot}, endpoint.secrets(ends))


def _neighbours(facts: Gateway, manifest: Manifest, addressing: Addressing) -> list[str]:
    """Who answers for the others in the gateway's subnet: the VPC's router does, for all."""
    subnet = addressing.subnet[facts.name]
    hosts = [own.address for own in manifest.vpc(facts.vpc).subnets if own.cidr == subnet and own.address]
    return [f"neigh add {address} lladdr {FABRIC_MAC} dev eth0 nud permanent" for address in (addressing.router[facts.name], *hosts)]


def _gateway_vti(interface: Interface, peer: Peer, private: IPv4Address, mark: int) -> list[str]:
    address = str(interface.addresses[0]) if interface.addresses else "0.0.0.0/32"
    local = private if peer.local == "any" else IPv4Address(peer.local)
    try:
        remote = IPv4Address(peer.remote)
    except ValueError:
        message = f"the peer {peer.name} ({interface.name}) is at {peer.remote}, and the lab can't look names up"
        raise LandbridgeError(error("lab", message, remedy="Write ${outside:TUNNEL} in its place.")) from None
    return vti(interface.name, mark, local, remote, address, interface.mtu or VTI_MTU)


def _conntrack(router: Router) -> str:
    """A machine has little memory, and its kernel would track few connections by itself."""
    size, buckets = router.conntrack.table_size, router.conntrack.hash_size
    return f"echo {size} >/proc/sys/net/netfilter/nf_conntrack_max\necho {buckets} >/sys/module/nf_conntrack/parameters/hashsize"
