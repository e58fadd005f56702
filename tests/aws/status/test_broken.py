"""Each thing that is broken through the API is named, alone, with the hosts that it cuts off; mended, all is well again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from landbridge.cli import main

from .conftest import Deployed

SITE, GATEWAY, REGION = "virginia", "virginia-a", "us-east-1"


def status(deployed: Deployed, capfd: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any]]:
    capfd.readouterr()
    code = main(["status", str(deployed.file), "--endpoint", deployed.endpoint, "--release", "1.4", "--json", *more])
    said: dict[str, Any] = json.loads(capfd.readouterr().out)
    return code, said


def codes(said: dict[str, Any]) -> list[str]:
    return [one["code"] for one in said["findings"] if one["severity"] == "error"]


def messages(said: dict[str, Any]) -> str:
    return "\n".join(one["message"] for one in said["findings"])


def cut_off(said: dict[str, Any]) -> set[str]:
    """The sites of which hosts are in every broken pair."""
    sites = [{one["from"].rpartition("-")[0], one["to"].rpartition("-")[0]} for one in said["broken"]["pairs"]]
    return set.intersection(*sites) if sites else set()


@pytest.fixture
def well(deployed: Deployed, capfd: pytest.CaptureFixture[str]) -> Iterator[Deployed]:
    """All is well before, and after."""
    yield deployed
    until = time.monotonic() + 10
    while codes((found := status(deployed, capfd, "--no-drift"))[1]) == ["alarm"] and time.monotonic() < until:
        time.sleep(0.3)  # alarms are judged each second
    code, said = found
    assert (code, said["findings"], said["broken"]["count"]) == (0, [], 0)


@contextmanager
def heal_sleeps(deployed: Deployed, region: str) -> Iterator[None]:
    """Without heal's rules: it would mend what is broken here."""
    events = deployed.client("events", region)
    rules = [one["Name"] for one in events.list_rules()["Rules"]]
    for rule in rules:
        events.disable_rule(Name=rule)
    try:
        yield
    finally:
        for rule in rules:
            events.enable_rule(Name=rule)


def test_all_is_well_and_its_json_has_the_documented_shape(deployed: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    code, said = status(deployed, capfd)
    assert (code, said["findings"], said["ok"]) == (0, [], True)
    assert {one["drift"] for one in said["stacks"]} <= {"IN_SYNC", "NOT_CHECKED"}
    assert said["pairs"] == 146
    assert {one["role"] for one in said["gateways"]} == {"active"}
    page = Path("docs/status.md").read_text(encoding="utf-8")
    documented = json.loads(page.split("<!-- shape: status -->")[1].split("<!-- end -->")[0])
    said["routers"], said["broken"]["pairs"] = documented["routers"], documented["broken"]["pairs"]  # tests of their own show these
    for one in said["stacks"]:
        one["drifted"] = documented["stacks"][0]["drifted"]
    said["routes"].reverse()  # that of the hub, which has no gateway, comes first
    assert shape(said) == shape(documented)


def shape(value: Any) -> Any:  # noqa: ANN401
    """A value's keys, in their order, with one item for each list."""
    if isinstance(value, dict):
        return [(key, shape(item)) for key, item in value.items() if key != "findings"]
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value)


