"""From routers that exist to a network file: what their configurations say, and findings on what the file can't express."""

from landbridge.importing.asked import Asked
from landbridge.importing.network import Imported, import_network

__all__ = ["Asked", "Imported", "import_network"]
