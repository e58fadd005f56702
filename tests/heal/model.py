"""A cloud small enough to be tried in every way: gateways whose instances come, go, hang and are cut off, and the calls that heal makes.

It is what there really is; what heal sees of it may be older, or less.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError  # type: ignore[import-untyped]

from landbridge.heal.clients import Clients
from landbridge.heal.decide import serving
from landbridge.heal.observation import Gateway, Instance, Observation, Route, Word

BEGAN = 1_700_000_000
SITES = {"lima": ("lima-a", "lima-b"), "oslo": ("oslo-a",)}
ALL = [name for names in SITES.values() for name in names]
TABLES = {"lima": ("rtb-1", "rtb-2", "rtb-3"), "oslo": ("rtb-4",)}
PREFIX_LIST = {"lima": "pl-lima", "oslo": "pl-oslo"}
SECONDARY = {"lima-a": "10.0.0.254", "lima-b": "10.0.1.254"}


@dataclass
class Cloud:
    """`hung` are instances that run for EC2 and do nothing; `cut` gateways without a tunnel; `alarms` what CloudWatch has noticed of that.
    `fail_at` is the number of the call that fails: before it is done, or (`lost`) after."""

    now: int = BEGAN
    made: int = 0
    gateways: dict[str, Gateway] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)
    alarms: dict[str, int] = field(default_factory=dict)
    hung: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    calls: int = 0
    moves: int = 0
    fail_at: int | None = None
    lost: bool = False

    def __post_init__(self) -> None:
        for site, names in SITES.items():
            for name in names if len(self.gateways) < len(ALL) else ():
                told = {"active": name.endswith("a"), "secondary": SECONDARY.get(name, ""), "allocation": f"eip-{name}"}
                self.gateways[name] = Gateway(name, site, f"group-{name}", **told)  # type: ignore[arg-type]

    def copy(self) -> Cloud:
        """Another one like it."""
        sets = {"hung": set(self.hung), "cut": set(self.cut)}
        held = {"gateways": dict(self.gateways), "routes": dict(self.routes), "words": dict(self.words), "alarms": dict(self.alarms)}
        return replace(self, **held, **sets)  # type: ignore[arg-type]

    def seen(self) -> Observation:
        """All of it, as it is now."""
        return Observation(
            tuple(replace(one, cut_off=self.alarms.get(name)) for name, one in sorted(self.gateways.items())),
            tuple(
                Route(site, table, PREFIX_LIST[site], self.routes.get(table, ""), table in self.routes)
                for site, tables in sorted(TABLES.items())
                for table in tables
            ),
            tuple(self.words.values()),
            self.now,
        )

    def clients(self) -> Clients:
        all_of_them: Any = self
        return Clients(all_of_them, all_of_them, all_of_them, all_of_them)

    # What happens by itself.

    def launch(self, name: str) -> None:
        self.made += 1
        number, owner = self.made, self.gateways[name]
        address = f"10.0.9.{number % 250}"
        made = Instance(f"i-{number}", "Pending:Wait", True, "pending", self.now, f"eni-{number}", address, (address,))
        self.gateways[name] = replace(owner, instances=(*owner.instances, made))

    def change(self, instance: str, **changes: Any) -> None:  # noqa: ANN401
        for name, owner in self.gateways.items():
            if any(one.id == instance for one in owner.instances):
                members = tuple(replace(one, **changes) if one.id == instance else one for one in owner.instances)
                self.gateways[name] = replace(owner, instances=members)
                return

    def end(self, instance: str) -> None:
        """EC2 has ended it: its interface is gone, and its Elastic IP free."""
        self.change(instance, state="terminated")
        gone = f"eni-{instance.removeprefix('i-')}"
        for name, owner in self.gateways.items():
            if owner.associated == gone:
                self.gateways[name] = replace(owner, associated="")

    def tend(self) -> None:
        """Auto Scaling: who has ended or is ill leaves, and there is always one more."""
        for name, owner in list(self.gateways.items()):
            members = []
            for one in owner.instances:
                if one.state == "terminated" and one.lifecycle != "Pending:Wait":
                    continue
                leaving = not one.healthy and one.lifecycle == "InService"
                members.append(replace(one, lifecycle="Terminating:Wait") if leaving else one)
            self.gateways[name] = replace(self.gateways[name], instances=tuple(members))
            if not [one for one in members if not one.lifecycle.startswith("Terminating")]:
                self.launch(name)

    def boot(self) -> None:
        for owner in list(self.gateways.values()):
            for one in owner.instances:
                if one.state == "pending":
                    self.change(one.id, state="running")

    def well(self, name: str) -> Instance | None:
        """The instance of a gateway that really carries what it is sent."""
        instance = serving(self.gateways[name])
        return instance if instance is not None and instance.id not in self.hung and name not in self.cut else None

    def say(self, by: str, claimed: str, at: int, late: int = 0) -> None:
        """A word, which may be over later than others: it is as late as it came to be sent."""
        self.words[by] = Word(claimed, by, at, at + late + 60)

    def notice(self) -> None:
        """CloudWatch catches up with the tunnels."""
        for name in self.gateways:
            if self.well(name) is not None:
                self.alarms.pop(name, None)
            else:
                self.alarms.setdefault(name, self.now)

    def watch_each_other(self) -> None:
        """VRRP, a few seconds after: of a pair whose routes lead to one that isn't well the other, if it is well, says so."""
        for site, names in SITES.items():
            for name, other in (names, names[::-1]) if len(names) == 2 else ():
                mine, theirs = self.well(name), serving(self.gateways[other])
                held = {self.routes.get(table) for table in TABLES[site]}
                led_astray = theirs is not None and theirs.interface in held and self.well(other) is None
                if mine is not None and mine.lifecycle == "InService" and led_astray:
                    self.say(name, name, self.now)

    # What heal calls.

    def _called(self) -> bool:
        """Counts a call; whether it is lost after it is done. Raises where it fails."""
        self.calls += 1
        if self.fail_at != self.calls - 1:
            return False
        if not self.lost:
            raise ClientError({"Error": {"Code": "RequestLimitExceeded", "Message": "Request limit exceeded."}}, "any")
        return True

    def _answered(self, lost: bool) -> dict[str, Any]:
        if lost:
            raise ReadTimeoutError(endpoint_url="https://nowhere")
        return {}

    def _with(self, interface: str) -> Instance:
        for owner in self.gateways.values():
            for one in owner.instances:
                if one.interface == interface and one.state in ("pending", "running"):
                    return one
        raise ClientError({"Error": {"Code": "InvalidNetworkInterfaceID.NotFound", "Message": interface}}, "any")

    def modify_network_interface_attribute(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
        lost = self._called()
        self.change(self._with(asked["NetworkInterfaceId"]).id, forwards=True)
        return self._answered(lost)

    def assign_private_ip_addresses(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
        lost = self._called()
        taker, address = self._with(asked["NetworkInterfaceId"]), asked["PrivateIpAddresses"][0]
        for owner in list(self.gateways.values()):
            for one in owner.instances:
                kept = tuple(each for each in one.addresses if each != address)
                self.change(one.id, addresses=(*kept, address) if one.id == taker.id else kept)
        return self._answered(lost)

    def associate_address(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
        lost = self._called()
        name = asked["AllocationId"].removeprefix("eip-")
        self.gateways[name] = replace(self.gateways[name], associated=self._with(asked["NetworkInterfaceId"]).interface)
        return self._answered(lost)

    def create_route(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
        return self._route(asked, present=False)

    def replace_route(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
        return self._route(asked, present=True)

    def _route(self, asked: dict[str, Any], *, present: bool) -> dict[str, Any]:
        lost = self._called()
        if (asked["RouteTableId"] in self.routes) != present:
            code = "InvalidParameterValue" if present else "RouteAlreadyExists"
            raise ClientError({"Error": {"Code": code, "Message": "no such route, or one"}}, "any")
        target = self._with(asked["NetworkInterfaceId"])
        assert target.forwards, "a route leads to an instance that drops what isn't its own"
        self.routes[asked["RouteTableId"]] = target.interface
        self.moves += 1
        return self._answered(lost)

    def complete_lifecycle_action(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
        lost = self._called()
        waiting = {"landbridge-launch": "Pending:Wait", "landbridge-terminate": "Terminating:Wait"}[asked["LifecycleHookName"]]
        found = [one for owner in self.gateways.values() for one in owner.instances if one.id == asked["InstanceId"]]
        if not found or found[0].lifecycle != waiting:
            said = f"No active Lifecycle Action found with instance ID {asked['InstanceId']}"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": said}}, "any")
        if asked["LifecycleActionResult"] == "CONTINUE" and waiting == "Pending:Wait":
            self.change(found[0].id, lifecycle="InService")
        else:
            self.change(found[0].id, lifecycle="Terminating:Proceed")
            self.end(found[0].id)
        return self._answered(lost)

    def set_instance_health(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
        lost = self._called()
        if not [one for owner in self.gateways.values() for one in owner.instances if one.id == asked["InstanceId"]]:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "Instance Id not found"}}, "any")
        self.change(asked["InstanceId"], healthy=False)
        return self._answered(lost)
