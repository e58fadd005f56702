"""Whether a deployed network is as it should be: what facts say, what has drifted, and how it is now, for `verify` to judge."""

from landbridge.aws.status.living import live_of
from landbridge.aws.status.problems import problems
from landbridge.aws.status.routerdrift import Reader, RouterDrift, router_drift
from landbridge.aws.status.stackdrift import ResourceDrift, StackDrift, stack_drift

__all__ = ["Reader", "ResourceDrift", "RouterDrift", "StackDrift", "live_of", "problems", "router_drift", "stack_drift"]
