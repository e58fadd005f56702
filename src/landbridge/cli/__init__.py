"""The commands. Nothing else in landbridge knows of a terminal, and only `output` prints."""

from landbridge.cli.app import main

__all__ = ["main"]