def test_the_page_for_people_says_so_in_a_line(deployed: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    assert main(["status", str(deployed.file), "--endpoint", deployed.endpoint, "--release", "1.4", "--no-drift"]) == 0
    said = capfd.readouterr().out
    assert "✓ four-regions: all is as it should be; 146 of 146 pairs of hosts reach each other" in said
    assert "drift wasn't looked for" in said
    assert "routers: not asked" in said


def test_a_tunnel_down_is_named_and_cuts_nobody_off(well: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    well.tunnels(False, f"{GATEWAY}-1")
    try:
        code, said = status(well, capfd, "--no-drift")
        assert (code, set(codes(said)) - {"alarm"}, said["broken"]["count"]) == (1, {"tunnel-down"}, 0)
        assert f"{GATEWAY}-1 is down" in messages(said)
    finally:
        well.tunnels()


def test_both_tunnels_down_cut_the_site_off(well: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    well.tunnels(False, f"{GATEWAY}-1", f"{GATEWAY}-2")
    try:
        code, said = status(well, capfd, "--no-drift")
        assert code == 1
        assert {"tunnel-down", "not-announced", "unreachable"} <= set(codes(said))
        assert cut_off(said) == {SITE}
        assert said["broken"]["count"] == 2 * 4 * (3 + 4 + 3)
        assert any(one["trace"] for one in said["findings"])
    finally:
        well.tunnels()


def test_a_check_that_is_switched_on_cuts_the_site_off(well: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    ec2, instance = well.client("ec2", REGION), well.gateway(GATEWAY).instance
    assert instance is not None
    ec2.modify_network_interface_attribute(NetworkInterfaceId=instance.interface, SourceDestCheck={"Value": True})
    try:
        code, said = status(well, capfd, "--no-drift")
        assert (code, cut_off(said)) == (1, {SITE})
        assert set(codes(said)) == {"gateway", "blackhole"}
        assert f"the source/destination check of {GATEWAY} is on" in messages(said)
        assert {one["where"]["path"] for one in said["findings"]} == {instance.interface}
    finally:
        ec2.modify_network_interface_attribute(NetworkInterfaceId=instance.interface, SourceDestCheck={"Value": False})


def test_a_route_that_is_deleted_cuts_the_site_off(well: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    ec2, found = well.client("ec2", REGION), well.facts()
    table = next(one for one in found.tables if one.owner == SITE and one.led)
    (prefix_list,) = next(one.ids for one in found.lists if one.owner == SITE)
    with heal_sleeps(well, REGION):
        ec2.delete_route(RouteTableId=table.id, DestinationPrefixListId=prefix_list)
        try:
            code, said = status(well, capfd, "--no-drift")
            assert (code, set(codes(said)), cut_off(said)) == (1, {"blackhole", "one-way"}, {SITE})
            assert {one["where"]["path"] for one in said["findings"]} == {table.id}
            assert "is missing" in messages(said)
            assert next(one for one in said["gateways"] if one["name"] == GATEWAY)["role"] is None
        finally:
            instance = found.gateway(GATEWAY).instance
            assert instance is not None
            ec2.create_route(RouteTableId=table.id, DestinationPrefixListId=prefix_list, NetworkInterfaceId=instance.interface)


def test_a_route_to_what_does_not_run_is_a_black_hole(well: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    ec2, found = well.client("ec2", REGION), well.facts()
    table = next(one for one in found.tables if one.owner == SITE and one.led)
    (prefix_list,) = next(one.ids for one in found.lists if one.owner == SITE)
    instance = found.gateway(GATEWAY).instance
    assert instance is not None
    spare = ec2.create_network_interface(SubnetId=instance.subnet)["NetworkInterface"]["NetworkInterfaceId"]
    with heal_sleeps(well, REGION):
        ec2.replace_route(RouteTableId=table.id, DestinationPrefixListId=prefix_list, NetworkInterfaceId=spare)
        try:
            code, said = status(well, capfd, "--no-drift")
            assert (code, set(codes(said)), cut_off(said)) == (1, {"blackhole", "one-way"}, {SITE})
            assert {one["state"] for one in said["routes"] if one["vpc"] == SITE} == {"blackhole"}
            assert spare in messages(said)
        finally:
            ec2.replace_route(RouteTableId=table.id, DestinationPrefixListId=prefix_list, NetworkInterfaceId=instance.interface)
            ec2.delete_network_interface(NetworkInterfaceId=spare)


def test_an_instance_that_is_stopped_is_told_with_all_that_goes_with_it(well: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    ec2, instance = well.client("ec2", REGION), well.gateway(GATEWAY).instance
    assert instance is not None
    with heal_sleeps(well, REGION):
        ec2.stop_instances(InstanceIds=[instance.id])
        try:
            code, said = status(well, capfd, "--no-drift")
            assert (code, cut_off(said)) == (1, {SITE})
            assert f"the instance of {GATEWAY} is stopped" in messages(said)
            assert {one["state"] for one in said["routes"] if one["vpc"] == SITE} == {"blackhole"}
            assert f"{GATEWAY}-1 is down: its instance is stopped" in messages(said)
        finally:
            ec2.start_instances(InstanceIds=[instance.id])


def test_an_address_that_is_taken_away_takes_the_tunnels_with_it(well: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    ec2, gateway = well.client("ec2", REGION), well.gateway(GATEWAY)
    assert gateway.address is not None
    assert gateway.instance is not None
    held = ec2.describe_addresses(AllocationIds=[gateway.address.allocation])["Addresses"][0]
    ec2.disassociate_address(AssociationId=held["AssociationId"])
    try:
        code, said = status(well, capfd, "--no-drift")
        assert (code, cut_off(said)) == (1, {SITE})
        assert f"the Elastic IP of {GATEWAY}, {gateway.address.address}, is on no interface" in messages(said)
        assert "no Elastic IP leads to" in messages(said)
    finally:
        ec2.associate_address(AllocationId=gateway.address.allocation, NetworkInterfaceId=gateway.instance.interface)


def test_a_rule_that_is_revoked_cuts_its_subnets_off_and_one_that_is_added_is_told(
    well: Deployed, capfd: pytest.CaptureFixture[str]
) -> None:
    ec2 = well.client("ec2", REGION)
    group = ec2.describe_security_groups(Filters=[{"Name": "tag:landbridge:gateway", "Values": [GATEWAY]}])["SecurityGroups"][0]["GroupId"]
    own = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "172.88.128.0/19"}]}]
    open_ = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=own)
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=open_)
    try:
        code, said = status(well, capfd, "--no-drift")
        assert (code, codes(said)) == (1, ["drift", "drift", "unreachable"])
        assert f"{GATEWAY} no longer lets in all from 172.88.128.0/19" in messages(said)
        assert f"{GATEWAY} lets in tcp 22 from 0.0.0.0/0" in messages(said)
        assert {one["from"] for one in said["broken"]["pairs"]} == {"virginia-1", "virginia-2", "virginia-3"}
    finally:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=own)
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=open_)


