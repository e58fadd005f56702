"""The network file: its schema, reading it, and saying what is wrong with it, and where."""
