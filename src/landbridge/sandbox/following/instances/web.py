"""Just enough of HTTP for what machines ask: a request, an answer, and the connection ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import IPv4Address

LARGEST = 4 * 1024 * 1024
SLOW_S = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """`fields` by their names in small letters. The body may hold keys."""

    method: str
    path: str
    fields: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    status: HTTPStatus
    body: bytes = field(default=b"", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict)


# What is answered to a request from an address
Answering = Callable[[IPv4Address, Request], Awaitable[Answer]]


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answering: Answering) -> None:
    """Answer what one connection asks. Whoever goes away, or talks nonsense, is let go."""
    try:
        request = await asyncio.wait_for(_read(reader), SLOW_S)
        answer = await answering(IPv4Address(writer.get_extra_info("peername")[0]), request)
        writer.write(_written(answer))
        await asyncio.wait_for(writer.drain(), SLOW_S)
    except ValueError:
        writer.write(_written(Answer(HTTPStatus.BAD_REQUEST)))
    except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
        return
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Request:
    """Raises ValueError for what isn't a request, EOFError for half a one."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    length = int(fields.get("content-length", "0"))
    if not 0 <= length <= LARGEST:
        raise ValueError(length)
    return Request(method, path, fields, await reader.readexactly(length))


def _written(answer: Answer) -> bytes:
    fields = {"Content-Type": "text/plain", "Content-Length": str(len(answer.body)), "Connection": "close", **answer.fields}
    head = f"HTTP/1.1 {answer.status.value} {answer.status.phrase}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{head}\r\n".encode() + answer.body
