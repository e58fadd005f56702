"""VyOS configuration: a config tree, reading and writing it, one dialect a release line."""

from landbridge.vyos.placeholder import fill, placeholders
from landbridge.vyos.reading import read_router
from landbridge.vyos.render import render_gateway
from landbridge.vyos.roles import role_scripts
from landbridge.vyos.router import Router
from landbridge.vyos.text import parse, print_set
from landbridge.vyos.tree import Tree

__all__ = ["Router", "Tree", "fill", "parse", "placeholders", "print_set", "read_router", "render_gateway", "role_scripts"]
