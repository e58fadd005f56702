"""What the lab's supervisor and its clients say to each other: one JSON object a line.

A client sends one request (`{"op": …, …}`) and reads events (`{"event": …}`) until the result (`{"result": …}`) or the findings
(`{"findings": […]}`) that say why there is none.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from typing import Any

from landbridge.findings import Finding, LandbridgeError, Severity, Where, error

Message = dict[str, Any]

STAY = b"stay\n"  # on the leash: the lab outlives the command that started it
_UCRED = struct.Struct("3i")


def encode(message: Message) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def failure(problem: LandbridgeError) -> Message:
    return {"findings": [finding.as_json() for finding in problem.findings]}


def raise_failure(message: Message) -> None:
    """Raise the LandbridgeError that a message holds, if it holds one."""
    if "findings" in message:
        raise LandbridgeError(*map(_finding, message["findings"]))


def _finding(record: Message) -> Finding:
    where = record["where"] and Where(**record["where"])
    return Finding(record["code"], Severity(record["severity"]), record["message"], where, record["remedy"], tuple(record["trace"]))


def decode(line: bytes) -> Message:
    """A message from its line. Raises LandbridgeError for a line that isn't whole, of a lab that died while it wrote."""
    try:
        message: Message = json.loads(line)
    except ValueError:
        raise LandbridgeError(error("lab", "the lab ended in the middle of its answer")) from None
    return message


def peer_is_ours(connection: socket.socket) -> bool:
    """Does the other end belong to the user that the lab belongs to?"""
    _, user, _ = _UCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    return bool(user == os.getuid())
