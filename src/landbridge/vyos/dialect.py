"""The release lines of VyOS: what each can do and how its configuration is laid out, in one table.

Sources: VyOS' own command definitions and commit scripts; docs/vyos.md says which were looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from landbridge.findings import LandbridgeError, error


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """One release line. Times are seconds; what rendering needs first, then what only reading does.

    `templates` are the folders that its templates are looked for in, the first one that has a template wins: a new release line brings
    only what changed. `bgp_family`: a neighbor's policies stand under `address-family ipv4-unicast`; `bgp_active`: it exchanges IPv4
    routes without naming that family. `prf`: an IKE proposal can name its PRF. `import_check`: unless told otherwise, a `network` is
    announced only while its prefix is in the routing table.
    """

    release: str
    templates: tuple[str, ...]
    ciphers: Mapping[str, str]
    ssh_key_types: frozenset[str]
    highest_nat_rule: int
    least_dpd_interval: int
    least_dpd_timeout: int
    prf: bool
    pair: bool

    highest_firewall_rule: int
    named_peers: bool
    bgp_asn_in_path: bool
    bgp_family: bool
    bgp_active: bool
    import_check: bool
    nat_interface_name: bool
    firewall_base_chains: bool
    default_ike_version: Literal[0, 1, 2]
    default_dpd_action: Literal["hold", "clear"]
    default_dh: int | None
    default_remote_id: str | None


_OLD_CIPHERS = MappingProxyType({"aes128": "aes128", "aes256": "aes256"})
_CIPHERS = MappingProxyType({**_OLD_CIPHERS, "aes128-gcm": "aes128gcm128", "aes256-gcm": "aes256gcm128"})
_RSA = frozenset({"ssh-rsa", "ssh-dss"})
_KEYS = _RSA | frozenset({"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"})
_SECURITY_KEYS = frozenset({"sk-ecdsa-sha2-nistp256@openssh.com", "sk-ssh-ed25519@openssh.com"})

_V1_1 = Dialect(
    release="1.1",
    templates=("1.1",),
    ciphers=_OLD_CIPHERS,
    ssh_key_types=_RSA,
    highest_nat_rule=9999,
    least_dpd_interval=15,
    least_dpd_timeout=30,
    prf=False,
    pair=False,
    highest_firewall_rule=9999,
    named_peers=False,
    bgp_asn_in_path=True,
    bgp_family=False,
    bgp_active=True,
    import_check=True,
    nat_interface_name=False,
    firewall_base_chains=False,
    default_ike_version=1,
    default_dpd_action="hold",
    default_dh=None,
    default_remote_id=None,
)
_V1_2 = replace(
    _V1_1,
    release="1.2",
    templates=("1.2", "1.1"),
    ciphers=_CIPHERS,
    ssh_key_types=_KEYS,
    least_dpd_interval=2,
    least_dpd_timeout=2,
    pair=True,
    bgp_family=True,
    import_check=False,
    default_dh=2,
)
_V1_3 = replace(
    _V1_2,
    release="1.3",
    templates=("1.3", "1.2", "1.1"),
    highest_nat_rule=999999,
    prf=True,
    default_ike_version=0,
)
_V1_4 = replace(
    _V1_3,
    release="1.4",
    templates=("1.4", "1.1"),
    ssh_key_types=_KEYS | _SECURITY_KEYS,
    highest_firewall_rule=999999,
    named_peers=True,
    bgp_asn_in_path=False,
    bgp_active=False,
    nat_interface_name=True,
    firewall_base_chains=True,
    default_dpd_action="clear",
    default_remote_id="%any",
)
_V1_5 = replace(_V1_4, release="1.5", templates=("1.5", "1.4", "1.1"))

DIALECTS: Mapping[str, Dialect] = MappingProxyType({dialect.release: dialect for dialect in (_V1_1, _V1_2, _V1_3, _V1_4, _V1_5)})


def dialect_of(release: str) -> Dialect:
    """The dialect of a release line such as "1.4". Raises LandbridgeError (code "release") for one that isn't known yet."""
    dialect = DIALECTS.get(release)
    if dialect is None:
        known = ", ".join(DIALECTS)
        raise LandbridgeError(
            error("release", f"VyOS {release!r:.20} is not a release line that routers are written for yet.", None, f"Use one of {known}.")
        )
    return dialect
