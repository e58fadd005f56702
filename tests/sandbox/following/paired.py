"""A pair's two gateways as instances, a single site and a hub that is a lab's own: roles, words and traffic. Run as `standing` is."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Mapping
from ipaddress import IPv4Network
from pathlib import Path

from landbridge import artifacts
from landbridge.artifacts import Artifacts
from landbridge.artifacts.manifest import Manifest
from landbridge.design import design
from landbridge.intent import load
from landbridge.lab import fabric as fabrics
from landbridge.lab import namespaces, recipes
from landbridge.lab.addressing import Addressing, address
from landbridge.lab.fabric import INTERNET, MACHINE_MAC
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.laboratory import FOLDER
from landbridge.lab.machine import Machine
from landbridge.lab.probing import Prober, pairs
from landbridge.sandbox.following.estate import Estate, Instance, Interface, Route, Subnet, Table, Vpc
from landbridge.sandbox.following.instances import AWS_API, Instances
from landbridge.sandbox.following.wires import raw
from landbridge.vyos.booting import BOOTSTRAP, Bootstrap, Source, bundle, user_data
from tests.lab.test_lab_failover import NETWORK
from tests.sandbox.following.standing import FakeSource, Seen, digest, tell, until

Standing = list[tuple[Instance, Interface]]


def network() -> Artifacts:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.yaml"
        path.write_text(NETWORK)
        return artifacts.render(design(load(path)), "1.4")


def scripts_of(made: Artifacts, gateway: str) -> str:
    """A gateway's scripts as its bootstrap fetches them; nothing for a single."""
    scripts = {name: text for name, text in made.scripts[gateway].items() if name != BOOTSTRAP}
    return bundle(scripts).decode() if scripts else ""


def standing(made: Artifacts, addressing: Addressing, generation: int = 1) -> Standing:
    found = []
    values = addressing.placeholders()
    for facts in made.manifest.gateways:
        text = made.routers[facts.name]
        keys = {name: name for name in values if name.startswith(f"psk:{facts.name}-")}
        known = {name: value for name, value in values.items() if name.startswith((f"outside:{facts.name}-", f"eip:{facts.name}"))}
        scripts = scripts_of(made, facts.name)
        bundled = Source(digest(scripts), bucket="texts", key=digest(scripts)) if scripts else None
        data = user_data("1.4", text, Bootstrap(Source(digest(text), bucket="texts", key=digest(text)), keys, known, bundled))
        name, private, eip = f"i-{facts.name}-{generation}", addressing.private[facts.name], addressing.eip[facts.name]
        one = Instance(name, "1", "us-east-2", "running", f"eni-{name}", data, "gateway", facts.name, time.time())
        all_of = (private, facts.secondary) if facts.secondary else (private,)
        found.append(
            (one, Interface(f"eni-{name}", facts.vpc, f"subnet-{facts.name}", private, all_of, False, (), name, ((private, eip),)))
        )
    return found


def estate(number: int, made: Manifest, addressing: Addressing, there: Standing, active: str) -> Estate:
    sites = sorted({facts.vpc for facts in made.gateways})
    led = Table("rtb-tokyo", "tokyo", (Route((IPv4Network("0.0.0.0/1"),), active),))
    return Estate(
        number,
        vpcs=tuple(Vpc(site, "1", "us-east-2", tuple(made.vpc(site).cidrs), "igw") for site in sites),
        subnets=tuple(Subnet(f"subnet-{one.name}", one.vpc, addressing.subnet[one.name], "a", "rtb") for one in made.gateways),
        tables=(led,),
        instances=tuple(one for one, _ in there),
        interfaces=tuple(interface for _, interface in there),
    )


def wire_up(root: GuestRoot, made: fabrics.Fabric, old: Mapping[str, str], there: Standing) -> None:
    """The lab's own fabric, with wires as instances have them. `old` has what each gateway's wire was called before."""
    for one, interface in there:
        name = next(wire for wire in made.wires_of(one.gateway))
        before = old.get(one.gateway, name.raw)
        lines = [f"link set {before} down", f"link set {before} name {raw(one.id, 0)}", f"link set {raw(one.id, 0)} up"]
        namespaces.route_with(INTERNET, lines, root)
        namespaces.route_with(f"vpc-{interface.vpc}", [f"link set {name.device} address {MACHINE_MAC} arp off"], root)


async def start_hub(root: GuestRoot, made: fabrics.Fabric, recipe: recipes.Recipe) -> Machine:
    hub = Machine(recipe, made.wires_of(recipe.name), root, FOLDER / recipe.name, "paired")
    await hub.power_on()
    await hub.stage("booted")
    hub.go_on("go", *recipe.secrets, ".")
    await hub.stage("wired")
    hub.go_on("go")
    await hub.stage("up")
    return hub


