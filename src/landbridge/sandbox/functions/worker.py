"""One process that runs one function's code, again and again."""

from __future__ import annotations

import hashlib
import io
import json
import os
import selectors
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from landbridge.sandbox.server.foreign import Foreign
from landbridge.sandbox.server.world import WORLD

RUNTIME = Path(__file__).with_name("runtime.py")


@dataclass(frozen=True, slots=True)
class Code:
    """What is run: everything that a change of makes another process."""

    arn: str
    name: str
    region: str
    role: str
    handler: str
    archive: bytes
    variables: tuple[tuple[str, str], ...]
    timeout: float
    memory: int
    retries: int
    concurrency: int | None


class TimedOutError(Exception):
    """The function took longer than it may."""


class Worker:
    """The process. It ends when its standard input does: with the emulator, whatever ends that."""

    def __init__(self, code: Code, credentials: dict[str, str]) -> None:
        self.code = code
        self.until = float(credentials.pop("until"))
        root = unpacked(code.archive)
        stream = f"{time.strftime('%Y/%m/%d')}/[$LATEST]{uuid4().hex}"
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(root),
            "NO_PROXY": "127.0.0.1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "LAMBDA_TASK_ROOT": str(root),
            "AWS_ENDPOINT_URL": WORLD.endpoint,
            "AWS_REGION": code.region,
            "AWS_DEFAULT_REGION": code.region,
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3",
            "AWS_LAMBDA_FUNCTION_NAME": code.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(code.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{code.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
            "AWS_EC2_METADATA_DISABLED": "true",
            **credentials,
            **dict(code.variables),
        }
        self.stream = stream
        self.process = subprocess.Popen(
            [sys.executable, str(RUNTIME), code.handler],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=root,
            env=environment,
            start_new_session=True,
        )

    def run(self, number: str, event: Foreign) -> tuple[Foreign, list[str]]:
        """One invocation: the answer (`result` or `error`), and the lines it wrote. Raises TimedOutError, or OSError: it died."""
        process = self.process
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        end = time.time() + self.code.timeout
        said = json.dumps({"event": event, "id": number, "arn": self.code.arn, "until": end})
        process.stdin.write(said.encode() + b"\n")
        process.stdin.flush()
        written = {"out": b"", "err": b""}
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ, "out")
            selector.register(process.stderr, selectors.EVENT_READ, "err")
            while not written["out"].endswith(b"\n"):
                ready = selector.select(max(0.0, end - time.time()))
                if not ready and time.time() >= end:
                    raise TimedOutError(written["err"].decode(errors="replace"))
                for key, _ in ready:
                    chunk = os.read(key.fd, 65536)
                    if not chunk and key.data == "out":
                        raise OSError(written["err"].decode(errors="replace") or "the process ended")
                    if not chunk:
                        selector.unregister(key.fileobj)
                    written[key.data] += chunk
            os.set_blocking(process.stderr.fileno(), False)
            while chunk := process.stderr.read(65536):
                written["err"] += chunk
            os.set_blocking(process.stderr.fileno(), True)
        return json.loads(written["out"]), written["err"].decode(errors="replace").splitlines()

    def end(self) -> None:
        """Ends the process."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def unpacked(archive: bytes) -> Path:
    """The folder that holds a function's code."""
    folder = WORLD.folder / "functions" / hashlib.sha256(archive).hexdigest()[:32]
    if not folder.is_dir():
        aside = folder.with_name(f"{folder.name}.{uuid4().hex[:8]}")
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            packed.extractall(aside)
        try:
            aside.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another invocation was quicker
                raise
    return folder
