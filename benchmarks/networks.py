"""Generated networks of any size: for landbridge, and the same shape for netlab."""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from typing import Any

import yaml

SPACE = IPv4Network("10.0.0.0/8")  # a /21 a site
REGIONS = ("eu-west-1", "us-east-1", "ap-southeast-1", "sa-east-1", "eu-central-1", "ap-northeast-1")
SHARING = 13  # every 13th site has the address space of the one before it: with both, 15% of sites and of subnets overlap
FEWER_SHARING = 40  # so 5% of them do


def landbridge_network(sites: int, sharing: int = SHARING) -> str:
    """A network file of singles, each with a /21, two /24 subnets in two zones."""
    ranges = list(SPACE.subnets(new_prefix=21))
    return yaml.dump(
        {
            "version": 1,
            "network": "bench",
            "hubs": {"hub": {"region": "us-west-2", "vpc": _vpc(IPv4Network("172.16.0.0/21"))}},
            "defaults": {"gateway": {"availability": "single", "release": "1.4"}},
            "sites": {
                f"site-{at:04}": {"region": REGIONS[at % len(REGIONS)], "vpc": _vpc(ranges[at - (at % sharing == sharing - 1)])}
                for at in range(sites)
            },
            "admin": {"cidrs": ["203.0.113.0/24"], "ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 43]},
        },
        Dumper=yaml.CSafeDumper,
        sort_keys=False,
    )


def netlab_topology(nodes: int) -> str:
    """A hub and VyOS nodes around it, each with BGP to the hub over two links, and two stub networks: what a site of ours has.

    The provider is `external`: files are made, nothing is started. JSON is YAML.
    """
    names = [f"s{at}" for at in range(nodes)]
    topology: dict[str, Any] = {
        "provider": "external",
        "defaults": {"device": "vyos"},
        "module": ["bgp"],
        "nodes": {"hub": {"bgp": {"as": 64512}}, **{name: {"bgp": {"as": 65000 + at}} for at, name in enumerate(names)}},
        "links": [link for name in names for link in (f"hub-{name}", f"hub-{name}", name, name)],
    }
    return json.dumps(topology)


def _vpc(cidr: IPv4Network) -> dict[str, Any]:
    subnets = list(cidr.subnets(new_prefix=24))
    return {"cidrs": [str(cidr)], "subnets": [{"cidr": str(subnets[0]), "zone": "a"}, {"cidr": str(subnets[1]), "zone": "b"}]}
