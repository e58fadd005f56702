"""What AWS gives to download of a VPN connection, as facts, and the commands that make a gateway of it.

Two forms are read: the XML (`CustomerGatewayConfiguration`) and the text for "Vyatta Network OS 6.5+".
"""

from landbridge.vyos.download.commands import commands_of
from landbridge.vyos.download.facts import Download, Phase, Tunnel
from landbridge.vyos.download.reading import load_download, read_download

__all__ = ["Download", "Phase", "Tunnel", "commands_of", "load_download", "read_download"]
