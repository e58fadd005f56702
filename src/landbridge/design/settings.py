"""How each site's gateways are made: the site's own words, else the network's defaults, else landbridge's."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from landbridge.intent.model import Availability, Image, Network, Release

AVAILABILITY = Availability.PAIR
RELEASE = Release.V1_4
INSTANCE_TYPE = "c6in.large"  # the smallest with up to 25 Gbit/s; a tunnel carries 1.25
TUNNELS = (1, 2)  # an AWS VPN connection has two


@dataclass(frozen=True, slots=True)
class Settings:
    """One site's settings. `gateways` and `tunnels` are names, in order; `inside_pins` one range for each tunnel, or none."""

    availability: Availability
    release: Release
    image: Image | None
    instance_type: str
    gateways: tuple[str, ...]
    tunnels: tuple[str, ...]
    inside_pins: tuple[IPv4Network, ...]


def settings_of(network: Network) -> dict[str, Settings]:
    """Every site's settings by its name."""
    defaults = network.defaults.gateway
    result = {}
    for name, site in network.sites.items():
        availability = site.gateway.availability or defaults.availability or AVAILABILITY
        gateways = tuple(f"{name}-{letter}" for letter in ("ab" if availability is Availability.PAIR else "a"))
        result[name] = Settings(
            availability,
            site.gateway.release or defaults.release or RELEASE,
            site.gateway.image or defaults.image,
            site.gateway.instance_type or defaults.instance_type or INSTANCE_TYPE,
            gateways,
            tuple(tunnel for gateway in gateways for tunnel in tunnels_of(gateway)),
            site.gateway.tunnels,
        )
    return result


def tunnels_of(gateway: str) -> tuple[str, ...]:
    """The names of a gateway's tunnels."""
    return tuple(f"{gateway}-{number}" for number in TUNNELS)
