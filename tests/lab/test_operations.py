"""What a lab answers to requests that are wrong: findings, and it goes on."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.findings import LandbridgeError
from landbridge.lab.faults import Faults
from landbridge.lab.operations import operations
from tests.lab import networks


def _answer(line: bytes) -> dict[str, Any]:
    """What a lab of which nothing runs says to a line."""

    async def asking() -> bytes:
        service = operations(networks.lab(), 0)
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=ours)
        writer.write(line)
        writer.write_eof()
        serving = asyncio.create_task(service.serve(*await asyncio.open_connection(sock=theirs)))
        said = await reader.read()
        await serving
        writer.close()
        return said

    answer: dict[str, Any] = json.loads(asyncio.run(asking()))
    return answer


def _ask(**request: object) -> dict[str, Any]:
    return _answer(json.dumps(request).encode() + b"\n")


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"hello\n", b"[]\n", b"5\n", b"null\n", b'"op"\n', b"{}\n", b'{"op": 5}\n', b'{"op": []}\n', b'{"op": "nosuch"}\n',
     b"\xff\xfe\n", b"[" * 60_000 + b"\n", b"x" * 200_000 + b"\n", b'{"op": "status"', b'{"op": "fail"}\n',
     b'{"op": "exec", "name": "x"}\n',
     b'{"op": "capture", "name": "singapore-a", "interface": 5, "seconds": 1, "packets": 1}\n',
     b'{"op": "capture", "name": "singapore-a", "seconds": Infinity, "packets": Infinity}\n',
     b'{"op": "probe", "seconds": 1e999999}\n', b'{"op": "probe", "protocols": 5}\n', b'{"op": "outages", "fail": "x"}\n',
     b'{"op": "exec", "name": ["x"], "command": ["x"], "seconds": 1}\n', b'{"op": "mend", "name": {}}\n'],
)  # fmt: skip
def test_a_malformed_request_is_answered_by_a_finding(line: bytes) -> None:
    (finding,) = _answer(line)["findings"]
    assert finding["code"] in ("lab", "name")
    assert len(finding["message"]) < 1500


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["exec", "capture", "fail", "mend", "probe"]),
    st.dictionaries(
        st.sampled_from(["name", "command", "seconds", "interface", "packets", "hang", "delay_ms", "from", "to", "protocols"]),
        st.none() | st.booleans() | st.text() | st.lists(st.text(), min_size=1) | st.dictionaries(st.text(), st.text(), min_size=1),
    ),
)
def test_no_request_of_any_words_goes_unanswered(operation: str, words: dict[str, Any]) -> None:
    answer = _ask(**{"from": "nosuch", "name": "nosuch", **words, "op": operation})
    assert set(answer) <= {"findings", "result"}


@pytest.mark.parametrize("operation", ["fail", "mend", "exec", "capture"])
def test_a_name_that_nothing_has_is_told_with_those_there_are(operation: str) -> None:
    (finding,) = _ask(op=operation, name="nosuch", command=["true"], seconds=1, packets=1)["findings"]
    assert finding["code"] == "name"
    assert "'nosuch'" in finding["message"]
    assert "singapore-a" in finding["remedy"]


def test_a_probe_by_an_unknown_protocol_is_a_finding() -> None:
    (finding,) = _ask(op="probe", protocols=["udp"])["findings"]
    assert finding["message"] == "probes are by icmp and tcp, not udp"


def test_a_probe_from_nowhere_names_the_hosts() -> None:
    (finding,) = _ask(op="probe", **{"from": "tokyo"})["findings"]
    assert finding["message"] == "no host, site or hub of the lab is called 'tokyo'"
    assert "singapore-4" in finding["remedy"]


def test_a_probe_within_a_vpc_says_that_the_network_is_not_used() -> None:
    (finding,) = _ask(op="probe", **{"from": "singapore-1", "to": "singapore"})["findings"]
    assert finding["message"] == "singapore-1 and singapore are in one VPC: no probe goes through the network"


def test_mending_what_is_not_broken_says_so() -> None:
    (finding,) = _ask(op="mend", name="singapore-a-1")["findings"]
    assert finding["message"] == "nothing is broken at singapore-a-1"


def test_a_lab_that_is_off_has_a_status_nevertheless() -> None:
    answer = _ask(op="status")["result"]
    assert not answer["ok"]
    assert {machine["state"] for machine in answer["machines"]} == {"off"}
    assert {tunnel["bgp"] for tunnel in answer["tunnels"]} == {"unknown"}


def test_another_users_request_is_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    someone = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: someone)
    with pytest.raises(json.JSONDecodeError):
        _ask(op="down")


@pytest.mark.parametrize("how", [{"hang": True}, {"delay_ms": 80}, {"loss_percent": 2}])
def test_a_tunnel_can_be_cut_and_nothing_else(how: dict[str, Any]) -> None:
    (finding,) = _ask(op="fail", name="singapore-a-1", **how)["findings"]
    assert finding["message"] == "singapore-a-1 is a tunnel: it can only be cut"


@pytest.mark.parametrize("how", [{"hang": True}, {"delay_ms": 80}])
def test_a_second_fault_at_one_place_is_refused_while_mending_could_undo_only_one(how: dict[str, Any]) -> None:
    async def breaking() -> None:
        faults = Faults(networks.lab())
        assert await faults.fail("singapore-a", {}) == {"singapore-a": "killed"}
        with pytest.raises(LandbridgeError, match="singapore-a is broken already: killed"):
            await faults.fail("singapore-a", how)
        assert faults.active == {"singapore-a": "killed"}

    asyncio.run(breaking())
