"""The nightly command: many random networks, each broken several times, proved and run."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from random import Random

from landbridge.findings import LandbridgeError
from landbridge.lab.guestroot import guest_root
from landbridge.verify import Verdict, hosts, trace
from landbridge.verify.judging import PROBES
from tests.agreement.breaks import KINDS
from tests.agreement.networks import random_network
from tests.agreement.trial import Disagreement, Named, Trial, tried

REPLAY = "./script/agreement --seed {seed} --networks 1 --only {number}"
MOST_SHOWN = 2  # disagreements of one break: they have one reason mostly


def main() -> int:
    words = _arguments()
    print(f"seed {words.seed}", flush=True)
    root = None if words.no_lab else guest_root()
    trials: list[Trial] = []
    failures = 0
    wanted = [(seed, number) for seed in range(words.seed, words.seed + words.networks) for number in _numbers(words)]
    with ThreadPoolExecutor(words.jobs) as pool:
        waiting = {pool.submit(tried, seed, number, root): (seed, number) for seed, number in wanted}
        for count, done in enumerate(as_completed(waiting), 1):
            trial = _result(done, *waiting[done])
            if trial is None:
                failures += 1
                continue
            trials.append(trial)
            _show(trial, f"{count}/{len(wanted)}", words.only is not None)
    _summary(trials)
    disagreeing = [trial for trial in trials if trial.disagreements]
    missed = [trial for trial in trials if trial.named is Named.MISSED]
    print(f"\n{len(trials)} tried, {failures} failed to run, {len(disagreeing)} disagree, {len(missed)} not found; seed {words.seed}")
    return 1 if failures or disagreeing or missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/agreement", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--networks", type=int, default=50)
    parser.add_argument("--breaks", type=int, default=6, help="of each network")
    parser.add_argument("--jobs", type=int, default=2, help="labs at a time")
    parser.add_argument("--only", type=int, help="one break of each network; -1 is the network as it is")
    parser.add_argument("--no-lab", action="store_true", help="prove alone: the mutation score")
    return parser.parse_args()


def _numbers(words: argparse.Namespace) -> list[int | None]:
    if words.only is not None:
        return [words.only if words.only >= 0 else None]
    return list(range(words.breaks))


def _result(done: Future[Trial], seed: int, number: int | None) -> Trial | None:
    try:
        return done.result()
    except LandbridgeError as problem:
        print(f"FAILED {seed}.{number}: {problem}", flush=True)
        return None


def _show(trial: Trial, progress: str, whole: bool) -> None:
    seconds = f" {trial.packets.seconds:.0f} s" if trial.packets is not None else ""
    states = [
        f"{len(trial.disagreements)} DISAGREE" if trial.disagreements else "agreed",
        f"{len(trial.undecided)} by chance" if trial.undecided else "",
        {Named.LINE: "", Named.NEAR: "found nearby", Named.MISSED: "NOT FOUND", Named.HARMLESS: "harmless"}[trial.named],
    ]
    broken = trial.broken or "unbroken"
    print(f"{progress} {trial.seed}.{trial.number}{seconds}: {', '.join(filter(None, states))}: {broken}", flush=True)
    if trial.disagreements or whole:
        print("\n".join(f"    {line}" for line in _details(trial, whole)), flush=True)


def _details(trial: Trial, whole: bool) -> Iterator[str]:
    yield REPLAY.format(seed=trial.seed, number=trial.number)
    yield from trial.packets.standing if trial.packets is not None else ()
    for finding in trial.proof.findings:
        yield f"{finding.severity} {finding.code}: {finding}"
    for disagreement in trial.disagreements[:MOST_SHOWN]:
        yield str(disagreement)
        yield from (f"    {line}" for line in _traced(trial, disagreement))
    if whole:
        yield from random_network(Random(trial.seed)).text.splitlines()


def _traced(trial: Trial, disagreement: Disagreement) -> Iterator[str]:
    network, asked = trial.proof.network, disagreement.asked
    ends = {host.name: host for host in hosts(network)}
    ways = trace(network, ends[asked.source], ends[asked.destination], PROBES[asked.protocol])
    for way in {way.code: way for way in ways}.values():  # one of each kind
        yield f"{way.code or 'ok'}: {way.ended}"
        yield from (f"  {hop}" for hop in (*way.there, *way.back))


def _summary(trials: list[Trial]) -> None:
    """By kind: how many, how many agreed, how many were harmless, and the mutation score."""
    print(f"\n{'kind':18} tried agreed chance | found by its line, near it, missed, harmless and unsaid")
    for kind in ["unbroken", *KINDS]:
        own = [trial for trial in trials if trial.kind == kind]
        if not own:
            continue
        score = Counter(trial.named for trial in own)
        agreed = sum(not trial.disagreements for trial in own)
        chance = sum(Verdict.SOMETIMES in trial.proof.verdicts.values() for trial in own)
        print(f"{kind:18} {len(own):5} {agreed:6} {chance:6} | {' '.join(f'{score[name]:5}' for name in Named)}")
    shown = sum(_both_seen(trial) for trial in trials)
    print(f"{sum(len(trial.undecided) for trial in trials)} pairs by chance, of which packets showed both in {shown}")


def _both_seen(trial: Trial) -> int:
    if trial.packets is None:
        return 0
    answers = trial.packets.answers
    return sum(any(answers[asked]) and not all(answers[asked]) for asked in trial.undecided if asked in answers)


if __name__ == "__main__":
    began = time.monotonic()
    status = main()
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(status)
