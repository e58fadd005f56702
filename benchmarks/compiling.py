"""What is measured: one network file to artifacts and lock on disk, in this process. Prints CPU seconds a stage, as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from landbridge.artifacts import lock_path, read_lock, render, write, write_lock
from landbridge.design import design
from landbridge.intent import load


def main(file: Path, out: Path) -> None:
    lock = lock_path(file)
    stages = {"start": time.process_time()}
    document = load(file)
    held = read_lock(lock)
    stages["load"] = time.process_time()
    planned = design(document, held)
    stages["design"] = time.process_time()
    artifacts = render(planned)
    stages["render"] = time.process_time()
    write(artifacts, out)
    write_lock(lock, planned.lock)
    stages["write"] = time.process_time()
    marks = list(stages.items())
    spent = {name: now - before for (name, now), (_, before) in zip(marks[1:], marks, strict=False)}
    facts = {"translations": len(planned.translations), "routers": len(artifacts.routers)}
    print(json.dumps({"start": stages["start"], **spent, **facts}))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
