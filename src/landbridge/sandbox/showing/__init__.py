"""What the emulator holds, shown to who moves the packets; and what that one knows better: told by way of `sandbox/estate` and others.

Only over the private socket, for it holds keys and hands out credentials.
"""
