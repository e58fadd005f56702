"""What each rule of the ground does to a packet: a cloud, a packet, and who sees it with which addresses.

A packet is UDP (or another protocol) from a tap: a host's, or the far end of a machine's wire, where its kernel would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from landbridge.sandbox.following.estate import Estate, Rule
from tests.sandbox.following.ground_estates import ANY, EVERYTHING, changed, leading, of, static, without

GATEWAY, PLAIN = "i-g/0", "i-p/0"
OUTSIDE, INSIDE = "tgw-1/0", "tgw-1/1"  # the hub's machine: on the Internet, and among its attachments
Seen = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Packet:
    at: str
    source: str
    destination: str
    port: int = 4000
    protocol: int = 17
    from_port: int = 4001


@dataclass(frozen=True, slots=True)
class Scene:
    """`packets` are sent one after another; `seen` is where the last one arrives, from and to which address."""

    estate: Estate
    packets: tuple[Packet, ...]
    seen: Seen


def _scene(estate: Estate, *packets: Packet, seen: Seen | None = None) -> Scene:
    return Scene(estate, packets, seen or [])


WHOLE = changed()
LEAVING = Packet("site-1", "10.1.0.10", "10.9.0.1")
LEFT: Seen = [(GATEWAY, "10.1.0.10", "10.9.0.1")]
ENTERING = Packet(GATEWAY, "10.9.0.1", "10.1.0.10")
ENTERED: Seen = [("site-1", "10.9.0.1", "10.1.0.10")]
GOING_OUT = Packet(GATEWAY, "10.1.0.40", "198.18.0.1")
OUT: Seen = [(OUTSIDE, "198.19.0.1", "198.18.0.1")]
COMING_IN = Packet(OUTSIDE, "198.18.0.1", "198.19.0.1")
IN: Seen = [(GATEWAY, "198.18.0.1", "10.1.0.40")]
UP = Packet("hub-1", "10.2.0.10", "10.9.0.1")
UPPED: Seen = [(INSIDE, "10.2.0.10", "10.9.0.1")]
DOWN = Packet(INSIDE, "10.9.0.1", "10.2.0.10")
DOWNED: Seen = [("hub-1", "10.9.0.1", "10.2.0.10")]
TO_PLAIN = Packet("site-1", "10.1.0.10", "10.1.1.50", 8)
AT_PLAIN: Seen = [(PLAIN, "10.1.0.10", "10.1.1.50")]

DEAD = changed(of("instances", "i-g", state="terminated"))
CLOSED = changed(of("groups", "sg-p", inward=()))
TWO_VPCS = changed(of("attachments", "att-h", table=""))

SCENES: dict[str, Scene] = {
    "hosts of two subnets reach each other": _scene(
        WHOLE, Packet("site-1", "10.1.0.10", "10.1.1.10"), seen=[("site-2", "10.1.0.10", "10.1.1.10")]
    ),
    "what the VPC doesn't have goes nowhere, whatever its table says": _scene(
        changed(leading("rtb-a1", ("10.1.7.0/24", "eni-g"), ("0.0.0.0/0", "eni-g"))), Packet("site-1", "10.1.0.10", "10.1.7.7")
    ),
    "a VPC's own hosts win over a route to them": _scene(
        changed(leading("rtb-a1", ("10.1.1.0/24", "eni-g"))), Packet("site-1", "10.1.0.10", "10.1.1.10"),
        seen=[("site-2", "10.1.0.10", "10.1.1.10")],
    ),
    "a route leads to a gateway": _scene(WHOLE, LEAVING, seen=LEFT),
    "without a route it goes nowhere": _scene(changed(leading("rtb-a1", ("0.0.0.0/0", "igw-a"))), LEAVING),
    "a subnet's own table rules it": _scene(
        changed(leading("rtb-a1", ("10.9.0.0/16", "eni-p")), of("interfaces", "eni-p", check=False, groups=("sg-g",))), LEAVING,
        seen=[(PLAIN, "10.1.0.10", "10.9.0.1")],
    ),
    "the other subnet's table doesn't": _scene(
        changed(leading("rtb-a1", ("10.9.0.0/16", "eni-p"))), Packet("site-2", "10.1.1.10", "10.9.0.1"),
        seen=[(GATEWAY, "10.1.1.10", "10.9.0.1")],
    ),
    "a route to a dead gateway is a black hole": _scene(DEAD, LEAVING),
    "a black hole doesn't fall back on a wider route": _scene(
        changed(leading("rtb-a1", ("10.9.0.0/16", ""), ("0.0.0.0/0", "eni-g"))), LEAVING
    ),
    "an interface of another VPC is no target": _scene(changed(of("interfaces", "eni-g", vpc="vpc-h", subnet="subnet-h")), LEAVING),
    "an address that moves between gateways is reached at once": _scene(
        WHOLE, Packet("site-1", "10.1.0.10", "10.1.0.8"), seen=[(GATEWAY, "10.1.0.10", "10.1.0.8")]
    ),
    "check on: what isn't for the gateway doesn't reach it": _scene(changed(of("interfaces", "eni-g", check=True)), LEAVING),
    "check on: what isn't from the gateway doesn't leave it": _scene(changed(of("interfaces", "eni-g", check=True)), ENTERING),
    "check off: it does": _scene(WHOLE, ENTERING, seen=ENTERED),
    "check on: what is for the gateway itself does reach it": _scene(
        changed(of("interfaces", "eni-g", check=True)), Packet("site-1", "10.1.0.10", "10.1.0.40"),
        seen=[(GATEWAY, "10.1.0.10", "10.1.0.40")],
    ),
    "an Elastic IP goes out": _scene(WHOLE, GOING_OUT, seen=OUT),
    "an Elastic IP comes in": _scene(WHOLE, COMING_IN, seen=IN),
    "without an Elastic IP nothing goes out": _scene(changed(of("interfaces", "eni-g", public=())), GOING_OUT),
    "an Elastic IP that nobody has isn't reached": _scene(changed(of("interfaces", "eni-g", public=())), COMING_IN),
    "without an Internet gateway nothing goes out": _scene(changed(of("vpcs", "vpc-a", internet="")), GOING_OUT),
    "without an Internet gateway nothing comes in": _scene(changed(of("vpcs", "vpc-a", internet="")), COMING_IN),
    "without a route to the Internet nothing goes out": _scene(changed(leading("rtb-a1", ("10.9.0.0/16", "eni-g"))), GOING_OUT),
    "a private address doesn't reach the Internet by forging its source": _scene(
        changed(of("interfaces", "eni-g", public=())), Packet(GATEWAY, "198.19.0.1", "198.18.0.1")
    ),
    "a host without a public address doesn't reach the Internet": _scene(WHOLE, Packet("site-1", "10.1.0.10", "198.18.0.1")),
    "two gateways of a VPC reach each other by their Elastic IPs": _scene(
        changed(of("groups", "sg-p", inward=(ANY,))), Packet(GATEWAY, "10.1.0.40", "198.19.0.2"),
        seen=[(PLAIN, "198.19.0.1", "10.1.1.50")],
    ),
    "what comes from the Internet isn't led on": _scene(WHOLE, Packet(OUTSIDE, "198.18.0.1", "10.9.0.1")),
    "who loses his Elastic IP loses it for what runs": _scene(
        changed(of("interfaces", "eni-g", public=())), GOING_OUT, Packet(OUTSIDE, "198.18.0.1", "198.19.0.1", 4001, 17, 4000)
    ),
    "a group lets in what it says": _scene(WHOLE, TO_PLAIN, seen=AT_PLAIN),
    "a group lets in no other port": _scene(WHOLE, Packet("site-1", "10.1.0.10", "10.1.1.50", 10)),
    "a group lets in no other protocol": _scene(WHOLE, Packet("site-1", "10.1.0.10", "10.1.1.50", protocol=112)),
    "a group lets in nobody else": _scene(WHOLE, Packet("site-2", "10.1.1.10", "10.1.1.50", 8)),
    "a group without rules lets nothing in": _scene(CLOSED, Packet("site-1", "10.1.0.10", "10.1.1.50", 9, from_port=4010)),
    "groups add up": _scene(
        changed(of("interfaces", "eni-p", groups=("sg-p", "sg-g"))), Packet("site-2", "10.1.1.10", "10.1.1.50", 99),
        seen=[(PLAIN, "10.1.1.10", "10.1.1.50")],
    ),
    "a group's members are let in by its name": _scene(
        WHOLE, Packet(GATEWAY, "10.1.0.40", "10.1.1.50", 500), seen=[(PLAIN, "10.1.0.40", "10.1.1.50")]
    ),
    "and by their secondary addresses": _scene(
        WHOLE, Packet(GATEWAY, "10.1.0.8", "10.1.1.50", 500), seen=[(PLAIN, "10.1.0.8", "10.1.1.50")]
    ),
    "who isn't a member any more isn't": _scene(
        changed(of("interfaces", "eni-g", groups=())), Packet(GATEWAY, "10.1.0.40", "10.1.1.50", 500, from_port=4020)
    ),
    "a group lets out what it says and nothing else": _scene(
        changed(of("groups", "sg-g", outward=(Rule(17, (53, 53), EVERYTHING),))), Packet(GATEWAY, "10.1.0.40", "198.18.0.1", 54)
    ),
    "an answer is let in whatever the rules say": _scene(
        CLOSED, Packet(PLAIN, "10.1.1.50", "10.1.0.10", 7000, from_port=7001), Packet("site-1", "10.1.0.10", "10.1.1.50", 7001, 17, 7000),
        seen=AT_PLAIN,
    ),
    "a rule for VRRP lets its protocol in": _scene(
        changed(of("groups", "sg-p", inward=(Rule(112, None, (IPv4Network("10.1.0.40/32"),)),))),
        Packet(GATEWAY, "10.1.0.40", "10.1.1.50", protocol=112), seen=[(PLAIN, "10.1.0.40", "10.1.1.50")],
    ),
    "a rule for a peer's address keeps any other out": _scene(
        changed(of("groups", "sg-g", inward=(Rule(17, (500, 500), (IPv4Network("198.18.0.9/32"),)),))),
        Packet(OUTSIDE, "198.18.0.1", "198.19.0.1", 500, 17, 500),
    ),
    "a hub's VPC reaches its machine": _scene(WHOLE, UP, seen=UPPED),
    "a hub's machine reaches its VPC": _scene(WHOLE, DOWN, seen=DOWNED),
    "an attachment without a table goes nowhere": _scene(TWO_VPCS, UP),
    "an attachment that isn't propagated isn't reached": _scene(changed(of("attachments", "att-h", propagates=())), DOWN),
    "a static route reaches it all the same": _scene(
        changed(of("attachments", "att-h", propagates=()), static(("10.2.0.0/24", "att-h"))), DOWN, seen=DOWNED
    ),
    "a hub's black hole": _scene(changed(static(("10.9.0.0/16", ""))), UP),
    "a static route to a connection": _scene(changed(static(("10.9.0.0/16", "att-v"))), UP, seen=UPPED),
    "without an attachment a route to the hub is a black hole": _scene(changed(without("attachments", "att-h")), UP),
    "what the hub's machine sends back is dropped": _scene(WHOLE, Packet(INSIDE, "10.9.0.1", "10.8.0.1")),
    "connections that no table is for reach nothing": _scene(changed(of("attachments", "att-v", table="")), DOWN),
    "a prefix list's entries are routes": _scene(
        changed(of("tables", "rtb-h", routes=(changed().tables[2].routes[0],))),
        Packet("hub-1", "10.2.0.10", "10.1.5.5"), seen=[(INSIDE, "10.2.0.10", "10.1.5.5")],
    ),
}  # fmt: skip