def role(instances: Instances, gateway: str) -> str:
    return state(instances, gateway, "role").partition(" ")[0]


def state(instances: Instances, gateway: str, item: str) -> str:
    machine = instances.find(gateway)
    try:
        return (machine.folder / "state" / item).read_text().strip() if machine is not None else ""
    except OSError:
        return ""


def word(source: FakeSource, gateway: str) -> str:
    """What a gateway says last of who shall have the site, and how often it prepends."""
    return " ".join(source.records.get(gateway, {}).get("word", {}).get("S", "").split()[:3])


async def life(root: GuestRoot) -> Seen:
    made = network()
    addressing = address(made.manifest)
    fabric = fabrics.plan(made.manifest, addressing)
    await asyncio.to_thread(namespaces.build, fabric, root)
    namespaces.route_with(INTERNET, [f"addr add {AWS_API}/32 dev lo"], root)
    there = standing(made, addressing)
    for vpc in {interface.vpc for _, interface in there}:
        namespaces.route_with(f"vpc-{vpc}", ["addr add 169.254.169.254/32 dev lo"], root)
    wire_up(root, fabric, {}, there)
    source = FakeSource(FOLDER / "api.sock", *made.routers.values(), *(scripts_of(made, name) for name in made.routers))
    source.keys = {name: value for name, value in addressing.placeholders().items() if name.startswith("psk:")}
    server = await source.serve()
    instances = Instances(root, FOLDER, "paired", source, 0.0, lambda _: None)
    hub = await start_hub(root, fabric, recipes.hub(made.manifest, addressing))
    prober, seen = Prober(), Seen()
    await prober.settle(fabric.hosts)

    async def reachable() -> bool:
        return all(probe.ok for probe in await prober.probe(pairs(fabric.hosts), ("icmp",), 0.5))

    try:
        began = time.monotonic()
        first = next(interface.id for one, interface in there if one.gateway == "tokyo-a")
        await instances.settle(estate(1, made.manifest, addressing, there, first))
        await until(lambda: (role(instances, "tokyo-a"), role(instances, "tokyo-b")) == ("master", "backup"), 40)
        seen["roles"] = {name: role(instances, name) for name in ("tokyo-a", "tokyo-b")}
        seen["settles_s"] = await until(lambda: state(instances, "tokyo-a", "settled") != "", 20)
        seen["words"] = {name: word(source, name) for name in ("tokyo-a", "tokyo-b")}
        seen["woken"] = sorted({*source.woken})
        seen["reachable_s"] = await until(reachable, 20)
        seen["reachable"] = await reachable()
        seen["ready_s"] = round(time.monotonic() - began, 1)
        seen["complaints"] = [word for machine in instances.machines.values() for word in machine.complaints]
        others = [pair for pair in there if pair[0].gateway != "tokyo-a"]
        await instances.settle(estate(2, made.manifest, addressing, others, first))
        seen["takes_over_s"] = await until(lambda: word(source, "tokyo-b").startswith("claim=tokyo-b"), 15)
        fresh = [pair for pair in standing(made, addressing, 2) if pair[0].gateway == "tokyo-a"]
        wire_up(root, fabric, {"tokyo-a": raw("i-tokyo-a-1", 0)}, fresh)
        second = next(interface.id for one, interface in others if one.gateway == "tokyo-b")
        await instances.settle(estate(3, made.manifest, addressing, [*others, *fresh], second))
        loaded = instances.machines["i-tokyo-a-2"]
        await until(lambda: loaded.reached("loaded"), 20)
        await asyncio.sleep(4)  # longer than a master's silence
        seen["loaded"] = loaded.reached("loaded")
        seen["after"] = {name: role(instances, name) for name in ("tokyo-a", "tokyo-b")}
        await until(lambda: state(instances, "tokyo-b", "settled") != "", 20)
        await hung(instances, source, seen)
    finally:
        server.close()
        prober.close()
        await asyncio.gather(instances.close(), hub.power_off())
    return seen


async def hung(instances: Instances, source: FakeSource, seen: Seen) -> None:
    """The master stands still, and goes on after the other has taken over."""
    machine = instances.machines["i-tokyo-b-1"]
    seen["before hanging"] = word(source, "tokyo-a")
    machine.hang()
    seen["hung_s"] = await until(lambda: word(source, "tokyo-a") == "claim=tokyo-a by=tokyo-a prepends=0", 15)
    machine.wake()
    seen["awake_s"] = await until(lambda: word(source, "tokyo-b") == "claim=tokyo-a by=tokyo-b prepends=2", 15)
    seen["awake"] = {name: role(instances, name) for name in ("tokyo-a", "tokyo-b")}


if __name__ == "__main__":
    tell({"life": life})
