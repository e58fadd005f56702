"""The codes of findings, and what each means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """The name of a kind of finding and its meaning in one line."""

    name: str
    meaning: str


CODES: dict[str, Code] = {
    name: Code(name, meaning)
    for name, meaning in {
        "syntax": "a file can't be read as what it should be",
        "schema": "a key, a type or a value that the network file doesn't have",
        "name": "a name that is taken, unknown, or not allowed",
        "overlap": "two prefixes that must be apart are not",
        "translation-conflict": "a translation that breaks a rule",
        "pool-exhausted": "no prefix, ASN or inside address is left to assign",
        "asn-conflict": "an ASN that is used twice or can't be used",
        "inside-conflict": "an inside address range that AWS reserves or that is used twice",
        "release": "something that the VyOS release line doesn't have",
        "single-point-of-failure": "one failure cuts a site off",
        "tunnel-down": "a tunnel or its BGP session can't come up",
        "unreachable": "a host can't reach another",
        "one-way": "a packet arrives and its reply doesn't",
        "loop": "a packet goes round in a circle",
        "blackhole": "a packet ends where nothing takes it further",
        "untranslated": "a packet leaves its site with an address that needs a translation",
        "asn-loop": "a route is refused because its path holds the receiver's own ASN",
        "not-announced": "a subnet is announced to nobody",
        "asymmetric": "a packet and its reply take ways that a stateful gateway can't follow",
        "mtu": "packets are too big for a way and nobody is told",
        "secret-exposed": "a secret stands where it can be read",
        "public-address": "a VPC uses public address space, so the Internet's owner of it can't be reached",
        "open-admin": "a gateway's SSH is open to the world, or to nobody",
        "quota": "a default AWS quota is near or passed",
        "lock": "the lock file can't be read or contradicts the network file",
        "not-represented": "a configuration statement that has no effect here",
        "tool-missing": "something that the command needs isn't on this machine",
        "permission": "this machine doesn't let the user do what the command needs",
        "lab": "the lab isn't there, is there already, or something in it failed",
        "write": "a file or folder can't be written",
        "router": "a router can't be reached or trusted, says what can't be understood, or refuses a change",
        "credentials": "AWS is asked without credentials, or with some that have expired or aren't known",
        "cloud": "AWS can't be reached or refuses what the command needs",
        "stack": "a CloudFormation stack failed, or is in a state that it must be helped out of",
        "gateway": "a gateway of a deployed network isn't in service, or lacks what it needs to carry packets",
        "drift": "what runs isn't any more what was deployed",
        "outdated": "a gateway runs another image or instance type than its stack says",
        "alarm": "an alarm of the network is raised",
        "held": "another deployment of the network is under way",
    }.items()
}
