"""What is made of routers' answers: of every release, and of what is none."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.vyos.asking import answers

from landbridge.findings import LandbridgeError
from landbridge.vyos import asking
from landbridge.vyos.asking import ChildSa, IkeSa, LearnedRoute, Neighbor, TunnelEnds

READERS: dict[str, tuple[Callable[[str], object], str]] = {
    "ike 1.1": (asking.ike_sas, answers.IKE_1_1),
    "ike 1.4": (asking.ike_sas, answers.IKE_1_4),
    "ipsec 1.1": (asking.child_sas, answers.IPSEC_1_1),
    "ipsec 1.2": (asking.child_sas, answers.IPSEC_1_2),
    "ipsec 1.4": (asking.child_sas, answers.IPSEC_1_4),
    "ipsec raw": (asking.child_sas_json, answers.IPSEC_RAW),
    "bgp 1.1": (asking.summary, answers.BGP_1_1),
    "bgp 1.3": (asking.summary, answers.BGP_1_3),
    "bgp json": (asking.summary_json, '{"peers": {"169.254.12.77": {"state": "Established", "remoteAs": 64512}}}'),
    "routes": (asking.bgp_routes, answers.ROUTES_1_3),
    "routes json": (asking.bgp_routes_json, '{"10.0.3.0/24": [{"uptime": "06:05:40", "nexthops": [{"ip": "169.254.12.77"}]}]}'),
    "swanctl": (asking.swanctl_sas, "a: #1, ESTABLISHED, IKEv2, 1_i* 2_r\n"),
}
TEXT = [name for name in READERS if name != "swanctl"]


def test_ike_sas_of_every_release() -> None:
    assert asking.ike_sas(answers.IKE_1_1) == (IkeSa(None, "52.0.0.1", "ESTABLISHED", None, 6130), IkeSa(None, "52.0.0.2", "DOWN", None, 0))
    assert asking.ike_sas(answers.IKE_1_4) == (IkeSa(None, "52.0.0.1", "ESTABLISHED", 2, 6130), IkeSa(None, "52.0.0.2", "DOWN", 2, 0))
    assert asking.ike_sas("IPsec Process NOT Running\n") == ()
    assert asking.ike_sas("") == ()


def test_esp_sas_of_every_release() -> None:
    first, second = asking.child_sas(answers.IPSEC_1_1)
    assert first == ChildSa("vti", "52.0.0.1", True, 712, 5324, 1421)  # this table has out before in
    assert (second.up, second.bytes_in) == (False, None)
    first, second = asking.child_sas(answers.IPSEC_1_2)
    assert first == ChildSa("peer-52.0.0.1-tunnel-vti", "52.0.0.1", True, 2 << 20, 15 << 10, 14)
    assert (second.remote, second.up) == (None, False)
    assert asking.child_sas(answers.IPSEC_1_4)[0] == ChildSa("singapore-a-1-vti", "52.0.0.1", True, 20 << 20, 15 << 20, 24033)
    assert asking.child_sas_json(answers.IPSEC_RAW) == (ChildSa("singapore-a-1", "52.0.0.1", True, 205417, 209512, 1421),)
    for nothing in ("", "IPsec process not running", "IPsec is not runing\n", "No established security associations found.\nUse …"):
        assert asking.child_sas(nothing) == ()


@pytest.mark.parametrize(("text", "sent"), [(answers.BGP_1_1, None), (answers.BGP_1_3, 4), (answers.BGP_1_5, 4)])
def test_neighbors_of_every_release(text: str, sent: int | None) -> None:
    first, second = asking.summary(text)
    assert (first.address, first.asn, first.up, first.received, first.sent) == ("169.254.12.77", 64512, True, 8, sent)
    assert first.uptime in (21940, 95580)
    assert (second.up, second.uptime) == (False, None)
    assert second.state in ("Active", "Idle (Admin)")


def test_neighbors_as_json() -> None:
    peer = {"remoteAs": 64512, "state": "Established", "pfxRcd": 8, "pfxSnt": 4, "peerUptimeMsec": 21940000}
    wanted = (Neighbor("169.254.12.77", 64512, "Established", 8, 4, 21940),)
    assert asking.summary_json(json.dumps({"peers": {"169.254.12.77": peer}})) == wanted
    assert asking.summary_json(json.dumps({"ipv4Unicast": {"peers": {"169.254.12.77": peer}}})) == wanted
    assert asking.summary("% BGP instance not found\n") == ()


def test_routes_of_every_release() -> None:
    assert asking.bgp_routes(answers.ROUTES_1_1) == (
        LearnedRoute("10.0.3.0/24", "169.254.12.77", "vti0", True, 21940),
        LearnedRoute("172.88.64.0/19", "169.254.14.213", "vti1", False, 3),
    )
    assert asking.bgp_routes(answers.ROUTES_1_3) == (
        LearnedRoute("10.0.3.0/24", "169.254.12.77", "vti0", True, 21940),
        LearnedRoute("10.0.3.0/24", "169.254.14.213", "vti1", True, 21940),
    )
    hops = [{"ip": "169.254.12.77", "interfaceName": "vti0", "fib": True}, {"ip": "169.254.14.213", "interfaceName": "vti1"}]
    first, second = asking.bgp_routes_json(json.dumps({"10.0.3.0/24": [{"uptime": "06:05:40", "nexthops": hops}]}))
    assert (first.used, first.uptime, second.used) == (True, 21940, False)


@pytest.mark.parametrize(("ike", "ipsec", "bgp"), [
    (answers.IKE_1_1, answers.IPSEC_1_1, answers.BGP_1_1), (answers.IKE_1_4, answers.IPSEC_1_4, answers.BGP_1_5),
])  # fmt: skip
def test_a_tunnel_is_put_together_from_all_answers(ike: str, ipsec: str, bgp: str) -> None:
    all_said = asking.ike_sas(ike), asking.child_sas(ipsec), asking.summary(bgp)
    first = asking.tunnel_status(TunnelEnds("s-a-1", "s-a", "vti0", (), "52.0.0.1", "169.254.12.77"), *all_said)
    second = asking.tunnel_status(TunnelEnds("s-a-2", "s-a", "vti1", (), "52.0.0.2", "169.254.14.213"), *all_said)
    third = asking.tunnel_status(TunnelEnds("s-a-3", "s-a", "vti2", (), "52.0.0.3", "169.254.16.1"), *all_said)
    assert (first.up, first.ike, first.prefixes_received) == (True, "ESTABLISHED", 8)
    assert (second.up, second.ike, second.bgp) == (False, "DOWN", "Active")
    assert (third.up, third.ike, third.bgp) == (False, "DOWN", "none")


def test_an_ike_sa_without_a_child_is_no_tunnel() -> None:
    ends = TunnelEnds("s-a-1", "s-a", "vti0", (), "52.0.0.1", "169.254.12.77")
    assert asking.tunnel_status(ends, asking.ike_sas(answers.IKE_1_4), (), ()).ike == "NO CHILD"


@pytest.mark.parametrize("name", TEXT)
@pytest.mark.parametrize(
    "text",
    ["Invalid command: [show]", "-vbash: show: command not found", "\x1b[31mup\x1b[0m", "\x00" * 100, "x" * 10_000_000, "\n" * 10_000_000,
     "9" * 100_000, "[" * 100_000, '{"a":' * 50_000, "Neighbor V AS\n" + "1.1.1.1 " * 100_000, "Peer ID / IP\n" * 50_000,
     "Connection\n-\n" * 9,
     '{"peers": [], "10.0.0.0/8": 5}', '[5]', "Configuration path: [vpn] is not valid", "B>* 999.0.0.0/8 [20/0] via 1"],
    ids=range(16),
)  # fmt: skip
def test_what_is_no_answer_is_a_clear_error_and_quickly(name: str, text: str) -> None:
    began = time.monotonic()
    try:
        READERS[name][0](text)
    except LandbridgeError as problem:
        said = str(problem)
        assert "can't be understood" in said
        assert len(said) < 400
        assert said.isprintable()
    else:
        pytest.fail("it was taken")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_answer_cut_or_changed_anywhere_is_read_or_refused(name: str, data: st.DataObject) -> None:
    read, text = READERS[name]
    start = data.draw(st.integers(0, len(text)))
    changed = text[:start] + data.draw(st.text(max_size=20)) + text[data.draw(st.integers(start, len(text))) :]
    try:
        read(changed)
    except LandbridgeError as problem:
        codes = {finding.code for finding in problem.findings}
    else:
        codes = {"router"}
    assert codes == {"router"}


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=500)
    | st.recursive(st.none() | st.integers() | st.floats() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)).map(
        json.dumps
    )
)
def test_any_text_is_read_or_refused(name: str, text: str) -> None:
    try:
        READERS[name][0](text)
    except LandbridgeError as problem:
        codes = {finding.code for finding in problem.findings}
    else:
        codes = {"router"}
    assert codes == {"router"}


def test_the_wrong_releases_table_of_neighbors_cut_short_is_refused() -> None:
    with pytest.raises(LandbridgeError, match="ends within its table"):
        asking.summary(answers.BGP_1_3[: answers.BGP_1_3.index("Total")])
    with pytest.raises(LandbridgeError, match="ends within"):
        asking.ike_sas(answers.IKE_1_4[:120])
