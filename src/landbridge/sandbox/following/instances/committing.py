"""From what a router's shell was told to what its machine's daemons are told: the part that VyOS' own commit plays. Pure."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from landbridge.findings import LandbridgeError
from landbridge.lab.recipes import FIRST_MARK, Place, Recipe, after_links, router_files, router_secrets
from landbridge.lab.reloading import changes
from landbridge.sandbox.following.instances.boot import BOOT, LOAD, LOADED, STAGES
from landbridge.sandbox.following.instances.facts import Facts
from landbridge.sandbox.following.instances.places import AWS_API
from landbridge.vyos import Router, read_router
from landbridge.vyos.configuration import read_configuration
from landbridge.vyos.router import VrrpGroup

NEWEST = "1.4"  # of a text that doesn't tell
SERVICES = ("s3", "secretsmanager", "ssm", "dynamodb", "lambda")
_SECRET = re.compile(r"(?:secret|password|key)['\"]? ['\"]?([^\s'\"]{4,})")
END = "END-OF-WHAT-NOBODY-ELSE-READS"


@dataclass(frozen=True, slots=True)
class Committed:
    """What a router runs on: its files and its keys."""

    router: Router
    recipe: Recipe


def boot_recipe(instance: str) -> Recipe:
    """The machine of an instance before anything is known of it."""
    here = {"endpoints": dict.fromkeys(SERVICES, f"http://{AWS_API}"), "apply": ["/guest/router"], "pause": 0.2}
    return Recipe(instance, {"boot": BOOT, "lab.json": json.dumps(here), "config/.here": ""}, (), STAGES)


def lease(facts: Facts) -> tuple[str, ...]:
    """What DHCP gives an instance, as lines for `ip -batch`."""
    return (
        f"addr add {facts.interface.primary}/{facts.length} dev eth0",
        f"route add default via {facts.router}",
    )


def committed(commands: str, facts: Facts) -> Committed:
    """What commands make of a router. Raises LandbridgeError with what it would refuse."""
    name = facts.instance.gateway or facts.instance.id
    text = merged(commands.split("\n"))
    found = read_configuration(text, name)
    router = read_router(found.tree, found.release or NEWEST, name)
    place = Place(facts.interface.primary, facts.length, facts.router)
    return Committed(router, Recipe(facts.instance.id, router_files(router, place), router_secrets(router), STAGES))


def merged(lines: Iterable[str]) -> str:
    """The `set` commands that hold after all of these: a `delete` takes away what it names and all below."""
    held: dict[str, None] = {}
    for line in lines:
        if line.startswith("delete "):
            gone = _words("set " + line.removeprefix("delete "))
            held = {kept: None for kept in held if _words(kept)[: len(gone)] != gone}
        elif line.strip():
            held[line] = None
    return "\n".join(held) + "\n"


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # what can't be read is told by who reads the whole
        return line.split()


def load(made: Committed, number: int, role: str) -> str:
    """The script that brings a machine that has its address, and nothing else, to its router. `made.recipe.files` are in its folder."""
    router = made.router
    scripts = sorted({command.split()[0] for group in router.vrrp for command in (group.check, *_notified(group)) if command})
    body = LOAD.format(
        name=shlex.quote(router.host_name), after_links=after_links(router), role=role, scripts=shlex.join(scripts), number=number
    )
    return _keys(made) + body


def reload(before: Committed, made: Committed, number: int) -> str:
    """The script that brings a running router from one configuration to another, in place."""
    old, new = before.recipe, made.recipe
    shared = min(len(old.secrets), len(new.secrets))
    again = [f"tunnel{FIRST_MARK + place}" for place in range(shared) if old.secrets[place] != new.secrets[place]]
    script = changes(old.files, new.files, again)
    return f"{_keys(made)}(\n{script}\n) || exit 1\necho {number} >/host/{LOADED}\n"


def _keys(made: Committed) -> str:
    """The part of a script that puts the keys where swanctl reads them: in the machine's own memory."""
    lines = "\n".join(made.recipe.secrets)
    kept = f"(umask 077; cat >/tmp/secrets.conf) <<'{END}'\nsecrets {{\n{lines}\n}}\n{END}\n"
    return f"export STRONGSWAN_CONF=/host/strongswan.conf\n{kept}"


def _notified(group: VrrpGroup) -> tuple[str | None, ...]:
    return group.scripts.master, group.scripts.backup, group.scripts.fault, group.scripts.stop


def reasons(problem: LandbridgeError, text: str) -> list[str]:
    """What a router says to a configuration that it refuses, without the configuration's secrets."""
    hidden = sorted(set(_SECRET.findall(text)), key=len, reverse=True)
    said = [f"{finding.message} {finding.remedy or ''}".strip() for finding in problem.findings]
    for secret in hidden:
        said = [line.replace(secret, "…") for line in said]
    return said
