"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

# Whether it can be read is said by who reads it, as a finding (`readable` would have click say it, as wrong usage).
network_file = click.argument("file", metavar="[FILE]", default="network.yaml", type=click.Path(path_type=Path, readable=False))
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs (docs/json.md, docs/lab.md) instead of tables.")
