"""Finding a lab that runs and asking it, with a stand-in at the other end."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.artifacts import Artifacts
from landbridge.findings import LandbridgeError
from landbridge.lab import launching
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.wireformat import Message
from tests.lab import networks

NAME = f"stand-in-{os.getpid()}"


@contextmanager
def _stand_in(answer: bytes, name: str = NAME) -> Iterator[list[bytes]]:
    """Somebody who has a lab's name and answers every request so; gives the requests."""
    asked: list[bytes] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(f"\0landbridge/{os.getuid()}/{name}")
        server.listen()

        def serve() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                if line := lines.readline():
                    asked.append(line)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield asked
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_a_lab_is_asked_by_name_and_its_events_are_told() -> None:
    told: list[Message] = []
    with _stand_in(b'{"event":"outage","seconds":1}\n{"result":{"ok":true}}\n') as asked:
        assert NAME in launching.names()
        assert launching.ask(NAME, {"op": "status"}, told.append) == {"ok": True}
    assert [json.loads(line) for line in asked] == [{"op": "status"}]
    assert told == [{"event": "outage", "seconds": 1}]


def test_the_findings_of_a_lab_are_raised() -> None:
    finding: Message = {"code": "name", "severity": "error", "message": "no such host", "where": None, "remedy": "", "trace": []}
    with _stand_in(json.dumps({"findings": [finding]}).encode() + b"\n"), pytest.raises(LandbridgeError, match="no such host"):
        launching.ask(NAME, {"op": "probe"})


@pytest.mark.parametrize("answer", [b"", b'{"event":"x"}\n', b'{"result"', b"garbage\n"])
def test_a_lab_that_dies_before_it_has_answered_is_a_finding(answer: bytes) -> None:
    with _stand_in(answer), pytest.raises(LandbridgeError, match=r"ended (before it answered|in the middle of its answer)"):
        launching.ask(NAME, {"op": "status"})


def test_another_users_socket_of_that_name_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "peer_is_ours", lambda _: False)
    with _stand_in(b'{"result":{"process":1}}\n') as asked, pytest.raises(LandbridgeError, match=f"the lab called {NAME} isn't yours"):
        launching.take_down(NAME)
    assert asked == []


def test_without_a_lab_of_that_name_the_others_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "names", lambda: ["one", "two"])
    with pytest.raises(LandbridgeError, match="no lab called nosuch is running") as refused:
        launching.ask("nosuch", {"op": "status"})
    assert refused.value.findings[0].remedy == "Running are: one, two."


def test_without_any_lab_the_way_to_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "names", list)
    with pytest.raises(LandbridgeError, match="Start it with `landbridge lab up`"):
        launching.ask("nosuch", {"op": "status"})


def test_a_second_lab_of_one_name_is_refused_before_anything_is_started() -> None:
    with (
        _stand_in(b""),
        pytest.raises(LandbridgeError, match=f"a lab called {NAME} is running already"),
        launching.start(NAME, Artifacts(networks.manifest(), {}), GuestRoot(Path("/nowhere"))),
    ):
        pytest.fail("it was started")


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 65, "ü", "a\nb", "\udcff"])
def test_a_name_that_no_socket_can_have_is_refused(name: str) -> None:
    with pytest.raises(LandbridgeError, match="a lab can't be called"):
        launching.ask(name, {"op": "status"})


HEAD = "0000000000000000: 00000002 00000000 00010000 0001 01 31337 "
OURS = f"@landbridge/{os.getuid()}/"


def _names(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> list[str]:
    table = folder / "unix"
    table.write_text(f"Num       RefCount Protocol Flags    Type St Inode Path\n{text}\n")
    with monkeypatch.context() as patch:
        patch.setattr(launching, "Path", lambda *_: table)
        return launching.names()


def test_labs_are_found_once_each_and_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = "\n".join(f"{HEAD}{OURS}{name}" for name in ("two", "one", "two"))
    assert _names(monkeypatch, tmp_path, text) == ["one", "two"]


@pytest.mark.parametrize(
    "line",
    [
        f"{HEAD}/tmp/{OURS}one", f"{HEAD}@elsewhere {OURS}one", f"{HEAD}{OURS}", f"{HEAD}{OURS}a b", f"{HEAD}{OURS}../x",
        f"{HEAD}{OURS}\x1b[2J", f"{HEAD}{OURS}{'x' * 90}", f"{HEAD}@landbridge/4294967294/one", HEAD, "", " ", "@landbridge/",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_lab_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str) -> None:
    assert _names(monkeypatch, tmp_path, line) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_stands_in_the_systems_table_a_labs_name_is_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    found = _names(monkeypatch, tmp_path, HEAD + OURS + text)
    assert all(launching.NAME.fullmatch(name) for name in found)


def test_a_machine_that_forbids_namespaces_says_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1))
    with pytest.raises(LandbridgeError, match="run the lab as root") as refused:
        launching.allowed()
    assert refused.value.findings[0].code == "permission"


def test_a_machine_without_unshare_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(LandbridgeError, match="Install util-linux"):
        launching.allowed()
