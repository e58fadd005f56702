from tests.heal.cloud import cloud

__all__ = ["cloud"]
