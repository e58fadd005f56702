"""What heal's Lambda weighs, and how long its cold start takes beyond boto3's own. Run by `script/bench healing`.

Exit status 1 if a limit isn't kept.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import best
from landbridge.aws.packaging import HANDLER, heal_package

HERE = Path(__file__).parent
MOST_BYTES = 50_000
MOST_S = 0.3  # of a processor, beyond boto3's own
ROUNDS = 7
PROGRAM = """
import sys, time
import boto3, botocore.config, botocore.exceptions
sys.path.insert(0, {package!r})
began = time.process_time()
import {module}
imported = time.process_time()
from landbridge.heal.clients import clients
clients("us-west-2")
print(imported - began, time.process_time() - imported)
"""


def main() -> int:
    size = len(heal_package())
    imported, clients = _seconds()
    broken = [f"{size} bytes, {MOST_BYTES} at most"] if size >= MOST_BYTES else []
    broken += [f"{imported:.3f} s, {MOST_S} at most"] if imported >= MOST_S else []
    text = _report(size, imported, clients, broken)
    print(text)
    (HERE / "healing-results.md").write_text(text)
    return 1 if broken else 0


def _seconds() -> tuple[float, float]:
    """CPU seconds of the import from the zip, and of making the clients; of the run that took the least altogether."""
    with tempfile.TemporaryDirectory() as scratch:
        package = Path(scratch) / "heal.zip"
        package.write_bytes(heal_package())
        program = PROGRAM.format(package=str(package), module=HANDLER.rpartition(".")[0])
        environment = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
        taken = best(ROUNDS, [sys.executable, "-c", program], Path(scratch), environment)
    imported, clients = map(float, taken.output.split())
    return imported, clients


def _report(size: int, imported: float, clients: float, broken: list[str]) -> str:
    limits = "Every limit is kept." if not broken else "**Broken**: " + "; ".join(broken) + "."
    return f"""# heal's Lambda

By `script/bench healing`, the best of {ROUNDS} fresh processes. {limits}

| | | limit |
| --- | ---: | ---: |
| package, bytes | {size:,} | {MOST_BYTES:,} |
| import beyond boto3's own, CPU seconds | {imported:.3f} | {MOST_S} |
| making its clients, once a process, CPU seconds; boto3's own | {clients:.2f} | – |
"""


if __name__ == "__main__":
    sys.exit(main())
