"""The guest root: the folder that every machine boots from, made of Debian packages without root and without installing anything.

apt-get, with state and cache of its own, downloads the packages (their signatures checked against the system's keys) and dpkg unpacks
them into the cache folder. The folder's name carries a digest of the recipe, so a changed recipe makes a new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from landbridge.findings import LandbridgeError, error
from landbridge.lab.cache import cache_folder

PACKAGES = (
    "busybox-static",
    "dash",
    "frr",
    "iperf3",
    "iproute2",
    "iptables",
    "keepalived",
    "kmod",
    "libpython3-stdlib",
    "libstrongswan-standard-plugins",
    "libtcc-dev",
    "nftables",
    "python3-minimal",
    "strongswan-charon",
    "strongswan-swanctl",
    "tcc",
    "tcpdump",
    "user-mode-linux",
)
FOLDERS = ("dev", "guest", "host", "lib/modules", "opt", "proc", "root", "run", "sys", "tmp", "var/tmp/frr")
LINKS = {"bin/sh": "busybox", "config": "/host/config", "var/run": "/run"}
SPARE = ("usr/share/doc", "usr/share/info", "usr/share/locale", "usr/share/man")
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nfrr:x:100:100::/nonexistent:/bin/false\n",
    "etc/group": "root:x:0:\nfrr:x:100:\nfrrvty:x:101:root,frr\n",
    # vtysh asks PAM; whoever is in the machine already is let in
    "etc/pam.d/frr": "auth sufficient pam_permit.so\naccount sufficient pam_permit.so\n",
    "etc/pam.d/other": "auth sufficient pam_permit.so\naccount sufficient pam_permit.so\n",
    "etc/frr/vtysh.conf": "no service integrated-vtysh-config\n",
}
GUEST = ("cloud", "hear", "ike", "init", "ptrace.c", "real", "respawn", "router", "vti")
PROGRAMS = ("cloud", "hear", "ike", "init", "respawn", "router", "vti")
# What the programs there, and a gateway's bootstrap, import: compiled once, because a machine can't write and would do it at each start.
IMPORTS = (
    "base64, datetime, encodings.idna, gzip, hashlib, hmac, http.client, json, os, re, ssl, subprocess, sys, time, urllib.error, "
    "urllib.parse, urllib.request"
)
PYTHON = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": ""}  # whatever is set here, what is compiled is kept in its place
LIBRARIES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")
UNUSED_S = 3600.0  # an older root that nobody has asked for this long is in nobody's way

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class GuestRoot:
    """An unpacked guest root. It is read only from here on."""

    folder: Path

    @property
    def kernel(self) -> Path:
        return self.folder / "usr/bin/linux.uml"

    @property
    def ptrace(self) -> Path:
        """The library that lets the kernel run on processors with a large register state."""
        return self.folder / "guest/ptrace.so"

    def tool(self, path: str) -> list[str]:
        """The words to run a program of the guest root on the host with, whatever libraries the host has."""
        libraries = ":".join(str(self.folder / folder) for folder in LIBRARIES)
        return [str(self.folder / "lib64/ld-linux-x86-64.so.2"), "--library-path", libraries, str(self.folder / path)]


def guest_root(progress: Progress = lambda *_: None) -> GuestRoot:
    """The guest root, made first if the cache doesn't hold it. `progress` gets (what is done, steps done, steps in all).

    Raises LandbridgeError where apt-get or dpkg are missing or fail, or where the cache folder can't be used.
    """
    if not re.fullmatch(r"[\w@%+./~-]+", str(cache_folder())):  # it stands on a kernel's command line
        message = f"the lab can't use a cache folder whose path holds more than letters, digits and @%+._~-: {cache_folder()}"
        raise LandbridgeError(error("write", message, remedy="Set LANDBRIDGE_CACHE to another one."))
    folder = cache_folder() / f"guest-root-{_digest()}"
    if not folder.is_dir():
        with _locked(cache_folder() / "guest-root.lock"):
            for left in cache_folder().glob("guest-root-*.partial"):  # of one that was killed: whoever makes one holds the lock
                shutil.rmtree(left, ignore_errors=True)
            if not folder.is_dir():
                _make(folder, progress)
                _remove_older(folder)
    with suppress(OSError):  # a cache that is read only
        os.utime(folder)
    return GuestRoot(folder)


def _remove_older(made: Path) -> None:
    """The guest roots of other recipes, but for those that were asked for lately or that a machine runs on."""
    commands = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            commands.append(process.read_bytes())
    for folder in made.parent.glob("guest-root-*"):
        used = any(os.fsencode(folder) in command for command in commands)
        if folder != made and folder.is_dir() and not used and time.time() - folder.stat().st_mtime > UNUSED_S:
            shutil.rmtree(folder, ignore_errors=True)


def _source(name: str) -> str:
    return resources.files("landbridge.lab").joinpath("guest", name).read_text()


def _digest() -> str:
    recipe = [*PACKAGES, *FOLDERS, *SPARE, IMPORTS, *(f"{name}={text}" for name, text in (FILES | LINKS).items()), *map(_source, GUEST)]
    return hashlib.sha256("\0".join(recipe).encode()).hexdigest()[:12]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("w")
    except OSError as problem:
        raise LandbridgeError(
            error(
                "write", f"can't write to the cache folder {path.parent}: {problem.strerror}", remedy="Set LANDBRIDGE_CACHE to one you can."
            )
        ) from None
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _make(folder: Path, progress: Progress) -> None:
    for tool in ("apt-get", "dpkg"):
        if shutil.which(tool) is None:
            raise LandbridgeError(
                error(
                    "tool-missing",
                    f"the lab's machines are made of Debian packages, and there is no {tool} here",
                    remedy="Use Debian or Ubuntu.",
                )
            )
    work = Path(tempfile.mkdtemp(prefix="guest-root-", suffix=".partial", dir=folder.parent))
    try:
        root = work / "root"
        root.mkdir()
        packages = _download(work / "apt", progress)
        for number, package in enumerate(packages):
            progress("unpacking Debian packages", number, len(packages))
            _run("dpkg", "-x", str(package), str(root))
        _finish(root)
        root.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _download(apt: Path, progress: Progress) -> list[Path]:
    archives = apt / "cache/archives"
    for path in (apt / "state/lists/partial", archives / "partial"):
        path.mkdir(parents=True)
    (apt / "status").touch()
    options = [f"Dir::State={apt}/state", f"Dir::State::status={apt}/status", f"Dir::Cache={apt}/cache", "Debug::NoLocking=1"]
    apt_get = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root"]
    for option in options:
        apt_get += ["-o", option]
    progress("reading Debian's package lists", 0, 0)
    _run(*apt_get, "update")
    install = [*apt_get, "install", "-y", "--no-install-recommends"]
    uris = [line.split() for line in _run(*install, "--print-uris", *PACKAGES).splitlines()]
    total = sum(int(words[2]) for words in uris)
    _run(*install, "--download-only", *PACKAGES, while_running=lambda: progress("downloading Debian packages", _size(archives), total))
    return sorted(archives.glob("*.deb"))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.deb") if path.exists())


def _finish(root: Path) -> None:
    for name in SPARE:
        shutil.rmtree(root / name, ignore_errors=True)
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    shutil.rmtree(root / "var/run", ignore_errors=True)
    for name, target in LINKS.items():
        (root / name).unlink(missing_ok=True)
        (root / name).symlink_to(target)
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in GUEST:
        (root / "guest" / name).write_text(_source(name))
    for name in PROGRAMS:
        (root / "guest" / name).chmod(0o755)
    # busybox' shell knows its own commands; any other shell finds them here, last.
    local = root / "usr/local/bin"
    local.mkdir(parents=True, exist_ok=True)
    for command in _run(str(root / "bin/busybox"), "--list").split():
        (local / command).symlink_to("/bin/busybox")
    compiler = GuestRoot(root).tool("usr/bin/tcc")
    support = root / LIBRARIES[1] / "tcc"
    _run(*compiler, f"-B{support}", "-shared", "-nostdlib", "-o", str(root / "guest/ptrace.so"), str(root / "guest/ptrace.c"))
    python = GuestRoot(root).tool("usr/bin/python3")
    _run(*python, "-S", "-c", f"import {IMPORTS}", more={**PYTHON, "PYTHONHOME": str(root / "usr")})


def _run(*command: str, while_running: Callable[[], None] | None = None, more: Mapping[str, str] = MappingProxyType({})) -> str:
    """Run a step to its end and give its output; what it says on failure goes into the error."""
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive", **more}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment)
        try:
            while True:
                try:
                    status = process.wait(timeout=0.2 if while_running else 600)
                    break
                except subprocess.TimeoutExpired:
                    if not while_running:
                        raise
                    while_running()
        finally:
            process.kill()
            process.wait()
        out.seek(0)
        err.seek(0)
        if status:
            said = err.read().strip().splitlines()
            raise LandbridgeError(
                error(
                    "tool-missing",
                    f"{command[0]} failed while the guest root was made: {said[-1] if said else f'exit status {status}'}",
                    remedy="See that this machine reaches its Debian package source, then try again.",
                )
            )
        return out.read()
