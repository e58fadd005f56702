"""What `lab status` makes of the daemons' answers, whatever these say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.findings import LandbridgeError, error
from landbridge.lab.faults import Faults
from landbridge.lab.machine import Done, Machine
from landbridge.lab.status import status
from tests.lab import networks

SAS = """\
tunnel2: #2, ESTABLISHED, IKEv2, 31051728c41902a8_i* d51aeda4ff4a2bf5_r
  local  '198.19.0.1' @ 172.88.0.5[4500]
  remote '198.18.0.2' @ 198.18.0.2[4500]
  AES_GCM_16-256/PRF_HMAC_SHA2_384/ECP_384
  established 3s ago, rekeying in 26036s
  tunnel2: #2, reqid 2, INSTALLED, TUNNEL-in-UDP, ESP:AES_GCM_16-256
    installed 4s ago, rekeying in 3597s, expires in 3598s
    in  c746c77c (0x00000002), 205417 bytes,   533 packets,     2s ago
    out c938b5c4 (0x00000002), 209512 bytes,   537 packets,     2s ago
    local  0.0.0.0/0
    remote 0.0.0.0/0
tunnel1: #1, ESTABLISHED, IKEv1, 4ab8d0d09818556a_i* 1a11ae468550620b_r
  local  '198.19.0.1' @ 172.88.0.5[4500]
  remote '198.18.0.1' @ 198.18.0.1[4500]
  AES_CBC-128/HMAC_SHA1_96/PRF_HMAC_SHA1/MODP_1024
  established 3s ago, rekeying in 27249s
  tunnel1: #1, reqid 1, INSTALLED, TUNNEL-in-UDP, ESP:AES_CBC-128/HMAC_SHA1_96
    installed 4s ago, rekeying in 3597s, expires in 3960s
    in  cfdcc19e (0x00000001),      0 bytes,     0 packets
    out caff3163 (0x00000001),    760 bytes,     9 packets,     2s ago
    local  0.0.0.0/0
    remote 0.0.0.0/0
