"""What a router says of itself: answers to `show …`, as text of any release or as JSON, made into one typed status."""

from landbridge.vyos.asking.bgp import summary, summary_json
from landbridge.vyos.asking.ike import ike_sas
from landbridge.vyos.asking.ipsec import child_sas, child_sas_json
from landbridge.vyos.asking.model import ChildSa, IkeSa, LearnedRoute, Neighbor, TunnelEnds, TunnelStatus, tunnel_status
from landbridge.vyos.asking.routes import bgp_routes, bgp_routes_json
from landbridge.vyos.asking.swanctl import swanctl_sas

__all__ = [
    "ChildSa",
    "IkeSa",
    "LearnedRoute",
    "Neighbor",
    "TunnelEnds",
    "TunnelStatus",
    "bgp_routes",
    "bgp_routes_json",
    "child_sas",
    "child_sas_json",
    "ike_sas",
    "summary",
    "summary_json",
    "swanctl_sas",
    "tunnel_status",
]
