"""One break tried: what is proved of it beside what packets do, and whether a finding names what was broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from landbridge.artifacts import Artifacts
from landbridge.findings import Finding, Severity
from landbridge.lab.guestroot import GuestRoot
from landbridge.verify import Network, Verdict, judge, network_of, verify
from tests.agreement.breaks import chosen
from tests.agreement.edit import Break, places
from tests.agreement.harness import ROUNDS, Asked, Packets, packets
from tests.agreement.networks import random_network

MORE_ROUNDS = 12  # enough to see both sides of most of what is equally likely


class Named(StrEnum):
    """How well the findings say what was broken: its line, a line around it, or neither; where that does no harm, it may be left unsaid."""

    LINE = "line"
    NEAR = "near"
    MISSED = "missed"
    HARMLESS = "harmless"


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proved of a network, and what is said of it."""

    network: Network
    verdicts: Mapping[Asked, Verdict]
    findings: tuple[Finding, ...]

    @property
    def all_well(self) -> bool:
        return all(verdict is Verdict.ALWAYS for verdict in self.verdicts.values())


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A proof and packets that contradict each other; `answers` probe by probe."""

    asked: Asked
    verdict: Verdict
    answers: tuple[bool, ...]

    def __str__(self) -> str:
        answers = "".join("+" if ok else "-" for ok in self.answers)
        return f"{self.asked.source} -> {self.asked.destination} ({self.asked.protocol}): proved {self.verdict}, packets {answers}"


@dataclass(frozen=True, slots=True)
class Trial:
    """A break (None: the network as it is) of the network with a seed. `packets` is None where no lab was started."""

    seed: int
    number: int
    broken: Break | None
    proof: Proof
    before: Proof
    packets: Packets | None

    @property
    def kind(self) -> str:
        return self.broken.kind if self.broken is not None else "unbroken"

    @property
    def disagreements(self) -> list[Disagreement]:
        return disagreements(self.proof.verdicts, self.packets.answers) if self.packets is not None else []

    @property
    def undecided(self) -> list[Asked]:
        return [asked for asked, verdict in self.proof.verdicts.items() if verdict is Verdict.SOMETIMES]

    @property
    def named(self) -> Named:
        if self.broken is None:
            return Named.LINE
        found = named(self.broken, self.before.findings, self.proof.findings)
        return Named.HARMLESS if found is Named.MISSED and self.harmless else found

    @property
    def harmless(self) -> bool:
        """Whether it changes nothing for anybody, with nothing else broken; packets may say that it does."""
        return self.proof.all_well and not self.disagreements


def proof_of(made: Artifacts) -> Proof:
    network = network_of(made, places(made))
    verdicts = {Asked(*key): verdict for key, verdict in judge(network).items()}
    return Proof(network, verdicts, verify(network, failures=True).findings)


def tried(seed: int, number: int | None, root: GuestRoot | None, rounds: int = ROUNDS) -> Trial:
    """Tries a break of a seed's network, by its number (None: the network as it is), with packets if there is a guest root."""
    made = random_network(Random(seed)).made
    broken = None if number is None else chosen(seed, number, made)
    after = made if broken is None else broken.artifacts
    before = proof_of(made)
    proof = before if broken is None else proof_of(after)
    found = None if root is None else packets(after, root, rounds)
    if root is not None and found is not None and disagreements(proof.verdicts, found.answers):
        found = packets(after, root, MORE_ROUNDS)  # once more from the start: what a busy computer does isn't what the network does
    return Trial(seed, -1 if number is None else number, broken, proof, before, found)


def disagreements(verdicts: Mapping[Asked, Verdict], answers: Mapping[Asked, Sequence[bool]]) -> list[Disagreement]:
    """Always is every time, never not once; a pair that only one of the two knows of is judged too."""
    found = []
    for asked in sorted({*verdicts, *answers}):
        verdict, oks = verdicts.get(asked, Verdict.NEVER), tuple(answers.get(asked, ()))
        right = {Verdict.ALWAYS: bool(oks) and all(oks), Verdict.NEVER: not any(oks), Verdict.SOMETIMES: True}[verdict]
        if not right or asked not in verdicts:
            found.append(Disagreement(asked, verdict, oks))
    return found


def named(broken: Break, before: Sequence[Finding], after: Sequence[Finding]) -> Named:
    """What was found before the break too isn't about it. A note is no alarm."""
    known = {(finding.code, finding.message) for finding in before}
    wheres = [
        finding.where
        for finding in after
        if finding.where is not None and finding.severity is not Severity.NOTE and (finding.code, finding.message) not in known
    ]
    if any(spot.named_by(where) for spot in broken.spots for where in wheres):
        return Named.LINE
    return Named.NEAR if any(spot.neared_by(where) for spot in broken.spots for where in wheres) else Named.MISSED
