"""Security group rules of protocols without ports (112 is VRRP), which need none and tell none."""

from __future__ import annotations

from landbridge.sandbox.server.foreign import Foreign

_PORTS = {"tcp", "udp", "icmp", "icmpv6", "6", "17", "1", "58", "-1"}


def install() -> None:
    """Lets the emulator make them without ports."""
    from moto.ec2.models.security_groups import SecurityGroupRule

    kind: Foreign = SecurityGroupRule
    made = kind.__init__

    def make(
        self: Foreign, backend: Foreign, protocol: str, group: str, first: Foreign, last: Foreign, *more: Foreign, **named: Foreign
    ) -> None:
        bare = bool(protocol) and str(protocol).lower() not in _PORTS
        made(self, backend, protocol, group, -1 if bare else first, -1 if bare else last, *more, **named)
        if bare:
            self.from_port = self.to_port = None

    def initialise(self: Foreign, *given: Foreign, **named: Foreign) -> None:
        order = ("ec2_backend", "ip_protocol", "group_id", "from_port", "to_port")
        first = {**dict(zip(order, given, strict=False)), **{name: named.pop(name) for name in order if name in named}}
        make(self, *(first[name] for name in order), *given[len(order) :], **named)

    kind.__init__ = initialise
