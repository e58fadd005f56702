"""What only a deployed cloud knows of a network: instances, addresses, tunnels, routes. Never a secret.

`read` asks; all that it gives back is frozen, and what isn't there is a value too.
"""

from landbridge.aws.facts.model import (
    Address,
    Alarm,
    Facts,
    Gateway,
    Hub,
    Instance,
    Learnt,
    LetIn,
    Lists,
    Route,
    Subnet,
    Table,
    Tunnel,
)
from landbridge.aws.facts.reading import read

__all__ = [
    "Address",
    "Alarm",
    "Facts",
    "Gateway",
    "Hub",
    "Instance",
    "Learnt",
    "LetIn",
    "Lists",
    "Route",
    "Subnet",
    "Table",
    "Tunnel",
    "read",
]
