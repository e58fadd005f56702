"""The written form of a design: routers' configurations and the manifest; written whole or not at all, read into typed values."""
