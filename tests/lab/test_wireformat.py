"""What a lab and its clients say to each other comes through as it was said."""

from __future__ import annotations

import os
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.findings import CODES, Finding, LandbridgeError, Severity, Where
from landbridge.lab.wireformat import decode, encode, failure, peer_is_ours, raise_failure

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(), each, max_size=4),
    max_leaves=8,
)
WHERES = st.none() | st.builds(Where, st.text(), st.none() | st.integers(), st.none() | st.integers(), st.text())
FINDINGS = st.builds(
    Finding, st.sampled_from(sorted(CODES)), st.sampled_from(Severity), st.text(), WHERES, st.text(), st.lists(st.text()).map(tuple)
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_a_message_is_one_line_and_comes_through(message: dict[str, Any]) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode(line) == message


@given(st.lists(FINDINGS, min_size=1))
def test_findings_are_raised_at_the_other_end_as_they_were(findings: list[Finding]) -> None:
    with pytest.raises(LandbridgeError) as raised:
        raise_failure(decode(encode(failure(LandbridgeError(*findings)))))
    assert list(raised.value.findings) == findings


def test_a_result_is_no_failure() -> None:
    raise_failure({"result": {"findings": []}})


@pytest.mark.parametrize("line", [b"", b"\n", b'{"result": {"ok"', b"\xff\n", b"Segmentation fault\n"])
def test_a_line_that_is_not_whole_is_a_finding(line: bytes) -> None:
    with pytest.raises(LandbridgeError, match="ended in the middle of its answer"):
        decode(line)


def test_a_connection_of_the_same_user_is_ours_and_anothers_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = socket.socketpair()
    with one, other:
        assert peer_is_ours(one)
        someone = os.getuid() + 1
        monkeypatch.setattr(os, "getuid", lambda: someone)
        assert not peer_is_ours(one)
