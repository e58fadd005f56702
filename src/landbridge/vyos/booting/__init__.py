"""What a gateway of an Auto Scaling group boots with (1.2 on): user data without a secret, and the script that fetches the rest.

VyOS' cloud-init takes single `set` commands and files, nothing else; so the script is a file, and VyOS' own boot script starts it.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from landbridge.findings import LandbridgeError, error
from landbridge.vyos.placeholder import placeholders

FOLDER = "/opt/vyatta/etc/config/scripts"  # what /config/scripts is before /config is there
BOOTSTRAP, SETTINGS = "bootstrap.py", "settings.json"
HOOKS, HOOK = "../commit/post-hooks.d", "landbridge-role"  # what is run after every commit, too
LARGEST = 16 * 1024
# cloud-init's own pattern: the value last and in single quotes; another line is skipped without a word
LINE = re.compile(r"(set|delete) [^']+?( '[^']*')*")
# What makes a gateway reachable for its administrators although nothing could be fetched
_FIRST = ("set system host-name ", "set system login ", "set service ssh ", "set interfaces ethernet eth0 address ")
_START = """\
#!/bin/sh
# The gateway's configuration is fetched behind the boot's back: an AWS that doesn't answer holds nothing up.
setsid /usr/bin/python3 {folder}/landbridge/bootstrap.py </dev/null 2>&1 | logger -t landbridge &
"""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a text is, by content: an object in S3 (`bucket` and `key`) or a `parameter` of SSM."""

    sha256: str
    bucket: str = ""
    key: str = ""
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """What a gateway fetches: `source` is its configuration's, `scripts` that of a pair's (`bundle`); `secrets` has a secret's name or ARN
    by placeholder, `facts` the addresses that are known. No key is here."""

    source: Source
    secrets: Mapping[str, str]
    facts: Mapping[str, str] = field(default_factory=dict)
    scripts: Source | None = None


def bundle(scripts: Mapping[str, str]) -> bytes:
    """A gateway's scripts as its bootstrap puts them in place: by their paths from where they lie."""
    hooks = {f"{HOOKS}/{name}": text for name, text in scripts.items() if name == HOOK}
    return json.dumps({**scripts, **hooks}, indent=1, sort_keys=True).encode()


def bootstrap_scripts(bootstrap: Bootstrap) -> dict[str, str]:
    """The files of `scripts/<gateway>/`: the script, which is the same for every gateway, and what it is to fetch."""
    settings = {
        "configuration": _where(bootstrap.source),
        **({} if bootstrap.scripts is None else {"scripts": _where(bootstrap.scripts)}),
        "secrets": dict(bootstrap.secrets),
        "facts": dict(bootstrap.facts),
    }
    return {**bootstrap_script(), SETTINGS: json.dumps(settings, indent=1, sort_keys=True) + "\n"}


def _where(source: Source) -> dict[str, str]:
    where = {"parameter": source.parameter} if source.parameter else {"bucket": source.bucket, "key": source.key}
    return {**where, "sha256": source.sha256}


def user_data(release: str, text: str, bootstrap: Bootstrap) -> bytes:
    """The user data of a gateway whose rendered configuration is `text`, compressed where it must be.

    Raises LandbridgeError (`release`) for 1.1, which reads none, and (`quota`) for what stays above AWS' 16 KiB.
    """
    if release == "1.1":
        raise LandbridgeError(error("release", "VyOS 1.1 reads no user data.", remedy="Take release 1.2 or later, or push."))
    start = "vyatta-postconfig-bootup.script" if release in ("1.2", "1.3") else "vyos-postconfig-bootup.script"
    files = {f"{FOLDER}/landbridge/{name}": content for name, content in bootstrap_scripts(bootstrap).items()}
    files[f"{FOLDER}/{start}"] = _START.format(folder=FOLDER)
    cloud = {
        "vyos_config_commands": first_commands(text),
        "write_files": [
            {"path": path, "permissions": "0600" if path.endswith(".json") else "0755", "content": content}
            for path, content in files.items()
        ],
    }
    plain = f"#cloud-config\n{json.dumps(cloud, indent=1)}\n".encode()
    data = plain if len(plain) <= LARGEST else gzip.compress(plain, 9, mtime=0)
    if len(data) > LARGEST:
        problem = f"the user data has {len(data):,} bytes, and AWS takes {LARGEST:,}."
        raise LandbridgeError(error("quota", problem, remedy="Give fewer administrators' keys."))
    return data


def first_commands(text: str) -> list[str]:
    """The commands of a rendered configuration that hold before anything is fetched: none with a placeholder, nor one that names a chain.

    Rendered lines are as cloud-init takes them already; one that isn't would be skipped without a word, and is an error here.
    """
    commands = [line for line in text.split("\n") if line.startswith(_FIRST) and not placeholders(line)]
    for line in commands:
        if not LINE.fullmatch(line):
            raise LandbridgeError(error("syntax", f"`{line.partition(chr(39))[0].strip()} …` can't stand in user data."))
    return commands


@cache
def bootstrap_script() -> dict[str, str]:
    """The script alone, by its file name: the part of `bootstrap_scripts` that is known before anything is deployed."""
    return {BOOTSTRAP: _script()}


def _script() -> str:
    return (Path(__file__).parent / "bootstrap.txt").read_text(encoding="utf-8")
