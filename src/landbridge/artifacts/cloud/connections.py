"""AWS' end of a site's tunnels, as the stack of its VPN connections says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from landbridge.artifacts.cloud.template import (
    Resource,
    Template,
    asn_in,
    blocks,
    items,
    number_in,
    prefix_in,
    referred,
    tagged,
    text_in,
)
from landbridge.artifacts.cloud.tree import Block, MisreadError
from landbridge.artifacts.manifest import Gateway, Options, Tunnel
from landbridge.findings import Where

_ENCRYPTION = {"AES128": "aes128", "AES256": "aes256", "AES128-GCM-16": "aes128-gcm", "AES256-GCM-16": "aes256-gcm"}
_INTEGRITY = {"SHA1": "sha1", "SHA2-256": "sha256", "SHA2-384": "sha384", "SHA2-512": "sha512"}
_STARTUP = {"add": "gateway", "start": "aws"}
_GROUPS = {str(group): str(group) for group in (2, 5, *range(14, 25))}
_IKE = {"ikev1": "ikev1", "ikev2": "ikev2"}
_RESOLVED = "{{resolve:secretsmanager:"
_INSIDE_LENGTH = 30


def connected(template: Template, known: Mapping[str, Gateway]) -> dict[str, tuple[Gateway, dict[str, Where]]]:
    """A site's gateways (`known`, by name) with what their connections say, and the places of that. Raises MisreadError."""
    found: dict[str, tuple[Gateway, dict[str, Where]]] = {}
    for connection in template.of("EC2::VPNConnection"):
        name = tagged(connection.properties, "gateway")
        if name not in known or name in found:
            whose = "which has another" if name in found else "which the manifest doesn't have"
            raise MisreadError(connection.line, f"{connection.name} is the connection of {name}, {whose}")
        found[name] = _connected(template, connection, known[name])
    missing = next((name for name in known if name not in found), None)
    if missing is not None:
        raise MisreadError(None, f"it has no VPN connection of {missing}")
    return found


def _connected(template: Template, connection: Resource, known: Gateway) -> tuple[Gateway, dict[str, Where]]:
    own = connection.properties
    if text_in(own, "StaticRoutesOnly", "false") == "true":
        raise MisreadError(own.line, f"{connection.name} has static routes only, and {known.name} speaks BGP")
    customer = template.named("EC2::CustomerGateway", referred(own.get("CustomerGatewayId")))
    if customer is None:
        raise MisreadError(own.line, f"CustomerGatewayId of {connection.name} is no customer gateway of this template")
    specified = list(blocks(own, "VpnTunnelOptionsSpecifications"))
    if len(specified) != len(known.tunnels):
        raise MisreadError(own.line, f"{connection.name} specifies {len(specified)} tunnels, and {known.name} has {len(known.tunnels)}")
    keys = {f"${{{one.name}}}": tagged(one.properties, "tunnel") for one in template.of("SecretsManager::Secret")}
    for tunnel, one in zip(known.tunnels, specified, strict=True):
        _check_key(one, tunnel.name, keys)
    options = [_options(one) for one in specified]
    tunnels = tuple(
        _tunnel(old, one, own_options if own_options != options[0] else None)
        for old, one, own_options in zip(known.tunnels, specified, options, strict=True)
    )
    asn = asn_in(customer.properties, "BgpAsnExtended" if "BgpAsnExtended" in customer.properties else "BgpAsn")
    at = template.where(connection)
    each = {f"tunnels[{number}]": replace(at, line=one.line) for number, one in enumerate(specified)}
    return replace(known, asn=asn, tunnels=tunnels, options=options[0]), {"asn": template.where(customer), "tunnels": at, **each}


def _check_key(specified: Block, tunnel: str, keys: Mapping[str, str]) -> None:
    """That a tunnel's key is the one that its gateway asks for. `keys`: tunnels by how a secret of the template is referred to."""
    key = specified.get("PreSharedKey")
    composed = key.get("Fn::Sub") if isinstance(key, Block) else key
    if not isinstance(composed, str) or not composed.startswith(_RESOLVED):
        raise MisreadError(specified.line, f"PreSharedKey of {tunnel} isn't taken from Secrets Manager, where its gateway asks for it")
    other = next((whose for secret, whose in keys.items() if secret in composed), tunnel)
    if other != tunnel:
        raise MisreadError(specified.line, f"PreSharedKey of {tunnel} is the key of {other}")


def _tunnel(known: Tunnel, specified: Block, options: Options | None) -> Tunnel:
    inside = prefix_in(specified, "TunnelInsideCidr")
    if inside.prefixlen != _INSIDE_LENGTH:
        raise MisreadError(specified.line, f"TunnelInsideCidr is {inside}, where a /30 is wanted")
    return replace(known, inside=inside, options=options)


def _options(specified: Block) -> Options:
    first, second = ({key: _one(specified, f"Phase{phase}{key}") for key in _ALGORITHMS} for phase in (1, 2))
    for key, value in second.items():
        if value != first[key]:
            problem = f"Phase2{key} is {value}, and Phase1{key} {first[key]}: landbridge reads one for both"
            raise MisreadError(specified.line, problem)
    known: dict[str, Any] = {
        "ike": _word(specified, "IKEVersions", _one(specified, "IKEVersions"), _IKE),
        "encryption": _word(specified, "Phase1EncryptionAlgorithms", first["EncryptionAlgorithms"], _ENCRYPTION),
        "integrity": _word(specified, "Phase1IntegrityAlgorithms", first["IntegrityAlgorithms"], _INTEGRITY),
        "startup": _word(specified, "StartupAction", text_in(specified, "StartupAction", "add"), _STARTUP),
    }
    return Options(
        dh=int(_word(specified, "Phase1DHGroupNumbers", first["DHGroupNumbers"], _GROUPS)),
        ike_lifetime=number_in(specified, "Phase1LifetimeSeconds", 28800),  # AWS' defaults, here and below
        esp_lifetime=number_in(specified, "Phase2LifetimeSeconds", 3600),
        dpd=number_in(specified, "DPDTimeoutSeconds", 30),
        **known,
    )


_ALGORITHMS = ("EncryptionAlgorithms", "IntegrityAlgorithms", "DHGroupNumbers")


def _one(specified: Block, key: str) -> str:
    """The one value of a list of them."""
    found = items(specified, key)
    if len(found) != 1 or not isinstance(found[0], Block):
        raise MisreadError(specified.line, f"{key} has {len(found)} values, where landbridge reads one")
    return text_in(found[0], "Value")


def _word(specified: Block, key: str, value: str, words: Mapping[str, str]) -> str:
    if value not in words:
        raise MisreadError(specified.line, f"{key} is {value!r}, where one of {', '.join(words)} is wanted")
    return words[value]