def test_an_alarm_that_is_raised_is_named(well: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    cloudwatch = well.client("cloudwatch", "us-west-2")
    name = f"four-regions-{GATEWAY}-tunnel-down"
    before = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]
    try:
        for _ in range(10):  # it is judged anew each second, and may be put right before it is read
            cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="set by hand")
            code, said = status(well, capfd, "--no-drift")
            if code:
                break
        assert (code, codes(said)) == (1, ["alarm"])
        assert said["findings"][0]["where"]["path"] == name
    finally:
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=before, StateReason="set back")


def test_a_subnet_with_another_table_is_named_with_its_hosts(well: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    ec2, found = well.client("ec2", REGION), well.facts()
    subnet = next(one for one in found.subnets if one.owner == SITE and one.cidr == "172.88.128.0/24")
    vpc = next(one.vpc for one in found.tables if one.owner == SITE)
    other = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    held = ec2.describe_route_tables(RouteTableIds=[subnet.table])["RouteTables"][0]["Associations"]
    link = next(one["RouteTableAssociationId"] for one in held if one.get("SubnetId") == subnet.id)
    changed = ec2.replace_route_table_association(AssociationId=link, RouteTableId=other)["NewAssociationId"]
    try:
        code, said = status(well, capfd, "--no-drift")
        assert code == 1
        assert f"has the route table {other}" in messages(said)
        assert {one["from"] for one in said["broken"]["pairs"] if one["from"].startswith(SITE)} == {"virginia-1"}
    finally:
        ec2.replace_route_table_association(AssociationId=changed, RouteTableId=subnet.table)
        ec2.delete_route_table(RouteTableId=other)


def test_what_was_changed_outside_of_a_stack_is_told_by_its_name(well: Deployed, capfd: pytest.CaptureFixture[str]) -> None:
    ec2, lists = well.client("ec2", REGION), next(one.ids for one in well.facts().lists if one.owner == SITE)
    held = ec2.describe_managed_prefix_lists(PrefixListIds=list(lists))["PrefixLists"][0]
    added = [{"Cidr": "203.0.113.0/24"}]
    changed = ec2.modify_managed_prefix_list(PrefixListId=lists[0], CurrentVersion=held["Version"], AddEntries=added)["PrefixList"]
    try:
        code, said = status(well, capfd)
        assert (code, codes(said)) == (1, ["drift"])
        drifted = [one for one in said["stacks"] if one["drift"] == "DRIFTED"]
        assert [(one["name"], [each["name"] for each in one["drifted"]]) for one in drifted] == [
            ("four-regions-virginia-edge", ["RemotePrefixes"])
        ]
    finally:
        ec2.modify_managed_prefix_list(
            PrefixListId=lists[0], CurrentVersion=changed["Version"], RemoveEntries=[{"Cidr": one["Cidr"]} for one in added]
        )
