"""Secrets that stand where they can be read."""

from __future__ import annotations

from collections.abc import Iterator

from landbridge.findings import Finding, error
from landbridge.verify.checks.registry import check
from landbridge.verify.network import Network


@check("secret-exposed")
def exposed_secrets(network: Network) -> Iterator[Finding]:
    """No router's text holds a secret in clear: tunnels' keys, passwords, API keys, private keys.

    Passes where a placeholder (`${psk:TUNNEL}`), which is filled in only on delivery, stands in a secret's place, or the hidden form
    that a router prints.
    Fails, a finding each, where the secret itself does; which it is isn't printed.
    Source: AWS, "Pre-shared keys" of Site-to-Site VPN tunnel options; VyOS, `plaintext-password` and `service https api keys`.
    """
    for name, router in network.routers.items():
        for secret in router.secrets:
            yield error(
                "secret-exposed",
                f"{name}'s text holds a{'n' * secret.kind.startswith('A')} {secret.kind} in clear.",
                network.places.router(name, secret.line, " ".join(secret.path)),
                "Change the secret, for it has been read, and let a placeholder such as ${psk:TUNNEL} stand here."
                if secret.kind == "pre-shared key"
                else "Change the secret, for it has been read, and take it out of the text.",
            )
