"""What a router's own configuration says of what a rendered one leaves open: the values of its placeholders."""

from __future__ import annotations

from landbridge.vyos.placeholder import PLACEHOLDER
from landbridge.vyos.router import Router


def learned(router: Router, gateway: str) -> dict[str, str]:
    """The values of a gateway's placeholders, by name, as far as a router has them: tunnel 1 is on its vti0, tunnel 2 on its vti1."""
    values: dict[str, str] = {}
    for peer in router.peers:
        number = peer.vti.removeprefix("vti")
        if number in ("0", "1"):
            tunnel = f"{gateway}-{int(number) + 1}"
            values |= {f"outside:{tunnel}": peer.remote, f"psk:{tunnel}": peer.secret, f"private:{gateway}": peer.local}
            if peer.local_id is not None:
                values[f"eip:{gateway}"] = peer.local_id
    hops = {str(route.next_hop) for route in router.routes if route.next_hop is not None and route.prefix.prefixlen}
    hops -= {str(address.ip) for interface in router.interfaces for address in interface.addresses}
    if len(hops) == 1:
        values[f"router:{gateway}"] = hops.pop()
    return {name: value for name, value in values.items() if value and value != "any"}


def filled(text: str, values: dict[str, str]) -> str:
    """A text with those placeholders filled in that have a value; the others stay."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
