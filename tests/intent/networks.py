"""Network files for tests: a right one, made wrong in one place at a time."""

from __future__ import annotations

RIGHT = """\
version: 1
network: acme
hubs:
  oregon:
    region: us-west-2
sites:
  virginia:
    region: us-east-1
    asn: 65200
    vpc:
      cidrs: [10.1.0.0/16]
      reserved: [10.2.0.0/16]
      subnets:
        - {cidr: 10.1.0.0/24, zone: a}
        - {cidr: 10.1.1.0/24, zone: b, private: false}
    gateway:
      availability: single
      release: 1.4
      tunnels: [169.254.12.76/30, 169.254.14.212/30]
admin:
  cidrs: [203.0.113.0/24]
"""


def changed(old: str, new: str) -> str:
    """The right file with one piece of text replaced."""
    assert RIGHT.count(old) == 1, f"{old!r} is there {RIGHT.count(old)} times"
    return RIGHT.replace(old, new)


def line_of(text: str, piece: str) -> int:
    """The line (from 1) in which a piece of text begins."""
    return text[: text.index(piece)].count("\n") + 1
