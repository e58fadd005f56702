"""The table of what is added to the emulator, or set right in it. Each addition is a module with an `install`."""

from __future__ import annotations

from landbridge.sandbox.cloudformation import serving
from landbridge.sandbox.ec2 import answers, customers, hubs, routes, rules
from landbridge.sandbox.happening import bus
from landbridge.sandbox.scaling import hooks, launching
from landbridge.sandbox.server import accounts, buckets, images
from landbridge.sandbox.server.foreign import Foreign

ADDITIONS = (
    accounts.install,  # whose call it is
    images.install,  # whose images they are
    buckets.install,  # buckets' policies
    answers.install,  # calls of EC2
    customers.install,  # AS numbers of four bytes
    hubs.install,  # associations of attachments
    routes.install,  # black holes
    rules.install,  # rules of protocols without ports
    launching.install,  # how groups launch, and what goes with an instance
    hooks.install,  # lifecycle hooks
    bus.install,  # rules that reach functions
)
SERVICES = {"cloudformation": serving.application}  # of our own, in the place of the emulator's


def install(emulator: Foreign) -> None:
    """Makes every addition."""
    for add in ADDITIONS:
        add()
    for service, application in SERVICES.items():
        emulator.app_instances[service] = application()
