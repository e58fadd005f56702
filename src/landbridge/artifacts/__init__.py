"""The written form of a design: routers' configurations and the manifest; written whole or not at all, read into typed values.

The lock's file is here too, as is the one way to write a file.
"""

from landbridge.artifacts.files import write_atomically
from landbridge.artifacts.lockfile import lock_path, read_lock, write_lock
from landbridge.artifacts.manifest import Manifest
from landbridge.artifacts.reading import read
from landbridge.artifacts.rendering import render
from landbridge.artifacts.store import Artifacts, write
from landbridge.intent.uncollected import uncollected

__all__ = ["Artifacts", "Manifest", "lock_path", "read", "read_lock", "render", "uncollected", "write", "write_atomically", "write_lock"]
