"""From one configuration to another in a machine that runs: what differs, and nothing else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from landbridge.lab.frrchanges import changes as frr_changes
from landbridge.lab.reloading import changes

BGP = """hostname hub
log file /host/frr.log
ip prefix-list P seq 10 permit 10.0.0.0/24
route-map OUT permit 10
 match ip address prefix-list P
 set as-path prepend 65400
exit
router bgp 64512
 no bgp ebgp-requires-policy
 neighbor 169.254.1.2 remote-as 65400
 neighbor 169.254.1.2 timers 10 30
 neighbor 169.254.2.2 remote-as 65401
 neighbor 169.254.2.2 timers 10 30
 address-family ipv4 unicast
  network 10.0.0.0/24
  neighbor 169.254.1.2 route-map OUT out
  maximum-paths 50
 exit-address-family
exit
"""


@pytest.mark.parametrize(
    ("old", "new", "away", "fresh"),
    [
        ("", "", "", ""),
        (
            "  network 10.0.0.0/24\n",
            "  network 10.0.1.0/24\n",
            "router bgp 64512\naddress-family ipv4 unicast\nno network 10.0.0.0/24\nexit-address-family\nexit\n",
            "router bgp 64512\naddress-family ipv4 unicast\nnetwork 10.0.1.0/24\nexit-address-family\nexit\n",
        ),
        # another AS number takes the first one's place: what is said of the neighbor besides stays
        (
            "169.254.1.2 remote-as 65400",
            "169.254.1.2 remote-as 65409",
            "",
            "router bgp 64512\nneighbor 169.254.1.2 remote-as 65409\nexit\n",
        ),
        # with a neighbor all goes that is said of it
        (
            " neighbor 169.254.2.2 remote-as 65401\n neighbor 169.254.2.2 timers 10 30\n",
            "",
            "router bgp 64512\nno neighbor 169.254.2.2\nexit\n",
            "",
        ),
        (
            "route-map OUT permit 10\n match ip address prefix-list P\n set as-path prepend 65400\nexit\n",
            "",
            "no route-map OUT permit 10\n",
            "",
        ),
        (" no bgp ebgp-requires-policy\n", "", "router bgp 64512\nbgp ebgp-requires-policy\nexit\n", ""),
        (
            "seq 10 permit 10.0.0.0/24",
            "seq 10 permit 10.0.9.0/24",
            "no ip prefix-list P seq 10 permit 10.0.0.0/24\n",
            "ip prefix-list P seq 10 permit 10.0.9.0/24\n",
        ),
    ],
)
def test_only_the_lines_that_differ_are_told_to_frr(old: str, new: str, away: str, fresh: str) -> None:
    assert old in BGP
    assert frr_changes([BGP], [BGP.replace(old, new, 1) if old else BGP]) == (away, fresh)


def test_another_as_number_of_the_router_itself_begins_bgp_anew() -> None:
    away, fresh = frr_changes([BGP], [BGP.replace("router bgp 64512", "router bgp 64513")])
    assert away == "no router bgp 64512\n"
    assert fresh.count("router bgp 64513\n") == 2
    assert fresh.count("neighbor ") == 5


HUB = {"links": "link set lo up\naddr add 198.18.0.1/32 dev lo\n", "swanctl.conf": "connections {\n}\n", "bgpd.conf": BGP}
VTI = """link add vti1 type vti local 198.18.0.1 remote 192.0.2.1 key 1
addr add 169.254.1.1/30 dev vti1
link set vti1 mtu 1436
link set vti1 up
"""


def test_nothing_to_do_is_no_script() -> None:
    assert changes(HUB, dict(HUB)) == ""
    assert changes(HUB, {**HUB, "boot": "another way to boot"}) == ""


def ip_lines(script: str) -> list[list[str]]:
    """The lines of each batch of ip."""
    return [part.partition("\n")[2].partition("\nEND\n")[0].splitlines() for part in script.split("/bin/ip -force")[1:]]


def test_a_link_that_is_another_is_made_anew_with_all_that_is_on_it() -> None:
    before = {**HUB, "links": HUB["links"] + VTI}
    after = {**before, "links": before["links"].replace("remote 192.0.2.1", "remote 192.0.2.9")}
    away, made, fresh = ip_lines(changes(before, after))
    assert away == ["link del vti1"]
    lines = [line.replace("addr add", "addr replace") for line in after["links"].splitlines() if "vti1" in line]
    assert made + fresh == lines


def test_what_is_added_to_a_link_leaves_the_others_alone() -> None:
    before, after = HUB, {**HUB, "links": HUB["links"] + VTI + "route add 10.0.0.0/24 dev vec1\n"}
    there = ip_lines(changes(before, after))
    first, *rest = VTI.replace("addr add", "addr replace").splitlines()
    assert there == [["link del vti1"], [first], [*rest, "route replace 10.0.0.0/24 dev vec1"]]
    back = ip_lines(changes(after, before))
    assert back == [["link del vti1", "route del 10.0.0.0/24 dev vec1"]]


def test_an_address_that_zebra_has_not_heard_of_is_said_again(tmp_path: Path) -> None:
    script = changes(HUB, {**HUB, "links": HUB["links"] + VTI})
    known = (
        script[script.index("known()") : script.index("exit $failed")].replace("/tmp/known", f"{tmp_path}/known").replace("/bin/ip", "ip")
    )
    asked = tmp_path / "asked"
    tools = {
        "vtysh": f'echo >>{asked}; [ $(wc -l <{asked}) -gt 2 ] && echo "vti1   up  default  169.254.1.1/30"; true',
        "ip": f'echo "$@" >>{tmp_path}/said',
    }
    for name, text in tools.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    subprocess.run(["sh"], input=known, text=True, check=True, env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    said = (tmp_path / "said").read_text().splitlines()
    assert said == 2 * ["addr del 169.254.1.1/30 dev vti1", "addr add 169.254.1.1/30 dev vti1"]
    assert len(asked.read_text()) == 3


CONNECTION = "  {name} {{\n    version = {version}\n    children {{ {name} {{\n      mark_in = 1\n    }} }}\n  }}\n"


def swanctl(**versions: int) -> dict[str, str]:
    body = "".join(CONNECTION.format(name=name, version=version) for name, version in versions.items())
    return {"swanctl.conf": f"connections {{\n{body}}}\ninclude /tmp/secrets.conf\n"}


def test_connections_that_are_gone_changed_or_have_another_key_end_and_the_others_stay() -> None:
    script = changes(swanctl(same=2, gone=2, changed=1, keyed=2), swanctl(same=2, changed=2, keyed=2, new=2), {"keyed"})
    ended = [line.split()[3] for line in script.splitlines() if line.startswith("swanctl --terminate")]
    assert ended == ["changed", "gone", "keyed"]
    assert "--terminate" not in changes(swanctl(same=2), swanctl(same=2, new=2))


@pytest.mark.parametrize("begins", [True, False])
def test_who_begins_ends_before_he_is_loaded_and_who_waits_only_when_he_has_the_new_key(begins: bool) -> None:
    """The other end may begin as soon as it is told of the end: by then it must find the new key and the new proposals."""
    one = {"swanctl.conf": swanctl(keyed=2)["swanctl.conf"].replace("mark_in = 1", f"start_action = {'start' if begins else 'none'}")}
    said = [line.split()[1].removeprefix("--") for line in changes(one, one, {"keyed"}).splitlines() if line.startswith("swanctl ")]
    assert said == (["load-creds", "terminate", "load-all", "initiate"] if begins else ["load-all", "terminate"])


def test_a_new_peer_is_heard_only_when_its_connection_is_loaded_but_for_one_that_is_started_from_here() -> None:
    script = changes({**swanctl(), "peers": ""}, {**swanctl(new=2), "peers": "198.18.0.1 203.0.113.7 gateway\n"})
    done = [line.split(" --file")[0].split(" 2>")[0] for line in script.splitlines()]
    assert [line for line in done if line.startswith(("/guest/hear", "swanctl"))] == [
        "/guest/hear first",
        "swanctl --load-all",
        "/guest/hear",
    ]
    assert "/guest/hear" not in changes(swanctl(), swanctl(new=2)), "a gateway hears everyone"


def test_a_table_of_rules_that_is_gone_is_emptied() -> None:
    script = changes({"filter": "*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n"}, {"filter": "*mangle\nCOMMIT\n"})
    assert "*mangle\nCOMMIT\n*nat\nCOMMIT\n" in script


def test_files_arrive_as_they_are_whatever_stands_in_them(tmp_path: Path) -> None:
    nasty = "a $HOME `id` \\ 'quoted'\nEND\nEND_\n\n\tlast"
    wanted = {"config/scripts/x": "#!/bin/sh\n" + nasty + "\n", "plain": nasty + "\n"}
    (tmp_path / "old").write_text("gone")
    script = changes({"old": "gone"}, wanted).replace("/host/", f"{tmp_path}/")
    done = subprocess.run(["sh"], input=script, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob("*") if path.is_file()} == wanted
    assert (tmp_path / "config/scripts/x").stat().st_mode & 0o111
