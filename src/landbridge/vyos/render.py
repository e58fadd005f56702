"""A gateway's whole configuration as `set` commands: its view laid out by the templates of its release."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.vyos.dialect import Dialect, dialect_of
from landbridge.vyos.view import view

if TYPE_CHECKING:  # who only reads routers waits neither for the whole of design nor for Jinja
    from jinja2 import Template

    from landbridge.design.model import Design, GatewayPlan, SitePlan

FEATURES = ("system", "interfaces", "ipsec", "nat", "static", "policy", "bgp", "firewall", "vrrp")

_SAFE = re.compile(r"[ !#-&(-\[\]-~]+")
_TEMPLATES = Path(__file__).parent / "templates"


def render_gateway(site: SitePlan, gateway: GatewayPlan, design: Design, release: str) -> str:
    """The `set` commands of one gateway of a site in a release line ("1.1" to "1.5"), grouped by feature, always in the same order.

    As `show configuration commands` prints them: a leaf's value is last and in single quotes, everything before it is bare.

    What only a cloud knows stands as placeholders (`placeholder`). Raises LandbridgeError, code "release", for a release that isn't known
    or can't do what the design asks.
    """
    dialect = dialect_of(release)
    words = {"gateway": view(site, gateway, design, dialect)}
    return "".join(template.render(words) for template in _templates(dialect))


@cache
def _templates(dialect: Dialect) -> tuple[Template, ...]:
    """The release's compiled templates, in the order of `FEATURES`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # not for a browser: every value is quoted for a router's shell instead
        loader=FileSystemLoader([_TEMPLATES / folder for folder in dialect.templates]),
        undefined=StrictUndefined,
        finalize=_word,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    return tuple(environment.get_template(f"{feature}.j2") for feature in FEATURES)


def _word(value: object) -> object:
    """What `{{ … }}` prints. The templates hold the quotes; nothing may close them, or begin another line."""
    if isinstance(value, str) and not _SAFE.fullmatch(value):
        raise ValueError("a value of a configuration is printable ASCII without quotes")
    return value
