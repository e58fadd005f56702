"""A router over SSH, any release: its shell's configuration mode, commit-confirm, and `at` where that isn't set up."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from contextlib import suppress

from landbridge.findings import LandbridgeError
from landbridge.vyos import asking
from landbridge.vyos.asking import ipsec
from landbridge.vyos.delivery.release import asks_for_json, release_of
from landbridge.vyos.delivery.session import AT_JOB, COMMIT_CONFIRM, Answers, Rollback, refused
from landbridge.vyos.delivery.shell import SAVE_S, Shell, SshAccess
from landbridge.vyos.text import parse
from landbridge.vyos.tree import Tree

LIVE = "show configuration commands"
# What `set` and `delete` say where the router is that way already
_HARMLESS = re.compile(r"(?:^|\s)(?:\[edit\]|.*(?:already exists|does not exist).*|Nothing to delete.*|\[[a-z].*\]|)$", re.IGNORECASE)
_FAILED = re.compile(
    r"commit failed|failed to generate|\]\] failed|locked|conflict|cancell?ed|confirm is pending|not configured|unable to schedule"
    r"|invalid command|not valid|refused",
    re.IGNORECASE,
)
_JOB = re.compile(r"\bjob (\d{1,9}) at ")
# Nothing but these two goes to the shell as it is; every value is quoted by `text.quote`.
_COMMAND = re.compile(r"(?:set|delete) \S.*")


class SshSession:
    """One login. `secrets` are taken out of what the router is quoted with."""

    def __init__(self, access: SshAccess, secrets: Collection[str] = ()) -> None:
        self._secrets = secrets
        self._shell = Shell(access)
        try:
            self.release = release_of(self._shell.run("show version | cat"))
        except BaseException:
            self._shell.close()
            raise

    def live(self) -> Tree:
        return parse(asking_text(self._shell.run(f"{LIVE} | cat")), LIVE)

    def unsaved(self) -> bool | None:
        self._shell.run("configure")
        try:
            said = self._shell.run("compare saved | cat")
        finally:
            self._shell.run("exit discard")
        return "No changes" not in said and bool(said.replace("[edit]", "").strip())

    def arm(self, live: Tree, minutes: int) -> Rollback:
        """1.1 to 1.3 have commit-confirm only where revisions are kept; elsewhere `at`, with which it is made there, reboots."""
        revisions = live.value("system", "config-management", "commit-revisions")
        if self.release not in ("1.1", "1.2", "1.3") or (revisions or "0") != "0":
            return Rollback(COMMIT_CONFIRM)
        said = self._shell.run(f"echo 'sudo /sbin/reboot' | at now + {minutes} minutes 2>&1 | cat")
        job = _JOB.search(said)
        if job is None:
            remedy = "Set `system config-management commit-revisions 10` on it, commit and save: then it has commit-confirm."
            raise refused("to schedule a rollback", said, remedy)
        return Rollback(AT_JOB, job[1])

    def commit(self, commands: Sequence[str], rollback: Rollback, minutes: int, seconds: float) -> None:
        self._shell.run("configure")
        try:
            for command in commands:
                if not _COMMAND.fullmatch(command):
                    raise ValueError("only set and delete are sent")
                said = self._shell.run(command)
                if not all(_HARMLESS.match(line.strip()) for line in said.split("\n")):
                    raise refused(f"`{self._hidden(command)}`", self._hidden(said), "Nothing was changed.")
            if rollback.how == COMMIT_CONFIRM:
                said = self._shell.run(f"commit-confirm {minutes}", seconds, "y")
            else:
                said = self._shell.run("commit", seconds)
            if _FAILED.search(said):
                raise refused("to commit", self._hidden(said))
        except LandbridgeError:
            self._shell.run("discard")
            self._shell.run("exit discard")
            raise
        self._shell.run("exit")

    def call_off(self, rollback: Rollback) -> None:
        if rollback.how == AT_JOB:
            said = self._shell.run(f"atrm {rollback.job} 2>&1 | cat")
            if said.strip() and "annot find" not in said:
                raise refused("to call its rollback off", said, f"Do it by hand: `atrm {rollback.job}`.")
            return
        self._shell.run("configure")
        said = self._shell.run("confirm")
        self._shell.run("exit discard")
        if _FAILED.search(said):
            raise refused("to confirm", said)

    def save(self) -> None:
        self._shell.run("configure")
        said = self._shell.run("save", SAVE_S)
        self._shell.run("exit")
        if "Done" not in said and "aving configuration" not in said:
            raise refused("to save", said)

    def ask(self) -> Answers:
        """What it says of its tunnels: JSON where the release gives it."""
        run = self._shell.run
        ikes = asking.ike_sas(asking_text(run(f"{asking.ike.COMMAND} | cat")))
        if asks_for_json(self.release):
            children = asking.child_sas_json(asking_text(run(f"{ipsec.RAW_COMMAND} | cat")))
            neighbors = asking.summary_json(asking_text(run(f"{asking.bgp.JSON_COMMAND} | cat")))
        else:
            children = asking.child_sas(asking_text(run(f"{ipsec.COMMAND} | cat")))
            neighbors = asking.summary(asking_text(run(f"{asking.bgp.COMMAND} | cat")))
        return Answers(ikes, children, neighbors)

    def close(self) -> None:
        with suppress(Exception):
            self._shell.close()

    def _hidden(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "****")
        return text


def asking_text(said: str) -> str:
    """An answer without what the shell writes around it."""
    return said if said.endswith("\n") or not said else f"{said}\n"
