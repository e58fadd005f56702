"""Invocations: at once with the answer, or later with retries; by an idle process, or a new one; what is written goes to the logs."""

from __future__ import annotations

import json
import re
import time
import traceback
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from threading import Lock, Semaphore
from urllib.parse import unquote
from uuid import uuid4

from landbridge.sandbox.functions import embedded
from landbridge.sandbox.functions.worker import Code, TimedOutError, Worker
from landbridge.sandbox.hindering import deliveries, journal
from landbridge.sandbox.permissions.judging import Resource
from landbridge.sandbox.permissions.places import Place
from landbridge.sandbox.permissions.principals import service_may
from landbridge.sandbox.server import calling
from landbridge.sandbox.server.foreign import Foreign
from landbridge.sandbox.server.request import Asked
from landbridge.sandbox.server.world import WORLD

PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations/?")
PAUSES = (1.0, 2.0)  # seconds before an asynchronous invocation is tried again; AWS waits a minute, then two
WARM = 3  # processes that stay, of one function
_pool = ThreadPoolExecutor(64, thread_name_prefix="function")
_idle: dict[Code, list[Worker]] = defaultdict(list)
_slots: dict[tuple[str, int], Semaphore] = {}
_guard = Lock()


def code_of(account: str, region: str, name: str) -> Code | None:
    """What a function runs, or None where there is no such function."""
    from moto.awslambda.models import lambda_backends

    words = name.split(":")
    if len(words) > 6:
        region, account, name = words[3], words[4], words[6]
    with WORLD.lock:
        try:
            backend: Foreign = lambda_backends[account][region]
            found = backend.get_function(name.split(":")[0])
        except Exception:
            return None
        settled = [one for one in found.event_invoke_config if "MaximumRetryAttempts" in one]
        return Code(
            arn=found.function_arn,
            name=found.function_name,
            region=region,
            role=found.role,
            handler=found.handler,
            archive=found.code_bytes,
            variables=tuple(sorted((str(key), str(value)) for key, value in (found.environment_vars or {}).items())),
            timeout=float(found.timeout),
            memory=int(found.memory_size),
            retries=int(settled[-1]["MaximumRetryAttempts"]) if settled else 2,
            concurrency=int(found.reserved_concurrency) if found.reserved_concurrency is not None else None,
        )


def later(arn: str, payload: bytes) -> None:
    """Invokes a function soon, and again if it fails."""
    for _ in range(deliveries.of_invocations()):
        _pool.submit(_tried, arn, payload)


def _tried(arn: str, payload: bytes) -> None:
    try:
        for tried in range(len(PAUSES) + 1):
            code = code_of("", "", arn)
            if code is None or WORLD.ending or "error" not in invoke(code, payload) or tried >= code.retries:
                return
            time.sleep(PAUSES[min(tried, len(PAUSES) - 1)])
    except Exception:
        traceback.print_exc()


def invoke(code: Code, payload: bytes) -> Foreign:
    """Invokes a function now; the answer has `result` or `error`. Never under the lock: the function calls back."""
    event = json.loads(payload or b"{}")
    journal.of_run(code.name, code.arn.split(":")[4], code.region)
    if code.concurrency is None:
        return _run(code, event)
    with _guard:
        slot = _slots.setdefault((code.arn, code.concurrency), Semaphore(max(1, code.concurrency)))
    with slot:
        return _run(code, event)


def _run(code: Code, event: Foreign) -> Foreign:
    number = str(uuid4())
    worker = _taken(code)
    lines: list[str] = []
    try:
        answer, lines = worker.run(number, event)
    except TimedOutError as problem:
        lines = str(problem).splitlines()
        answer = {"error": {"errorMessage": f"{number} Task timed out after {code.timeout:.2f} seconds", "errorType": "Sandbox.Timedout"}}
        worker.end()
    except (OSError, ValueError) as problem:
        lines = str(problem).splitlines()
        answer = {"error": {"errorMessage": f"RequestId: {number} Error: Runtime exited", "errorType": "Runtime.ExitError"}}
        worker.end()
    else:
        with _guard:
            kept = len(_idle[code]) < WARM
            if kept:
                _idle[code].append(worker)
        if not kept:
            worker.end()
    _log(code, worker.stream, [f"START RequestId: {number} Version: $LATEST", *lines, f"END RequestId: {number}"])
    return answer


def _taken(code: Code) -> Worker:
    """A process for this code; those of what the function was before are ended."""
    with _guard:
        for other in [one for one in _idle if one.arn == code.arn and one != code]:
            for worker in _idle.pop(other):
                worker.end()
        while _idle[code]:
            worker = _idle[code].pop()
            if worker.process.poll() is None and worker.until > time.time() + code.timeout:
                return worker
            worker.end()
    account = code.role.split(":")[4] if code.role.count(":") >= 5 else code.arn.split(":")[4]
    asked = {"RoleArn": code.role, "RoleSessionName": code.name[:64]}
    found = calling.client("sts", account, code.region).assume_role(**asked)["Credentials"]
    credentials = {
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
        "AWS_SESSION_TOKEN": found["SessionToken"],
        "until": str(time.time() + 3000),
    }
    return Worker(code, credentials)


def _log(code: Code, stream: str, lines: list[str]) -> None:
    """As Lambda logs: with the function's role. One that may not create groups leaves none behind that its stack has already deleted."""
    from moto.logs.models import logs_backends

    group = f"/aws/lambda/{code.name}"
    place = Place(code.arn.split(":")[1], code.arn.split(":")[4], code.region)
    with WORLD.lock:
        backend: Foreign = logs_backends[place.account][place.region]
        if group not in backend.groups:
            made = Resource(place.arn("logs", f"log-group:{group}"), place.account)
            if not service_may(code.role, code.name, "logs:CreateLogGroup", made, {}):
                return
            backend.create_log_group(group, {})
        if stream not in backend.groups[group].streams:
            backend.create_log_stream(group, stream)
        at = int(time.time() * 1000)
        backend.put_log_events(group, stream, [{"timestamp": at, "message": line} for line in lines])
        embedded.keep(place.account, place.region, lines)
        WORLD.touch()


def answered(asked: Asked, environ: Foreign) -> tuple[int, dict[str, str], bytes] | None:
    """The API's Invoke, or None where something else is asked."""
    match = PATH.fullmatch(asked.path)
    if match is None or asked.method != "POST":
        return None
    from moto.iam import models

    with WORLD.lock:
        account = models.get_account_id_from(asked.key)
    code = code_of(account, asked.region, unquote(match[1]))
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": str(uuid4())}
    if code is None:
        headers["x-amzn-ErrorType"] = "ResourceNotFoundException"
        return 404, headers, json.dumps({"Type": "User", "Message": f"Function not found: {unquote(match[1])}"}).encode()
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    kind = environ.get("HTTP_X_AMZ_INVOCATION_TYPE", "RequestResponse")
    if kind == "DryRun":
        return 204, headers, b""
    if kind == "Event":
        later(code.arn, body)
        return 202, headers, b""
    answer = invoke(code, body)
    if "error" in answer:
        return 200, {**headers, "X-Amz-Function-Error": "Unhandled"}, json.dumps(answer["error"]).encode()
    return 200, {**headers, "X-Amz-Executed-Version": "$LATEST"}, json.dumps(answer["result"]).encode()


def finish() -> None:
    """Ends every process."""
    with _guard:
        for workers in _idle.values():
            for worker in workers:
                worker.end()
        _idle.clear()
