"""The one way to call AWS: clients of every account and Region, retries, time-outs, and errors that say the way out."""

from landbridge.aws.calling.call import Answer, Call, Place, Watch
from landbridge.aws.calling.cloud import Cloud
from landbridge.aws.calling.refusal import CallError, advice

__all__ = ["Answer", "Call", "CallError", "Cloud", "Place", "Watch", "advice"]
