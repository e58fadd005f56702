"""Whatever ends a lab, nothing of it remains: no process, no file, no name that is taken."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from landbridge.lab import launching
from landbridge.lab.guestroot import GuestRoot
from tests.lab.conftest import EXAMPLES, Start, rendered

pytestmark = pytest.mark.lab

GONE_S = 10.0
LANDBRIDGE = (sys.executable, "-m", "landbridge")


def processes(name: str) -> list[int]:
    """The processes of a lab: each says the lab's name on its command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if {name.encode(), f"LAB_NAME={name}".encode()} & set(words) and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def up(root: GuestRoot, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], subprocess.Popen[bytes]]:
    """Runs `landbridge lab up` on a copy of the four regions; the guest root is there already."""
    assert root.folder.is_dir()
    (tmp_path / "network.yaml").write_text((EXAMPLES / "four-regions.yaml").read_text())

    def run(name: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [*LANDBRIDGE, "lab", "up", str(tmp_path / "network.yaml"), "--name", name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

        def end() -> None:
            process.kill()
            process.communicate()
            if name in launching.names():
                launching.take_down(name)

        request.addfinalizer(end)
        return process

    return run


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
@pytest.mark.parametrize("machines", [0, 4])
def test_a_lab_ends_with_the_command_that_brings_it_up(
    up: Callable[[str], subprocess.Popen[bytes]], how: signal.Signals, machines: int
) -> None:
    name = f"ends-{os.getpid()}-{how.name.lower()}-{machines}"
    command = up(name)
    assert wait_for(lambda: len(processes(name)) > (2 if machines == 0 else machines), 20), "it never began"
    os.kill(command.pid, how)
    said, _ = command.communicate(timeout=GONE_S)
    assert b"Traceback" not in said
    assert wait_for(lambda: not processes(name), GONE_S), processes(name)
    assert name not in launching.names()


def test_after_down_nothing_remains_and_the_name_is_free(up: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path) -> None:
    name = f"down-{os.getpid()}"
    before = {path.name for path in Path("/run").iterdir()} | {path.name for path in tmp_path.iterdir()}
    for _ in range(2):
        assert up(name).wait(60) == 0
        assert processes(name)
        done = subprocess.run([*LANDBRIDGE, "lab", "down", "--name", name], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert processes(name) == []
        assert name not in launching.names()
    after = {path.name for path in Path("/run").iterdir()} | {path.name for path in tmp_path.iterdir()}
    assert after - before <= {"landbridge.lock.yaml"}, "only the lock file is written"


def test_killing_the_labs_first_process_ends_all_of_it(up: Callable[[str], subprocess.Popen[bytes]]) -> None:
    name = f"first-{os.getpid()}"
    assert up(name).wait(60) == 0
    unshare = next(each for each in processes(name) if Path(f"/proc/{each}/comm").read_text().strip() == "unshare")
    os.kill(unshare, signal.SIGKILL)
    assert wait_for(lambda: not processes(name), GONE_S), processes(name)
    assert name not in launching.names()


def test_two_labs_run_side_by_side_and_a_name_is_taken_once(start: Start, up: Callable[[str], subprocess.Popen[bytes]]) -> None:
    with start(rendered("four-regions")) as one, start(rendered("four-regions", "1.4")) as other:
        assert one.bad() == other.bad() == set()
        one.ask("fail", name="virginia-a")
        assert one.bad(seconds=1)
        assert other.bad() == set(), "the other lab doesn't feel it"
        again = up(one.name)
        said, _ = again.communicate(timeout=60)
        assert again.returncode == 2
        assert b"is running already" in said
