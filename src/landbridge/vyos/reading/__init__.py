"""From a config tree to what it means: the tree of any release line becomes a `Router`."""

from landbridge.vyos.reading.routers import read_router

__all__ = ["read_router"]
