"""The stacks of a small network, whole. `LANDBRIDGE_UPDATE_GOLDEN=1 pytest tests/aws/stacks/test_golden.py` writes them anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from landbridge.aws.model import StackPlan
from tests.aws.stacks.networks import NETWORKS, plans_of
from tests.design.networks import designed

GOLDEN = Path(__file__).parent / "golden"
TEXT = "set system host-name 'paris-a'\nset vpn ipsec authentication psk paris-a-1 secret '${psk:paris-a-1}'\n"
_PROGRAM = re.compile(r'("path": "[^"]*/(?:bootstrap\.py|v[a-z]+-postconfig-bootup\.script)",\n.*\n *"content": )".*"')


_SCRIPTS = re.compile(r'(\\"scripts\\": \{.*?\\"sha256\\": \\")[0-9a-f]{64}')


def shown(plan: StackPlan) -> str:
    """A template but for the program in its user data, and the hash of other scripts, which are pinned elsewhere."""
    return _SCRIPTS.sub(r"\1…", _PROGRAM.sub(r'\1"…"', plan.template))


@pytest.mark.parametrize("name", ["small", "existing"])
def test_the_stacks_of_a_network_are_as_before(name: str) -> None:
    folder = GOLDEN / name
    made = designed(NETWORKS[name]())
    texts = {gateway.name: TEXT for site in made.sites for gateway in site.gateways}
    templates = {plan.file: shown(plan) for plan in plans_of(made, texts) if plan.kind != "heal"}
    if os.environ.get("LANDBRIDGE_UPDATE_GOLDEN"):
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob("*.yaml"):
            stale.unlink()
        for file, text in templates.items():
            (folder / file).write_text(text)
    assert templates == {path.name: path.read_text() for path in folder.glob("*.yaml")}
