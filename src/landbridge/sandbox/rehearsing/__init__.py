"""Rehearsing failures in a followed sandbox: one thing after another is broken under traffic, and what was felt is measured and judged.

SCENARIOS ──play──▶ Played (times, traffic, journal) ──measure──▶ Row ──judge──▶ misses
"""

from landbridge.sandbox.rehearsing.measuring import Row
from landbridge.sandbox.rehearsing.playing import play, until_settled
from landbridge.sandbox.rehearsing.scenarios import SCENARIOS, Limit, Scenario
from landbridge.sandbox.rehearsing.stage import Kind, Stage, chosen, global_address, likely

__all__ = ["SCENARIOS", "Kind", "Limit", "Row", "Scenario", "Stage", "chosen", "global_address", "likely", "play", "until_settled"]
