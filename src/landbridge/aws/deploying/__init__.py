"""Bringing the stacks of a network to what they should be, over Regions and accounts, and taking them away again."""
