"""keepalived's configuration: the unicast VRRP of a pair's gateway, as VyOS would configure it.

https://keepalived.readthedocs.io/, keepalived.conf(5)
"""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.vyos.router import VrrpGroup

HEAD = "global_defs {\n  dynamic_interfaces\n  script_user root\n  max_auto_priority -1\n}\n"


def keepalived(groups: Sequence[VrrpGroup]) -> str:
    """The whole text; empty for a router without VRRP."""
    return HEAD + "".join(map(_group, groups)) if groups else ""


def _group(group: VrrpGroup) -> str:
    lines = [
        f"vrrp_instance {group.name} {{",
        "  state BACKUP",
        f"  interface {group.interface}",
        f"  virtual_router_id {group.vrid}",
        f"  priority {group.priority}",
        f"  advert_int {group.interval}",
        *([] if group.preempt else ["  nopreempt"]),
        *([f"  unicast_src_ip {group.source}"] if group.source else []),
        *(["  unicast_peer {", *(f"    {peer}" for peer in group.peers), "  }"] if group.peers else []),
        "  virtual_ipaddress {",
        *(f"    {address}" for address in group.addresses),
        "  }",
        *([f"  track_script {{\n    check_{group.name}\n  }}"] if group.check else []),
    ]
    scripts = group.scripts
    notified = {"master": scripts.master, "backup": scripts.backup, "fault": scripts.fault, "stop": scripts.stop}
    lines += [f'  notify_{state} "{command}"' for state, command in notified.items() if command]
    return _check(group) + "\n".join([*lines, "}", ""])


def _check(group: VrrpGroup) -> str:
    if group.check is None:
        return ""
    return (
        f"vrrp_script check_{group.name} {{\n"
        f'  script "{group.check}"\n'
        f"  interval {group.check_interval}\n"
        f"  timeout {max(group.check_interval, 5)}\n"
        f"  fall {group.check_failures}\n"
        "  rise 1\n"
        "}\n"
    )
