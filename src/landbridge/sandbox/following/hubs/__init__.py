"""Transit Gateways: a machine for each that has VPN connections, changed while it runs as the estate changes; and what its tunnels really
are, told back."""

from landbridge.sandbox.following.hubs.hubs import Hubs

__all__ = ["Hubs"]
