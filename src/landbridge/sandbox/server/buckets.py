"""Buckets' policies: a statement with a condition isn't judged. The emulator leaves the condition out, so that "deny what comes without
TLS" would deny everything."""

from __future__ import annotations

import json

from landbridge.sandbox.server.foreign import Foreign


def install() -> None:
    """Judges only what has no condition."""
    from moto.iam.access_control import IAMPolicy, PermissionResult
    from moto.s3.models import FakeBucket

    def permission(self: Foreign, action: str, resource: str) -> PermissionResult:
        if self.policy is None:
            return PermissionResult.NEUTRAL
        policy = json.loads(self.policy)
        statements = policy.get("Statement", [])
        listed = statements if isinstance(statements, list) else [statements]
        policy["Statement"] = [one for one in listed if "Condition" not in one]
        return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)

    FakeBucket.get_permission = permission  # type: ignore[method-assign]
