"""What CloudFormation templates say of the cloud, as the manifest says it: where there are stacks, AWS will be what they make."""

from landbridge.artifacts.cloud.files import owner_of_file
from landbridge.artifacts.cloud.overlaying import Overlay, Place, overlaid

__all__ = ["Overlay", "Place", "overlaid", "owner_of_file"]
