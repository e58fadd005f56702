"""Groups notice that an instance of theirs has ended, and launch another: soon, not at once.

On AWS a group looks at its instances' states by itself, up to a minute later; whoever wants it sooner says so with SetInstanceHealth.
"""

from __future__ import annotations

from landbridge.sandbox.server.foreign import Foreign

NOTICED_S = 2.0  # after the end


def look(now: float) -> bool:
    """Whether any group had to do something. The caller holds the lock."""
    from moto.autoscaling.models import autoscaling_backends

    backends: list[Foreign] = list(autoscaling_backends.iter_backends())
    done = False
    for _, _, backend in backends:
        held = [one.instance for group in backend.autoscaling_groups.values() for one in group.instance_states]
        over = [one.id for one in held if one.state == "terminated" and now - one.ended_at >= NOTICED_S]
        if over:
            backend.replace_ended(over)
            done = True
    return done


def install() -> None:
    """What the emulator does when it is told of an end, a group does once `look` finds it, or where the group itself ends an instance."""
    from moto.autoscaling.models import AutoScalingBackend

    backend: Foreign = AutoScalingBackend
    backend.replace_ended = backend.notify_terminate_instances
    backend.notify_terminate_instances = lambda *_: None
