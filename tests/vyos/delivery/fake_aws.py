"""An instance's metadata and the AWS calls of its scripts, on loopback; every request's signature is worked out anew and compared."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ACCESS, SECRET, SESSION, TOKEN = "ASIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "session/token==", "imds-token"
METADATA = {
    "placement/region": "ap-southeast-1",
    "iam/security-credentials/": "gateway",
    "local-ipv4": "172.88.0.5",
    "public-ipv4": "198.51.100.7",
    "mac": "0a:00:00:00:00:01",
    "network/interfaces/macs/0a:00:00:00:00:01/subnet-ipv4-cidr-block": "172.88.0.0/24",
}


SERVICES = {"AmazonSSM": "ssm", "secretsmanager": "secretsmanager", "DynamoDB_20120810": "dynamodb", "": "lambda"}


class FakeAws:
    """`objects` by path, `parameters` and `secrets` by name; the first `failures` requests to AWS are answered with 503.

    `records` are the words table's, by name: their word and its time. `calls` are the actions that were done, `woken` what a function was
    invoked with. Only the session `session` is taken; the metadata hand it out with its end, `ends`.
    """

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.parameters: dict[str, str] = {}
        self.secrets: dict[str, str] = {}
        self.failures = 0
        self.wrong: list[str] = []
        self.session = SESSION
        self.ends: str | None = None
        self.records: dict[str, tuple[str, int]] = {}
        self.calls: list[str] = []
        self.metadata_asked = 0
        self.woken: list[tuple[str, dict[str, Any]]] = []
        aws = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                asked = self.path == "/latest/api/token" and self.headers.get("X-aws-ec2-metadata-token-ttl-seconds")
                self.reply(200 if asked else 400, TOKEN.encode())

            def do_GET(self) -> None:
                if self.path.startswith("/latest/meta-data/"):
                    value = aws.metadata().get(self.path.removeprefix("/latest/meta-data/"))
                    good = value is not None and self.headers.get("X-aws-ec2-metadata-token") == TOKEN
                    self.reply(200 if good else 401, (value or "").encode())
                else:
                    self.answer(b"", "s3")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(body, SERVICES[self.headers.get("X-Amz-Target", "").partition(".")[0]])

            def answer(self, body: bytes, service: str) -> None:
                problem = signature_problem(
                    self.command, self.path, dict(self.headers.items()), body, service, aws.place_of(body), aws.session
                )
                if problem:
                    aws.wrong.append(problem)
                    self.reply(403, f"{problem}: {dict(self.headers.items())}".encode())  # as AWS repeats what it was sent
                elif aws.failures:
                    aws.failures -= 1
                    self.reply(503, b"slow down")
                else:
                    self.reply(*aws.said(service, self.path, body, self.headers))

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

    def metadata(self) -> dict[str, str]:
        self.metadata_asked += 1
        credentials = {"AccessKeyId": ACCESS, "SecretAccessKey": SECRET, "Token": self.session, "Expiration": self.ends}
        return {**METADATA, "iam/security-credentials/gateway": json.dumps({key: value for key, value in credentials.items() if value})}

    def said(self, service: str, path: str, body: bytes, headers: Message) -> tuple[int, bytes]:
        if service == "lambda":
            assert headers["X-Amz-Invocation-Type"] == "Event"
            self.calls.append("Invoke")
            self.woken.append((path, json.loads(body)))
            return 202, b""
        if service == "dynamodb":
            assert headers["Content-Type"] == "application/x-amz-json-1.0"
            action = headers["X-Amz-Target"].partition(".")[2]
            self.calls.append(action)
            return self.put(json.loads(body)) if action == "PutItem" else self.get(json.loads(body))
        if service == "s3":
            return (200, self.objects[path]) if path in self.objects else (404, b"")
        asked: dict[str, Any] = json.loads(body)
        if service == "ssm":
            return 200, json.dumps({"Parameter": {"Value": self.parameters[asked["Name"]]}}).encode()
        return 200, json.dumps({"SecretString": self.secrets[asked["SecretId"]]}).encode()

    def put(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        assert (asked["TableName"], asked["ConditionExpression"]) == ("acme-words", "attribute_not_exists(#at) OR #at <= :at")
        item, limit = asked["Item"], int(asked["ExpressionAttributeValues"][":at"]["N"])
        name, at = item["name"]["S"], int(item["at"]["N"])
        if name in self.records and self.records[name][1] > limit:
            return 400, b'{"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no"}'
        self.records[name] = (item["word"]["S"], at)
        return 200, b"{}"

    def get(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        wanted = asked["RequestItems"]["acme-words"]
        assert wanted["ConsistentRead"]
        found = {name: self.records[name] for key in wanted["Keys"] if (name := key["name"]["S"]) in self.records}
        items = [{"name": {"S": name}, "word": {"S": word}, "at": {"N": str(at)}} for name, (word, at) in found.items()]
        return 200, json.dumps({"Responses": {"acme-words": items}, "UnprocessedKeys": {}}).encode()


def signature_problem(
    method: str, path: str, headers: dict[str, str], body: bytes, service: str, place: str, session: str = SESSION
) -> str | None:
    """What is wrong with a request's signature; worked out from AWS' description, apart from the script that is tried."""
    given = {name.lower(): value for name, value in headers.items()}
    match = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([\w-]+)/(\w+)/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})",
        given.get("authorization", ""),
    )
    if match is None:
        return "no signature"
    access, day, region, signed_for, names, signature = match.groups()
    if (access, region, signed_for, given.get("x-amz-security-token")) != (ACCESS, place, service, session):
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
