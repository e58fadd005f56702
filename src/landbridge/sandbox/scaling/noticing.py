"""Groups notice that an instance of theirs has ended, and launch another: soon, not at once.

On AWS a group looks at its instances' states by itself, up to a minute later; whoever wants it sooner says so with SetInstanceHealth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from landbridge.sandbox.server.foreign import Foreign

NOTICED_S = 2.0  # after the end
_ended: dict[str, float] = {}  # instances → when they were first seen to have ended
_forget: list[Callable[[Foreign, Sequence[str]], None]] = []


def look(now: float) -> bool:
    """Whether any group had to do something. The caller holds the lock."""
    from moto.autoscaling.models import autoscaling_backends

    backends: list[Foreign] = list(autoscaling_backends.iter_backends())
    done = False
    for _, _, backend in backends:
        ended = [
            one.instance.id
            for group in backend.autoscaling_groups.values()
            for one in group.instance_states
            if one.instance.state in ("shutting-down", "terminated")
        ]
        over = [one for one in ended if now - _ended.setdefault(one, now) >= NOTICED_S]
        if over:
            replace(backend, over)
            done = True
            for one in over:
                del _ended[one]
    return done


def replace(backend: Foreign, instances: Sequence[str]) -> None:
    """Takes instances out of their groups at once; the groups launch others."""
    _forget[0](backend, instances)


def install() -> None:
    """Ends that nobody told a group of are found by `look`."""
    from moto.autoscaling.models import AutoScalingBackend

    backend: Foreign = AutoScalingBackend
    _forget[:] = [backend.notify_terminate_instances]
    backend.notify_terminate_instances = lambda *_: None
