"""The state on disk. Everything that the emulator holds is one pickle, for its services refer to each other's objects; it is
written to a side and put in place at once.
A call that changes something is answered after a snapshot that has it; calls that come together share one."""

from __future__ import annotations

import io
import marshal
import pickle
import sys
import time
import traceback
import types
import weakref
from collections import defaultdict
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from threading import Event, Lock, RLock, Thread
from typing import Any

from landbridge.sandbox.server.foreign import Foreign
from landbridge.sandbox.server.world import WORLD, Kept

FORMAT = 2  # goes up with what is kept, here or in `Kept`: a state of another one isn't read
_LOCKS = (type(RLock()), type(Lock()))


class _Writer(pickle.Pickler):
    """Pickles also what the emulator's objects hold of locks, weak dictionaries and functions within functions."""

    def reducer_override(self, held: Foreign) -> Foreign:
        if isinstance(held, types.FunctionType) and "<" in held.__qualname__:
            cells = tuple(cell.cell_contents for cell in held.__closure__ or ())
            return _function, (marshal.dumps(held.__code__), held.__module__, held.__name__, held.__defaults__, cells)
        if isinstance(held, weakref.WeakValueDictionary):
            return weakref.WeakValueDictionary, (dict(held),)
        if isinstance(held, _LOCKS):
            return (RLock if isinstance(held, _LOCKS[0]) else Lock), ()
        if isinstance(held, defaultdict) and type(held) is not defaultdict:  # made by a constructor of its own
            return type(held).__new__, (type(held),), (held.default_factory, vars(held)), None, iter(held.items()), _fill
        if isinstance(held, Event):
            return Event, ()
        if type(held).__module__.startswith("cryptography.") and hasattr(held, "private_bytes"):
            return _private, (_pem(held),)
        if isinstance(held, types.GeneratorType):  # the rest of a listing whose next page was never asked for
            return iter, ((),)
        if isinstance(held, Thread):
            return _nothing, ()
        return NotImplemented


def _function(code: bytes, module: str, name: str, defaults: Foreign, cells: tuple[Any, ...]) -> Callable[..., Any]:
    made = tuple(types.CellType(value) for value in cells)
    return types.FunctionType(marshal.loads(code), vars(import_module(module)), name, defaults, made)


def _pem(key: Foreign) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    text: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return text


def _private(pem: bytes) -> Foreign:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(pem, None)


def _fill(made: Foreign, state: tuple[Any, dict[str, Any]]) -> None:
    made.default_factory = state[0]
    made.__dict__.update(state[1])


def _nothing() -> None:
    return None


def freeze() -> bytes:
    """The whole state. The caller holds the lock."""
    services = []
    for service in _services():
        accounts = {account: dict(backends.items()) for account, backends in service.items()}
        extra = {key: value for key, value in vars(service).items() if key not in _OWN}
        services.append((service.backend.__module__, service.service_name, extra, accounts))
    buffer = io.BytesIO(_head())
    buffer.seek(0, io.SEEK_END)
    _Writer(buffer, protocol=5).dump((WORLD.kept, services))
    return buffer.getvalue()


class StateError(Exception):
    """A state that can't be read."""


def _head() -> bytes:
    """The state's first line: what wrote it. The emulator's objects are kept as they are, so another version of it can't read them."""
    from importlib.metadata import version

    return f"landbridge sandbox {FORMAT}, moto {version('moto')}\n".encode()


_OWN = {"backend", "service_name", "_use_boto3_regions", "_additional_regions", "_id"}


def thaw(frozen: bytes) -> None:
    """Puts a state back. Raises StateError."""
    head, _, body = frozen.partition(b"\n")
    if head + b"\n" != _head():
        wrote = head[:80].decode(errors="replace") if head.startswith(b"landbridge sandbox") else "an older version"
        raise StateError(f"the state is of {wrote}; this is {_head().decode().strip()}")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    try:
        kept, services = pickle.loads(body)
    except Exception as problem:
        raise StateError(f"the state can't be read: {type(problem).__name__}: {problem}") from None
    finally:
        sys.setrecursionlimit(limit)
    for module, name, extra, accounts in services:
        service = _service(module, name)
        if service is None:
            continue
        service.__dict__.update(extra)
        for account, backends in accounts.items():
            held = service[account]
            for region, backend in backends.items():
                dict.__setitem__(held, region, backend)
    WORLD.kept = kept if isinstance(kept, Kept) else Kept()


def _service(module: str, name: str) -> Foreign:
    from moto.core.base_backend import BackendDict

    held = vars(import_module(module)).values()
    return next((one for one in held if isinstance(one, BackendDict) and one.service_name == name), None)


def size() -> int:
    """How many services in Regions there are: asking about a Region makes it, with its default VPC, so that is a change too."""
    return sum(len(backends) for service in _services() for backends in service.values())


def _services() -> list[Foreign]:
    from moto.core.base_backend import BackendDict

    return list(BackendDict._instances)  # type: ignore[misc]


def save(path: Path) -> float:
    """Writes the state as it is now. Says how long nobody could call meanwhile, in seconds."""
    with WORLD.lock:
        number = WORLD.generation
        began = time.perf_counter()
        frozen = freeze()
        took = time.perf_counter() - began
    aside = path.with_suffix(".new")
    aside.touch(mode=0o600)
    aside.write_bytes(frozen)
    aside.replace(path)
    with WORLD.lock:
        WORLD.saved = max(WORLD.saved, number)
        WORLD.changed.notify_all()
    return took


def load(path: Path) -> None:
    """Takes the state of the last time, if there was one."""
    if path.exists():
        thaw(path.read_bytes())


def keep(path: Path) -> None:
    """Writes every change, as long as the process lives. For a thread of its own.

    The larger the state, the longer it takes, and the more changes share one: a quarter of the time at most goes into it, so that a
    network ten times as large doesn't take a hundred times as long."""
    rests_until = 0.0
    while True:
        with WORLD.lock:
            WORLD.changed.wait_for(lambda: WORLD.ending or WORLD.generation > WORLD.saved)
            WORLD.changed.wait_for(lambda: WORLD.ending, timeout=max(0.0, rests_until - time.monotonic()))
            if WORLD.ending:
                return
        try:
            rests_until = 3 * save(path) + time.monotonic()
        except Exception:
            traceback.print_exc()  # calls go on; the log says that the folder's state is an older one
            with WORLD.lock:
                WORLD.saved = WORLD.generation
                WORLD.changed.notify_all()


def await_saved(number: int) -> None:
    """Waits until the change with this number is on disk."""
    with WORLD.lock:
        WORLD.changed.wait_for(lambda: WORLD.ending or WORLD.saved >= number, timeout=30)
