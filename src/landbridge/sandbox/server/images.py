"""The machine images that every Region has: one of each VyOS release line, and none of the hundreds that the emulator would load."""

from __future__ import annotations

from typing import Any

from landbridge.sandbox.server.foreign import Foreign

OWNER = "679593333241"  # AWS Marketplace, which publishes VyOS
_RELEASES = {"1.2": "1.2.9", "1.3": "1.3.8", "1.4": "1.4.3", "1.5": "1.5.0"}

IMAGES: list[dict[str, Any]] = [
    {
        "ami_id": f"ami-0{release.replace('.', '') * 8}",
        "name": f"VyOS {version}",
        "description": f"VyOS {version}",
        "image_location": f"aws-marketplace/VyOS {version}",
        "owner_id": OWNER,
        "public": True,
        "virtualization_type": "hvm",
        "architecture": "x86_64",
        "state": "available",
        "platform": None,
        "image_type": "machine",
        "hypervisor": "xen",
        "root_device_name": "/dev/xvda",
        "root_device_type": "ebs",
        "sriov": "simple",
        "creation_date": f"2025-0{number}-01T00:00:00.000Z",
    }
    for number, (release, version) in enumerate(_RELEASES.items(), 1)
]


def install() -> None:
    """Makes them the Marketplace's: the emulator takes every image that it loads for Amazon's own."""
    from moto.ec2.models.amis import AmiBackend

    kind: Foreign = AmiBackend
    loaded = kind._load_amis

    def load(self: Foreign) -> None:
        loaded(self)
        for image in self.amis.values():
            image.owner_alias = "aws-marketplace"

    kind._load_amis = load
