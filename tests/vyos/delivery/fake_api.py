"""VyOS' HTTPS API on loopback, with a certificate of its own, for the requests that a push makes."""

from __future__ import annotations

import datetime
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.vyos.delivery.fake_router import FakeRouter, copy

from landbridge.vyos.tree import Tree

KEY = "an-api-key"
TASK = ("system", "task-scheduler", "task")


def certificate(folder: Path) -> tuple[Path, str]:
    """A certificate for 127.0.0.1 with its key, and its SHA-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "router")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "router.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(pem))
    return path, sha256(made.public_bytes(serialization.Encoding.DER)).hexdigest()


def as_api(tree: Tree) -> Any:  # noqa: ANN401
    """A configuration as the API shows it."""
    if not tree.children:
        return {}
    if all(not below.children for below in tree.children.values()):
        values = list(tree.children)
        # A valueless leaf, or a tag node without anything below it, is an empty mapping; everything else here is a leaf's values
        return values[0] if len(values) == 1 else values
    return {word: as_api(below) for word, below in tree.children.items()}


class FakeApi:
    def __init__(self, router: FakeRouter, pem: Path) -> None:
        self.router = router
        self.keys: list[str] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                if not router.open:  # the firewall drops it: nobody answers
                    self.connection.close()
                    return
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                api.keys.append(form["key"][0])
                status, answer = api.answer(self.path, json.loads(form["data"][0]), form["key"][0])
                if not router.open:
                    self.connection.close()
                    return
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                return

        self.server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port: int = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, path: str, data: Any, key: str) -> tuple[int, dict[str, Any]]:  # noqa: ANN401
        if key != KEY:
            return 401, {"success": False, "error": "Valid API key is required", "data": None}
        said: Any = None
        if path == "/show":
            said = self.router.answer(f"show {' '.join(data['path'])}")
        elif path == "/retrieve":
            said = as_api(self.router.running)
        elif path == "/config-file":
            self.router.log.append("save")
            self.router.save()
        elif path == "/configure":
            failure = self._configure(data)
            if failure:
                return 400, {"success": False, "error": failure, "data": None}
        return 200, {"success": True, "error": None, "data": said}

    def _configure(self, changes: list[dict[str, Any]]) -> str:
        candidate = copy(self.router.running)
        for change in changes:
            path = change["path"]
            if change["op"] == "set":
                candidate.set(*path)
            else:
                above = candidate.get(*path[:-1])
                if above is not None:
                    above.children.pop(path[-1], None)
        before = set(self.router.running.values(*TASK))
        said = self.router.commit(candidate)
        if not said:
            self._schedule(before)
        return said

    def _schedule(self, before: set[str]) -> None:
        """cron: the minutes between this router's clock, 00:29:10, and the task's."""
        after = set(self.router.running.values(*TASK))
        for name in after - before:
            minute, hour, *_ = (self.router.running.value(*TASK, name, "crontab-spec") or "").split()
            self.router.schedule(f"task {name}", int(hour) * 60 + int(minute) - 29)
        for name in before - after:
            self.router.cancel(f"task {name}")


@contextmanager
def serving(router: FakeRouter, pem: Path) -> Iterator[FakeApi]:
    api = FakeApi(router, pem)
    try:
        yield api
    finally:
        api.server.shutdown()
        with suppress(OSError):
            api.server.server_close()
