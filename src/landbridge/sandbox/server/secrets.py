"""Secrets of another account, named by their ARN: reached where they have a policy of their own (Secrets Manager User Guide, "Access AWS
Secrets Manager secrets from a different account"). The emulator looks in the caller's account only."""

from __future__ import annotations

from landbridge.sandbox.server.foreign import Foreign


def install() -> None:
    """Lets a call that names such a secret go to the account that has it."""
    from moto.secretsmanager.models import secretsmanager_backends
    from moto.secretsmanager.responses import SecretsManagerResponse

    def backend(self: Foreign) -> Foreign:
        own: Foreign = secretsmanager_backends[self.current_account][self.region]
        words = str(self._get_param("SecretId") or "").split(":")
        if len(words) < 7 or words[4] in ("", self.current_account):
            return own
        other: Foreign = secretsmanager_backends[words[4]][self.region]
        secret = other.secrets.get(":".join(words)) if words[3] == self.region else None
        return other if secret is not None and secret.policy else own

    SecretsManagerResponse.backend = property(backend)  # type: ignore[assignment, method-assign]
