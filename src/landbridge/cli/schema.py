"""`landbridge schema`: the network file's JSON Schema."""

from __future__ import annotations

import click

from landbridge.cli import output


@click.command()
def schema() -> None:
    """Print the JSON Schema (draft 2020-12) of the network file.

    Editors with a YAML language server complete and explain every key from it:

    \b
      landbridge schema > network.schema.json

    and, as the first line of network.yaml:

    \b
      # yaml-language-server: $schema=network.schema.json

    \b
    Exit status:
      0  printed
    """
    from landbridge.intent.schema import network_schema

    output.say_json(network_schema())
