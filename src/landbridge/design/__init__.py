"""A network with every choice made: translations, ASNs, inside addresses, tunnels, routes, security rules; and the lock.

Pure: no cloud is asked and no file touched. `design(document, lock)` makes a `Design`; `Design.lock` is the lock to write back.
"""

from landbridge.design.designing import design
from landbridge.design.lists import list_sizes
from landbridge.design.lock import Held, Lock, forget
from landbridge.design.model import (
    Design,
    GatewayPlan,
    HubPlan,
    Overlap,
    Reach,
    SecurityRule,
    SitePlan,
    SubnetPlan,
    Translation,
    TunnelPlan,
    VpnOptions,
)
from landbridge.design.quotas import Quota, quotas_of
from landbridge.design.release import rereleased

__all__ = [
    "Design",
    "GatewayPlan",
    "Held",
    "HubPlan",
    "Lock",
    "Overlap",
    "Quota",
    "Reach",
    "SecurityRule",
    "SitePlan",
    "SubnetPlan",
    "Translation",
    "TunnelPlan",
    "VpnOptions",
    "design",
    "forget",
    "list_sizes",
    "quotas_of",
    "rereleased",
]
