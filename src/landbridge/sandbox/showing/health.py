"""What became of a machine that the API knows nothing of: its kernel died. DescribeInstanceStatus says so until it is well again."""

from __future__ import annotations

from datetime import datetime

from landbridge.sandbox.cloudformation.stack import now
from landbridge.sandbox.server.foreign import Foreign, Props
from landbridge.sandbox.showing.credentials import found


def told(said: Props) -> Props:
    """POST /sandbox/instance. Raises KeyError."""
    instance = found(said["instance"])[2]
    since: datetime | None = getattr(instance, "impaired_since", None)
    instance.impaired_since = (since or now()) if said["impaired"] else None
    return {"instance": instance.id}


def install() -> None:
    """Puts the instance's status check in the place of the emulator's, in which every instance is well."""
    from moto.ec2.models.instances import Instance

    kind: Foreign = Instance
    well = kind.instance_status.fget

    def status(self: Foreign) -> Props:
        since = getattr(self, "impaired_since", None)
        if since is None or self.state != "running":
            checked: Props = well(self)
            return checked
        return {"Details": [{"Name": "reachability", "Status": "failed", "ImpairedSince": since}], "Status": "impaired"}

    kind.instance_status = property(status)
