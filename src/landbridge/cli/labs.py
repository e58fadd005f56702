"""Which lab a command means, and what it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from landbridge.findings import LandbridgeError, error

if TYPE_CHECKING:
    from landbridge.artifacts import Artifacts

new_name_option = click.option("--name", metavar="LAB", help="The lab's name; left out: the network's.")
name_option = click.option("--name", metavar="LAB", help="The lab's name; left out: the one that runs.")
artifacts_option = click.option(
    "--artifacts", metavar="DIR", type=click.Path(path_type=Path), help="Run what is in DIR (of `landbridge render`) instead of a file."
)


def load_artifacts(file: Path, directory: Path | None, release: str | None) -> Artifacts:
    """The artifacts in a folder, or those of a network file, whose lock is written as `render` writes it."""
    from landbridge import artifacts

    if directory is not None:
        if release is not None:
            raise LandbridgeError(
                error("release", "artifacts are of the release that they were rendered for", remedy="Leave --release out.")
            )
        return artifacts.read(directory)
    from landbridge.design import design
    from landbridge.intent import load

    document = load(file)
    lock_file = artifacts.lock_path(file)
    lock = artifacts.read_lock(lock_file)
    planned = design(document, lock)
    rendered = artifacts.render(planned, release)
    if planned.lock != lock or not lock_file.exists():
        artifacts.write_lock(lock_file, planned.lock)
    return rendered


def running_name(file: Path | None, name: str | None) -> str:
    """The lab that is meant: the one named, the file's network, or the only one that runs."""
    from landbridge.lab import launching

    if name is not None:
        return name
    if file is not None:
        from landbridge.intent import load

        return load(file).network.network
    running = launching.names()
    if not running:
        raise LandbridgeError(error("lab", "no lab is running", remedy="Start one with `landbridge lab up`."))
    if len(running) > 1:
        raise LandbridgeError(error("lab", f"several labs are running: {', '.join(running)}", remedy="Say which with --name."))
    return running[0]
