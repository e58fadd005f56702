"""VyOS configuration: a config tree, reading and writing it, one dialect a release line."""
