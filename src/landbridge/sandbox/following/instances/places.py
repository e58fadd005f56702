"""Where instances find what isn't another instance: addresses that no network here uses."""

from __future__ import annotations

from ipaddress import IPv4Address

AWS_API = IPv4Address("192.0.2.10")  # RFC 5737; on the lab's Internet, port 80
METADATA = IPv4Address("169.254.169.254")  # in each VPC
ROUTER_PORT = 8179  # beside the metadata service: what stands in a machine for VyOS' own shell asks here (lab/guest/router)
