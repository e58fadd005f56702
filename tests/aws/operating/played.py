"""A network of a pair and a single in the embedded AWS, and a player in the place of its gateways: without packets, tunnels come up and
words are said because it says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import yaml

from landbridge.aws import facts
from landbridge.aws.calling import Cloud
from landbridge.aws.deploying.ground import Ground
from landbridge.aws.deploying.lease import Holder
from landbridge.aws.deploying.stack import Patience
from landbridge.aws.facts import Facts
from landbridge.aws.operating.model import Event
from landbridge.aws.operating.watching import Means
from landbridge.cli.deployment import designed, ground_of
from landbridge.findings import Finding
from landbridge.sandbox import Learnt, set_tunnel
from landbridge.vyos.roles import words_table
from tests.aws.facts.whole import deploy_all

NETWORK = "two"
WEST, EAST, NORTH = "us-west-2", "ap-northeast-1", "eu-west-1"
IMAGE = {"owner": "679593333241", "name": "VyOS 1.4*"}
LOOK_S = 0.2
FACTS_S = 1.5


def file_in(folder: Path) -> Path:
    """The network file."""
    file = folder / "network.yaml"
    wanted = {
        "version": 1,
        "network": NETWORK,
        "hubs": {"oregon": {"region": WEST, "asn": 64512}},
        "sites": {
            "tokyo": _site(EAST, 1, "pair", {"cidr": "10.1.1.0/24", "zone": "c"}),
            "dublin": _site(NORTH, 2, "single"),
        },
        "defaults": {"gateway": {"release": "1.4", "image": IMAGE}},
        "admin": {"cidrs": ["203.0.113.0/24"], "ssh_keys": []},
    }
    file.write_text(yaml.safe_dump(wanted, sort_keys=False), encoding="utf-8")
    return file


def _site(region: str, number: int, availability: str, *more: dict[str, str]) -> dict[str, Any]:
    subnets = [{"cidr": f"10.{number}.0.0/24", "zone": "a"}, *more]
    return {"region": region, "vpc": {"cidrs": [f"10.{number}.0.0/16"], "subnets": subnets}, "gateway": {"availability": availability}}


@dataclass
class Played:
    """The network, and how its gateways behave. `obeys`: a gateway that is told to stand down does; `rises`: tunnels come up; `routers`
    hold the keys that were brought to them (None: each has whatever AWS' end has)."""

    ground: Ground
    endpoint: str
    file: Path
    obeys: bool = True
    rises: set[str] | None = None
    routers: dict[str, str] | None = None
    refuses: str = ""
    holds_on: bool = True
    told: list[Event] = field(default_factory=list)
    pushed: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    _master: dict[str, tuple[str, int]] = field(default_factory=dict)
    _spoken: dict[str, str] = field(default_factory=dict)
    _risen: dict[str, str] = field(default_factory=dict)
    _at: int = 0
    _outside: dict[str, str] = field(default_factory=dict)
    _seen: Facts | None = None
    _looked: float = 0.0
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def cloud(self) -> Cloud:
        return Cloud(self.endpoint, pauses=(0.1, 0.2))

    def means(self, stop: threading.Event | None = None) -> Means:
        return Means(self.cloud(), self.ground, self.told.append, Patience(stop or threading.Event(), LOOK_S), Holder())

    def facts(self) -> Facts:
        return facts.read(self.cloud(), self.ground)

    def client(self, service: str, region: str) -> Any:  # noqa: ANN401
        keys = {"aws_access_key_id": "123456789012", "aws_secret_access_key": "any"}
        if (service, region) not in self._clients:
            self._clients[service, region] = boto3.session.Session().client(service, region, endpoint_url=self.endpoint, **keys)
        return self._clients[service, region]

    def push(self, gateway: str, text: str, leaving: bool, keys: Mapping[str, str]) -> tuple[Finding, ...]:  # noqa: ARG002
        """What stands in for SSH."""
        from landbridge.findings import error

        if gateway == self.refuses:
            return (error("router", f"{gateway} can't be reached."),)
        self.pushed.append((gateway, dict(keys)))
        if self.routers is not None:
            self.routers.update(keys)
        return ()

    def keys(self) -> dict[str, str]:
        """What AWS' ends have, by tunnel."""
        return {name: key for name, (_, key) in self._ends().items()}

    def _ends(self) -> dict[str, tuple[bool, str]]:
        """Whether each tunnel is up, and AWS' key of it."""
        if not self._outside:
            self._outside = {tunnel.outside: tunnel.name for one in self.facts().gateways for tunnel in one.tunnels}
        found = {}
        for one in self.client("ec2", WEST).describe_vpn_connections()["VpnConnections"]:
            up = {each["OutsideIpAddress"]: each["Status"] == "UP" for each in one["VgwTelemetry"]}
            for each in one["Options"]["TunnelOptions"]:
                outside = each["OutsideIpAddress"]
                found[self._outside[outside]] = (up[outside], each["PreSharedKey"])
        return found

    def play(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_S):
            try:
                self.turn()
            except Exception as problem:
                self.trouble.append(f"{type(problem).__name__}: {problem}")

    def turn(self) -> None:
        """One look, and what the gateways do about it. What costs much is looked at seldom."""
        if time.monotonic() - self._looked > FACTS_S or self.order:
            self._seen, self._looked = self.facts(), time.monotonic()
        assert self._seen is not None
        self._tunnels(self._seen)
        self._words(self._seen)

    def _tunnels(self, seen: Facts) -> None:
        ends = self._ends()
        for one in seen.gateways:
            serving = one.instance is not None and one.instance.serves and one.instance.lifecycle == "InService" and one.reached
            for tunnel in one.tunnels:
                up, key = ends[tunnel.name]
                now = one.instance.id if one.instance is not None and serving else ""
                meet = self.routers is None or self.routers.get(tunnel.name) == key
                wanted = bool(now) and meet and (self.rises is None or tunnel.name in self.rises)
                if self._risen.get(tunnel.name, "") != now or (up and not wanted):
                    set_tunnel(self.endpoint, tunnel.outside, False)
                    self._risen[tunnel.name] = now
                elif wanted and not up:
                    set_tunnel(self.endpoint, tunnel.outside, True, "", [Learnt("10.1.0.0/24", (65000,))])

    def _words(self, seen: Facts) -> None:
        names = [one.name for one in seen.gateways if one.site == "tokyo"]
        master, since = self._master.get("tokyo", ("", 0))
        if not master:
            master, since = seen.active("tokyo") or "", self._now()
            if not master:
                return
            self._master["tokyo"] = (master, since)
        for name in names:
            one = seen.gateway(name)
            if one.instance is not None and one.instance.lifecycle == "InService" and self._spoken.get(name) != one.instance.id:
                self._say(name, master, 2 if name != master else 0)
                self._spoken[name] = one.instance.id
        order = self._item("order/tokyo")
        said = dict(part.split("=") for part in order.split()) if order else {}
        if self.obeys and said.get("yield") == master and int(said["at"]) > since and time.time() < int(said["expires"]):
            other = next(name for name in names if name != master)
            if seen.gateway(other).reached and any(each.state == "up" for each in seen.gateway(other).tunnels):
                self._say(master, other, 2)
                self._say(other, other, 0)
                self._lead(seen, other)
                self._master["tokyo"] = (other, self._at)

    def _now(self) -> int:
        self._at = max(int(time.time()), self._at + 1)
        return self._at

    def _say(self, by: str, claim: str, prepends: int) -> None:
        at = self._now()
        word = f"claim={claim} by={by} prepends={prepends} at={at} expires={at + 60}"
        self.client("dynamodb", EAST).put_item(
            TableName=words_table(NETWORK), Item={"name": {"S": by}, "word": {"S": word}, "at": {"N": str(at)}}
        )

    def _item(self, name: str) -> str:
        answer = self.client("dynamodb", EAST).get_item(TableName=words_table(NETWORK), Key={"name": {"S": name}}, ConsistentRead=True)
        return str(answer.get("Item", {}).get("word", {}).get("S", ""))

    @property
    def order(self) -> str:
        return self._item("order/tokyo")

    def _lead(self, seen: Facts, gateway: str) -> None:
        """What heal does on a claim."""
        instance = seen.gateway(gateway).instance
        assert instance is not None
        lists = [id_ for one in seen.lists if one.owner == "tokyo" for id_ in one.ids]
        for table in seen.tables:
            for route in table.routes:
                if table.owner == "tokyo" and route.destination in lists and route.target != instance.interface:
                    with suppress(Exception):
                        self.client("ec2", EAST).replace_route(
                            RouteTableId=table.id, DestinationPrefixListId=route.destination, NetworkInterfaceId=instance.interface
                        )


@contextmanager
def playing(played: Played) -> Iterator[Played]:
    """The gateways live, and all of them are well."""
    stop = threading.Event()
    thread = threading.Thread(target=played.play, args=(stop,), daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 120
        while not all(each.state == "up" for one in played.facts().gateways for each in one.tunnels) or len(played._spoken) < 2:
            assert time.monotonic() < until, played.trouble
            time.sleep(LOOK_S)
        yield played
    finally:
        stop.set()
        thread.join()


def deployed(folder: Path, endpoint: str) -> Played:
    """The network, deployed."""
    file = file_in(folder)
    planned, rendered = designed(file, None)
    ground = ground_of(planned, rendered)
    deploy_all(ground, endpoint)
    return Played(ground, endpoint, file)
