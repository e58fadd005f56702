"""The table of what is added to the emulator, or set right in it. Each addition is a module with an `install`."""

from __future__ import annotations

from landbridge.sandbox.cloudformation import serving
from landbridge.sandbox.ec2 import addressing, answers, customers, hubs, routes, rules, zones
from landbridge.sandbox.happening import alarms, bus
from landbridge.sandbox.quotas import answers as service_quotas
from landbridge.sandbox.quotas import enforcing
from landbridge.sandbox.scaling import hooks, launching, noticing
from landbridge.sandbox.server import accounts, buckets, images, secrets
from landbridge.sandbox.server.foreign import Foreign
from landbridge.sandbox.showing import health

ADDITIONS = (
    accounts.install,  # whose call it is
    images.install,  # whose images they are
    buckets.install,  # buckets' policies
    secrets.install,  # another account's secrets
    answers.install,  # calls of EC2
    customers.install,  # AS numbers of four bytes
    hubs.install,  # associations of attachments
    addressing.install,  # addresses that are given out
    routes.install,  # black holes
    zones.install,  # zones that there aren't
    rules.install,  # rules of protocols without ports
    launching.install,  # how groups launch, and what goes with an instance
    hooks.install,  # lifecycle hooks
    noticing.install,  # how groups learn that an instance has ended
    bus.install,  # rules that reach functions
    alarms.install,  # alarms of some names that are in some state
    enforcing.install,  # quotas, after all that makes something
    service_quotas.install,  # and their API
    health.install,  # status checks
)
SERVICES = {"cloudformation": serving.application}  # of our own, in the place of the emulator's


def install(emulator: Foreign) -> None:
    """Makes every addition."""
    for add in ADDITIONS:
        add()
    for service, application in SERVICES.items():
        emulator.app_instances[service] = application()
