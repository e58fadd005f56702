"""In which line of the manifest each VPC and gateway stands, for findings that are about one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from landbridge.artifacts.manifest import Manifest

_NAMED = re.compile(r"""name["']?[ \t]*:[ \t]*["']?([a-z0-9-]+)""")


def lines_of(manifest: Manifest, text: str) -> Mapping[str, int]:
    """The line of each record's name, by that name: found by looking through the text once, however it is laid out."""
    wanted = {vpc.name for vpc in manifest.vpcs} | {gateway.name for gateway in manifest.gateways}
    lines: dict[str, int] = {}
    line, position = 1, 0
    for match in _NAMED.finditer(text):
        if match[1] in wanted:
            line += text.count("\n", position, match.start())
            position = match.start()
            lines[match[1]] = line  # the last stands: a hub's VPC has the hub's name
    return lines
