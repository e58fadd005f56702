"""`landbridge import-vpn`: the configuration that AWS gives to download, as commands that work."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import click

from landbridge.cli import output
from landbridge.findings import LandbridgeError, error


@click.command("import-vpn")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, readable=False))
@click.option("--private-ip", "private", metavar="A", required=True, help="The gateway's own (private) address.")
@click.option("--release", metavar="R", default="1.1", show_default=True, help="The release line to write for (1.1 to 1.5).")
@click.option("--name", metavar="NAME", help="What tunnels and placeholders are named by; else the connection's id.")
@click.option("--with-keys", is_flag=True, help="Print the pre-shared keys instead of placeholders.")
def import_vpn(file: Path, private: str, release: str, name: str | None, with_keys: bool) -> int:
    """Print the commands of a VPN connection's gateway from what AWS gives to download: FILE is its XML
    (CustomerGatewayConfiguration) or its text for "Vyatta Network OS 6.5+".

    They are corrected the way it has to be done by hand: the gateway's own address as local address, the key exchange, who
    begins; the announcement of a default route is left out. Keys stand as placeholders, ${psk:NAME-1}, unless --with-keys.

    \b
    Example:
      landbridge import-vpn vpn-0123456789abcdef0.txt --private-ip 10.9.0.10 --release 1.4

    \b
    Exit status:
      0  printed
      2  not printed: the file can't be read, or the release lacks something
    """
    import re

    from landbridge.vyos.download import commands_of, load_download

    try:
        address = IPv4Address(private)
    except ValueError:
        raise LandbridgeError(error("schema", f"--private-ip {private[:40]!a} isn't an IPv4 address.", None, "Write 10.9.0.10.")) from None
    if name is not None and not re.fullmatch(r"[A-Za-z0-9-]{1,60}", name):
        raise LandbridgeError(error("name", f"--name {name[:40]!a} isn't a name.", None, "Write letters, digits and '-'."))
    download = load_download(file)
    commands = commands_of(download, address, release, name or download.connection, with_keys)
    said = [f"{line}\n" for line in output.finding_lines(download.findings)]
    if with_keys:
        said.append("warning: the commands hold the tunnels' keys: whoever reads them can take the gateway's place.\n")
    output.pass_on(commands, "".join(said))
    return 0
