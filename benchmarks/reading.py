"""How long it takes to read artifacts, from 50 to 5,000 sites: the folder, then every router's text. Run by script/bench.

Exit status 1 if a limit isn't kept. Each size runs in a fresh process; CPU seconds are the process's own and its children's.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.measuring import best
from benchmarks.networks import landbridge_network

SIZES = (50, 500, 5000)
SAMPLE = 200  # texts, of which parsing and understanding are measured apart, by one process
MOST_FOLDER_S = 1.5  # CPU seconds, for the largest
MOST_TEXT_MS = 1.1  # CPU, parsing and understanding a text
HERE = Path(__file__).parent

Row = dict[str, float]


def main() -> int:
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for sites in SIZES:
            folder = Path(scratch) / str(sites)
            folder.mkdir()
            (folder / "network.yaml").write_text(landbridge_network(sites))
            best(1, [sys.executable, HERE / "compiling.py", "network.yaml", "out"], folder)
            taken = best(3, [sys.executable, "-m", "benchmarks.reading", "out"], folder, {"PYTHONPATH": str(HERE.parent)})
            rows.append({**json.loads(taken.output), "memory": taken.memory})
    broken = list(limits(rows[-1]))
    text = report(rows, broken)
    print(text)
    (HERE / "reading-results.md").write_text(text)
    return 1 if broken else 0


def measure(folder: Path) -> Row:
    """What is measured, in this process."""
    from landbridge.artifacts import read
    from landbridge.verify.network import network_of
    from landbridge.vyos import parse, read_router

    cpu = time.process_time()
    artifacts = read(folder)
    row = {"sites": float(len(artifacts.routers)), "folder": time.process_time() - cpu}
    sample = [(name, text.replace(f"${{router:{name}}}", "10.0.0.1")) for name, text in list(artifacts.routers.items())[:SAMPLE]]
    row["lines"] = sum(text.count("\n") for _, text in sample) / len(sample)
    parsing = understanding = 0.0
    for name, text in sample:
        began = time.process_time()
        tree = parse(text, name)
        parsed = time.process_time()
        read_router(tree, "1.4", name)
        parsing, understanding = parsing + parsed - began, understanding + time.process_time() - parsed
    row |= {"parse": 1000 * parsing / len(sample), "understand": 1000 * understanding / len(sample)}
    before, wall = os.times(), time.perf_counter()
    network_of(artifacts)
    wall, after = time.perf_counter() - wall, os.times()
    return row | {"own": after.user + after.system - before.user - before.system, "cpu": sum(after[:4]) - sum(before[:4]), "wall": wall}


def limits(largest: Row) -> Iterable[str]:
    """The limits that aren't kept."""
    if largest["folder"] > MOST_FOLDER_S:
        yield f"the folder of {largest['sites']:,.0f} sites took {largest['folder']:.2f} CPU seconds, more than {MOST_FOLDER_S}"
    text = largest["parse"] + largest["understand"]
    if text > MOST_TEXT_MS:
        yield f"a text took {text:.2f} ms of CPU, more than {MOST_TEXT_MS}"


def report(rows: list[Row], broken: list[str]) -> str:
    lines = [
        "# Reading artifacts: results",
        "",
        "Made by `./script/bench reading`. Each row is a fresh process (the best of three) that reads the artifacts of a generated network",
        "(singles, two subnets each) from their folder, then every router's text.",
        f"Python {platform.python_version()}, {len(os.sched_getaffinity(0))} cores ({platform.machine()}), {platform.system()}.",
        f"*Folder* is manifest and files; parsing and understanding are of a text, by one process, over {SAMPLE} texts. All texts are read",
        "by as many processes as there are cores, from 200 texts on; *own* is what the process that waits for them spends itself.",
        "",
        "| sites | folder: CPU s | lines a text | parse: ms | understand: ms | all texts: s | CPU s | own CPU s | peak MB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {row['sites']:,.0f} | {row['folder']:.3f} | {row['lines']:.0f} | {row['parse']:.2f} | {row['understand']:.2f} "
        f"| {row['wall']:.2f} | {row['cpu']:.2f} | {row['own']:.2f} | {row['memory']:.0f} |"
        for row in rows
    ]
    lines.append("")
    lines += ["Limits that are not kept:", "", *(f"- {one}." for one in broken)] if broken else ["All limits are kept."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(Path(sys.argv[1]))))
    else:
        sys.exit(main())
