"""What packets move through, as the cloud has it: VPCs, hubs' attachments, the Internet, probe hosts; planned, compared, carried out.

estate ──plan──▶ Ground ──difference──▶ lines for `ip -batch` and texts for nft, by namespace ──Carrier──▶ the kernel
"""

from landbridge.sandbox.following.ground.carrier import Carrier
from landbridge.sandbox.following.ground.hosts import Expected, expected
from landbridge.sandbox.following.ground.model import Ground
from landbridge.sandbox.following.ground.planning import plan

__all__ = ["Carrier", "Expected", "Ground", "expected", "plan"]
