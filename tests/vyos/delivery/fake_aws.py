"""An instance's metadata and the AWS calls of a bootstrap, on loopback; every request's signature is worked out anew and compared."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ACCESS, SECRET, SESSION, TOKEN = "ASIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "session/token==", "imds-token"
METADATA = {
    "placement/region": "ap-southeast-1",
    "iam/security-credentials/": "gateway",
    "iam/security-credentials/gateway": json.dumps({"AccessKeyId": ACCESS, "SecretAccessKey": SECRET, "Token": SESSION}),
    "local-ipv4": "172.88.0.5",
    "public-ipv4": "198.51.100.7",
    "mac": "0a:00:00:00:00:01",
    "network/interfaces/macs/0a:00:00:00:00:01/subnet-ipv4-cidr-block": "172.88.0.0/24",
}


class FakeAws:
    """`objects` by path, `parameters` and `secrets` by name; the first `failures` requests to AWS are answered with 503."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.parameters: dict[str, str] = {}
        self.secrets: dict[str, str] = {}
        self.failures = 0
        self.wrong: list[str] = []
        aws = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                asked = self.path == "/latest/api/token" and self.headers.get("X-aws-ec2-metadata-token-ttl-seconds")
                self.reply(200 if asked else 400, TOKEN.encode())

            def do_GET(self) -> None:
                if self.path.startswith("/latest/meta-data/"):
                    value = METADATA.get(self.path.removeprefix("/latest/meta-data/"))
                    good = value is not None and self.headers.get("X-aws-ec2-metadata-token") == TOKEN
                    self.reply(200 if good else 401, (value or "").encode())
                else:
                    self.answer(b"", "s3")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(body, "ssm" if self.headers["X-Amz-Target"].startswith("AmazonSSM") else "secretsmanager")

            def answer(self, body: bytes, service: str) -> None:
                problem = signature_problem(self.command, self.path, dict(self.headers.items()), body, service, aws.place_of(body))
                if problem:
                    aws.wrong.append(problem)
                    self.reply(403, b"{}")
                elif aws.failures:
                    aws.failures -= 1
                    self.reply(503, b"slow down")
                else:
                    self.reply(*aws.said(service, self.path, body))

            def reply(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def place_of(self, body: bytes) -> str:
        """The Region that a request is to be signed for: that of the ARN in it, if there is one."""
        arn = re.search(rb'"arn:[a-z-]+:[a-z]+:([a-z0-9-]+):', body)
        return arn[1].decode() if arn else "ap-southeast-1"

    def said(self, service: str, path: str, body: bytes) -> tuple[int, bytes]:
        if service == "s3":
            return (200, self.objects[path]) if path in self.objects else (404, b"")
        asked: dict[str, Any] = json.loads(body)
        if service == "ssm":
            return 200, json.dumps({"Parameter": {"Value": self.parameters[asked["Name"]]}}).encode()
        return 200, json.dumps({"SecretString": self.secrets[asked["SecretId"]]}).encode()


def signature_problem(method: str, path: str, headers: dict[str, str], body: bytes, service: str, place: str) -> str | None:
    """What is wrong with a request's signature; worked out from AWS' description, apart from the script that is tried."""
    given = {name.lower(): value for name, value in headers.items()}
    match = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([\w-]+)/(\w+)/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})",
        given.get("authorization", ""),
    )
    if match is None:
        return "no signature"
    access, day, region, signed_for, names, signature = match.groups()
    if (access, region, signed_for, given.get("x-amz-security-token")) != (ACCESS, place, service, SESSION):
        return "for another place, service or session"
    canonical = f"{method}\n{path}\n\n" + "".join(f"{name}:{given[name]}\n" for name in names.split(";"))
    canonical += f"\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{day}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{given['x-amz-date']}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{SECRET}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return None if hmac.digest(key, text.encode(), "sha256").hex() == signature else "the signature is another"


@contextmanager
def serving() -> Iterator[FakeAws]:
    aws = FakeAws()
    try:
        yield aws
    finally:
        aws.server.shutdown()
        aws.server.server_close()
