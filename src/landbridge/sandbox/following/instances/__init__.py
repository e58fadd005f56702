"""Instances: a machine for each that runs, which boots from its own user data as it would on AWS, by its network and with its role."""

from __future__ import annotations

from landbridge.sandbox.following.instances.instances import Instances
from landbridge.sandbox.following.instances.places import AWS_API

__all__ = ["AWS_API", "Instances"]