"""
PEERS = {
    "169.254.12.77": {"remoteAs": 64512, "pfxRcd": 8, "pfxSnt": 4, "state": "Established"},
    "169.254.14.213": {"remoteAs": 64512, "pfxRcd": 0, "pfxSnt": 0, "state": "Connect"},
}
GOOD = f"{SAS}===\n{json.dumps({'routerId': '169.254.12.78', 'peers': PEERS})}\n"

Answer = Callable[[Any], dict[str, Any]]


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """The status of a lab whose gateways all answer the same."""
    monkeypatch.setattr(Machine, "running", property(lambda _: True))
    monkeypatch.setattr(Machine, "reached", lambda *_: True)
    lab = networks.lab()

    def telling(answer: bytes | str | LandbridgeError) -> dict[str, Any]:
        async def run(*_: object) -> Done:
            if isinstance(answer, LandbridgeError):
                raise answer
            return Done(0, answer.encode(errors="surrogateescape") if isinstance(answer, str) else answer, b"")

        monkeypatch.setattr(Machine, "run", run)
        return asyncio.run(status(lab, Faults(lab)))

    return telling


def test_a_tunnel_is_up_where_its_child_and_its_session_are(tell: Answer) -> None:
    first, second, *_ = tell(GOOD)["tunnels"]
    assert first == {
        "name": "singapore-a-1", "gateway": "singapore-a", "interface": "vti0", "ike": "ESTABLISHED", "bytes_in": 0, "bytes_out": 760,
        "bgp": "Established", "prefixes_received": 8, "prefixes_sent": 4, "up": True,
    }  # fmt: skip
    assert (second["bytes_in"], second["bytes_out"], second["bgp"], second["up"]) == (205417, 209512, "Connect", False)


def test_the_answer_has_the_documented_shape(tell: Answer) -> None:
    answer = tell(GOOD)
    page = Path("docs/lab.md").read_text(encoding="utf-8")
    documented = json.loads(page.split("<!-- shape: lab status -->")[1].split("<!-- end -->")[0])
    assert list(answer) == list(documented)
    for part in ("machines", "tunnels"):
        assert list(answer[part][0]) == list(documented[part][0])
    assert answer["network"] == "four-regions"
    assert not answer["ok"]
    assert answer["machines"][0] == {"name": "oregon", "state": "up", "complaints": []}
    assert answer["faults"] == {}
    json.dumps(answer)


def test_an_ike_sa_without_a_child_is_no_tunnel(tell: Answer) -> None:
    first = tell(GOOD.replace("INSTALLED", "DELETING"))["tunnels"][0]
    assert (first["ike"], first["up"]) == ("NO CHILD", False)


def test_of_two_sas_of_one_tunnel_the_established_one_counts(tell: Answer) -> None:
    connecting = "tunnel1: #9, CONNECTING, IKEv1, 4ab8d0d09818556a_i* 0000000000000000_r\n  local  '%any' @ 172.88.0.5[500]\n"
    for answer in (connecting + GOOD, GOOD.replace("===", connecting + "===")):
        assert tell(answer)["tunnels"][0]["up"]


def test_of_a_machine_that_says_nothing_nothing_is_known(tell: Answer) -> None:
    for answer in ("", LandbridgeError(error("lab", "singapore-a hasn't answered within 10 s"))):
        first = tell(answer)["tunnels"][0]
        assert (first["ike"], first["bgp"], first["up"]) == ("DOWN", "unknown", False)


@pytest.mark.parametrize(
    "summary",
    ["[]", "5", "null", '"x"', "{}", '{"peers": 5}', '{"peers": [1]}', '{"peers": {"169.254.12.77": 7}}', "% BGP instance not found",
     '{"peers": {"169.254.12.77": {"pfxRcd": null, "pfxSnt": "many", "state": "Established"}}}', "[" * 100_000, "9" * 5000, "\x1b[31m{}",
     '{"peers": {"169.254.12.77": {"state": {"deep": []}}}}', '{"warning": "no"}', "NaN", '{"a": 1}{"b": 2}'],
)  # fmt: skip
def test_whatever_bgpd_says_is_no_traceback(tell: Answer, summary: str) -> None:
    answer = tell(f"{SAS}===\n{summary}")
    assert len(answer["tunnels"]) == 6
    assert all(isinstance(tunnel["prefixes_received"], int) for tunnel in answer["tunnels"])
    json.dumps(answer)


@pytest.mark.parametrize(
    "sas",
    [
        "\n" * 300_000,
        " " * 300_000,
        "tunnel1" * 50_000,
        "9" * 300_000,
        "    in  x, " + "9" * 300_000 + " bytes,",
        "\x1b[1mtunnel1\x1b[0m: #1, ESTABLISHED, IKEv2, x",
        SAS * 2_000,
        "tunnel1: #1, ESTABLISHED, IKEv1, x\n" * 20_000,
        "\x00\ufffd" * 1000,
        "===\n" * 50_000,
        "connecting to 'unix:///run/charon.vici' failed: Connection refused",
    ],
    ids=range(11),
)
def test_whatever_charon_says_and_however_much_is_no_traceback(tell: Answer, sas: str) -> None:
    assert len(tell(f"{sas}===\n")["tunnels"]) == 6


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.integers(0, len(GOOD)))
def test_an_answer_cut_anywhere_is_no_traceback(tell: Answer, end: int) -> None:
    assert len(tell(GOOD[:end])["tunnels"]) == 6


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_no_traceback(tell: Answer, answer: bytes) -> None:
    assert len(tell(answer)["tunnels"]) == 6


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.recursive(st.none() | st.integers() | st.floats() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each)))
def test_any_json_of_a_neighbor_is_no_traceback(tell: Answer, value: object) -> None:
    assert len(tell(f"{SAS}===\n{json.dumps({'peers': {'169.254.12.77': value, '169.254.14.213': {'pfxRcd': value}}})}")["tunnels"]) == 6
