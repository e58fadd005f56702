"""A machine's console and jobs, with a script in the kernel's place: nothing is booted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from landbridge.findings import LandbridgeError
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.machine import Machine
from landbridge.lab.recipes import Recipe

# Says what `console` holds, then that it is up, and answers each job in its turn.
KERNEL = """#!/bin/sh
for word in "$@"; do case $word in LAB=*) lab=${word#LAB=} ;; esac; done
cat "$(dirname "$0")/console"
printf '@ booted\\n@ wired\\n@ ike\\n@ up\\n'
while read -r job; do
  cat "$lab/jobs/$job" >"$lab/jobs/$job.out"
  echo oops >"$lab/jobs/$job.err"
  echo "@ job $job 3"
done
"""
GARBAGE = b"\n".join(
    [
        b"@", b"@ job", b"@ job x y", b"@ job 1", b"@ job 1 2 3", b"@ job 99 0", "@ job ² ٣".encode(), b"@ job -1 -1", b"@ nosuch",
        b"!", b"\xff\xfe\x00", b"\x1b[2J\x1b]0;title\x07", b"@ job " + b"9" * 5000 + b" 0", b"x" * 300_000, b"Kernel panic - not syncing",
    ]
)  # fmt: skip


def _machine(folder: Path, console: bytes) -> Machine:
    kernel = folder / "root/usr/bin/linux.uml"
    kernel.parent.mkdir(parents=True)
    kernel.write_text(KERNEL)
    kernel.chmod(0o755)
    (kernel.parent / "console").write_bytes(console)
    recipe = Recipe("singapore-a", {"links": "link set lo up\n"}, ("ike1 {", "secret = PlantedKey", "}"))
    return Machine(recipe, (), GuestRoot(folder / "root"), folder / "run/singapore-a", "lab")


def _with(machine: Machine, ask: Callable[[], Awaitable[None]]) -> None:
    async def running() -> None:
        await machine.power_on()
        try:
            await machine.stage("up")
            await ask()
        finally:
            await machine.power_off()

    asyncio.run(asyncio.wait_for(running(), 30))


@pytest.mark.parametrize("console", [b"", GARBAGE + b"\n"], ids=["nothing", "garbage"])
def test_a_machine_comes_up_and_does_its_jobs_whatever_its_console_says(tmp_path: Path, console: bytes) -> None:
    machine = _machine(tmp_path, console)

    async def ask() -> None:
        done = await machine.run("echo hello")
        assert (done.status, done.out, done.err) == (3, b". /guest/real\necho hello\n", b"oops\n")
        assert not list((machine.folder / "jobs").iterdir())

    _with(machine, ask)


def test_the_words_of_a_command_stay_words_in_the_machine(tmp_path: Path) -> None:
    machine = _machine(tmp_path, b"")

    async def ask() -> None:
        done = await machine.run_words(["vtysh", "-c", "show ip bgp; $(reboot)"])
        assert done.out.endswith(b"vtysh -c 'show ip bgp; $(reboot)'\n")

    _with(machine, ask)


def test_complaints_are_kept_readable_and_not_without_end(tmp_path: Path) -> None:
    machine = _machine(tmp_path, b"! swanctl: \x1b[31mno such file\n" + b"! again and again\n" * 1000 + b"! " + b"x" * 9000 + b"\n")

    async def ask() -> None:
        assert machine.complaints[0] == "swanctl: ?[31mno such file"
        assert len(machine.complaints) < 100

    _with(machine, ask)


def test_the_secrets_are_in_no_file_of_the_machine(tmp_path: Path) -> None:
    machine = _machine(tmp_path, b"")

    async def ask() -> None:
        machine.go_on(*machine.recipe.secrets)
        await machine.run("true")
        assert "PlantedKey" not in (machine.folder / "links").read_text()
        assert "PlantedKey" not in " ".join(path.read_text() for path in machine.folder.iterdir() if path.is_file())

    _with(machine, ask)


def test_a_machine_that_is_off_says_so(tmp_path: Path) -> None:
    machine = _machine(tmp_path, b"")
    for ask in (machine.run("true"), machine.stage("up")):
        with pytest.raises(LandbridgeError, match=r"singapore-a is(n't up| switched off)"):
            asyncio.run(ask)
    for act in (machine.hang, machine.wake, machine.go_on):
        with pytest.raises(LandbridgeError, match="singapore-a is switched off"):
            act()
    assert not machine.running


def test_a_machine_that_dies_while_it_boots_says_its_last_words(tmp_path: Path) -> None:
    machine = _machine(tmp_path, b"! swanctl: no such file\n")
    (tmp_path / "root/usr/bin/linux.uml").write_text('#!/bin/sh\ncat "$(dirname "$0")/console"\n')

    async def boot() -> None:
        await machine.power_on()
        await machine.stage("booted")

    with pytest.raises(LandbridgeError, match="the machine singapore-a died before it was booted: swanctl: no such file"):
        asyncio.run(boot())


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert _machine(tmp_path, b"").log("charon.log") == ""


SLEEPER = """#!/bin/sh
sleep 3
for word in "$@"; do case $word in LAB=*) lab=${word#LAB=} ;; esac; done
exec cat >"$lab/heard"
"""


def test_what_a_machine_leaves_unread_gets_a_blank_line_that_wakes_it(tmp_path: Path) -> None:
    machine = _machine(tmp_path, b"")
    (tmp_path / "root/usr/bin/linux.uml").write_text(SLEEPER)

    async def running() -> bytes:
        await machine.power_on()
        try:
            machine.go_on("go")
            await asyncio.sleep(4)
            return (machine.folder / "heard").read_bytes()
        finally:
            await machine.power_off()

    heard = asyncio.run(asyncio.wait_for(running(), 30))
    assert heard.startswith(b"go\n\n")
    assert not heard.strip(b"go\n")
