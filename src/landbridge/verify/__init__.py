"""From artifacts to proof: routing to a fixpoint, forwarding, translation, failures, findings and traces."""

from landbridge.verify.broken import broken_pairs
from landbridge.verify.judging import hosts, judge, trace
from landbridge.verify.network import Network, Places, live_network, network_of
from landbridge.verify.packets import Service
from landbridge.verify.proof import Proof
from landbridge.verify.report import Hop, Report, Verdict, Way
from landbridge.verify.telling import tell_broken
from landbridge.verify.verifying import report_of, verify

__all__ = [
    "Hop",
    "Network",
    "Places",
    "Proof",
    "Report",
    "Service",
    "Verdict",
    "Way",
    "broken_pairs",
    "hosts",
    "judge",
    "live_network",
    "network_of",
    "report_of",
    "tell_broken",
    "trace",
    "verify",
]
