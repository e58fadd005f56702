"""What a request over HTTP asks for: which action of which service, for which account and Region, and whether it may change anything."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

_READS = (
    "Describe",
    "Get",
    "BatchGet",
    "List",
    "Search",
    "Lookup",
    "Head",
    "Query",
    "Scan",
    "Filter",
    "Validate",
    "Estimate",
    "Simulate",
    "Detect",
)
_SCOPE = re.compile(r"Credential=([^/,]+)/\d+/([^/]*)/([^/]*)/")
_ACTION = re.compile(rb"(?:^|&)Action=(\w+)")
INTERNAL = "landbridge-internal"  # in the user agent of the emulator's own calls


@dataclass(frozen=True, slots=True)
class Asked:
    """One call. `action` is empty for services that speak REST: their method tells whether they change anything."""

    key: str
    region: str
    service: str
    action: str
    method: str
    path: str
    internal: bool

    @property
    def changes(self) -> bool:
        """Whether the call may change something."""
        if self.action:
            return not self.action.startswith(_READS)
        return self.method not in ("GET", "HEAD", "OPTIONS")


def read(environ: dict[str, Any]) -> Asked:
    """What is asked for; the body is put back for whoever answers."""
    body = b""
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "")
    if chunked or int(environ.get("CONTENT_LENGTH") or 0):
        body = environ["wsgi.input"].read() if chunked else environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    named = None
    if not target and environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        named = _ACTION.search(body[:100_000])
    named = named or _ACTION.search(environ.get("QUERY_STRING", "").encode())
    return Asked(
        key=scope[1] if scope else "",
        region=scope[2] if scope else "us-east-1",
        service=scope[3] if scope else "",
        action=target.rsplit(".", 1)[-1] if target else named[1].decode() if named else "",
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", ""),
        internal=INTERNAL in environ.get("HTTP_USER_AGENT", ""),
    )
