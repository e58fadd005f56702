"""A whole router from its config tree, a feature at a time."""

from __future__ import annotations

from landbridge.findings import LandbridgeError
from landbridge.vyos.dialect import dialect_of
from landbridge.vyos.reading.bgp import read_bgp
from landbridge.vyos.reading.firewall import read_firewall
from landbridge.vyos.reading.interfaces import read_interfaces, read_mss_policies
from landbridge.vyos.reading.ipsec import read_ipsec_interfaces, read_peers
from landbridge.vyos.reading.nat import read_nat
from landbridge.vyos.reading.policy import read_prefix_lists, read_route_maps
from landbridge.vyos.reading.secrets import read_secrets
from landbridge.vyos.reading.services import read_services
from landbridge.vyos.reading.statement import Ledger, Statement
from landbridge.vyos.reading.static import read_static
from landbridge.vyos.reading.vrrp import read_vrrp
from landbridge.vyos.router import Conntrack, Router
from landbridge.vyos.tree import Tree

MOST_FINDINGS = 100

# What has by its nature no effect on the packets that pass: it is neither read nor reported as unread.
_WITHOUT_EFFECT = (
    ("system", "login"),
    ("system", "ntp"),
    ("system", "syslog"),
    ("system", "time-zone"),
    ("system", "console"),
    ("system", "config-management"),
    ("system", "package"),
    ("system", "name-server"),
    ("system", "domain-name"),
    ("system", "domain-search"),
    ("system", "conntrack", "expect-table-size"),
    ("service", "ssh"),
    ("service", "https"),
    ("service", "ntp"),
    ("service", "lldp"),
    ("service", "snmp"),
)


# What a router tracks that isn't told: https://docs.vyos.io, `system conntrack`; 1.1's from its own definitions
_CONNTRACK = Conntrack(table_size=262144, hash_size=32768)
_CONNTRACK_1_1 = Conntrack(table_size=32768, hash_size=4096)


def read_router(tree: Tree, release: str, file: str) -> Router:
    """What a configuration of a release line ("1.1" to "1.5") means; `file` is its name in errors.

    Raises LandbridgeError with everything that the router would refuse to commit: values that aren't what they must be, references to
    what isn't there. What it takes but landbridge doesn't build is in `Router.unread`.
    """
    dialect = dialect_of(release)
    ledger = Ledger(file)
    root = Statement(tree, (), ledger)
    for path in _WITHOUT_EFFECT:
        root.ignore(*path)
    if tree.value("system", "conntrack", "tcp", "loose") == "enable":
        root.ignore("system", "conntrack", "tcp", "loose")  # the kernel's own default
    interfaces = read_interfaces(root)
    own = {address.ip for interface in interfaces for address in interface.addresses}
    prefix_lists = read_prefix_lists(root)
    lists = {prefix_list.name for prefix_list in prefix_lists}
    route_maps = read_route_maps(root, dialect, lists)
    chains, bindings = read_firewall(root, dialect)
    system = root.below("system")
    router = Router(
        release=release,
        host_name=(system.text("host-name") if system is not None and system.has("host-name") else None) or "vyos",
        interfaces=interfaces,
        ipsec_interfaces=read_ipsec_interfaces(root, dialect),
        peers=read_peers(root, dialect, interfaces),
        nat=read_nat(root, dialect),
        routes=read_static(root),
        bgp=read_bgp(root, dialect, own, lists, {route_map.name for route_map in route_maps}),
        prefix_lists=prefix_lists,
        route_maps=route_maps,
        chains=chains,
        bindings=bindings,
        mss_policies=read_mss_policies(root),
        conntrack=_read_conntrack(root, release),
        vrrp=read_vrrp(root),
        unread=tuple(root.unread()),
        services=read_services(tree),
        secrets=read_secrets(tree),
    )
    if ledger.findings:
        raise LandbridgeError(*ledger.findings[:MOST_FINDINGS])
    return router


def _read_conntrack(root: Statement, release: str) -> Conntrack:
    default = _CONNTRACK_1_1 if release == "1.1" else _CONNTRACK
    table = root.number("system", "conntrack", "table-size", least=1, most=50_000_000)
    buckets = root.number("system", "conntrack", "hash-size", least=1, most=50_000_000)
    return Conntrack(table or default.table_size, buckets or default.hash_size)
