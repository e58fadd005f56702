"""Planned changes to a network that runs, without an outage: a switch by hand, new instances, new keys.

Each looks before it begins, watches while it works, and stops by itself where something isn't well. Each may be interrupted at any moment:
run again it goes on from what it finds.
"""
