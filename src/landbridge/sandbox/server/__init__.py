"""The emulator's own process: the API over HTTP on loopback, one call at a time, each kept on disk before it is answered."""
