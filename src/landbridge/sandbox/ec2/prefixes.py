"""Customer-managed prefix lists: their versions, their size, and that one in use can't go."""

from __future__ import annotations

from landbridge.sandbox.ec2.refusing import refused
from landbridge.sandbox.server.foreign import Foreign

AT_ONCE = 100  # entries that one call adds or removes


def _held(backend: Foreign, number: str) -> Foreign:
    found = backend.managed_prefix_lists.get(number)
    if found is None or found.state == "delete-complete":
        raise refused("InvalidPrefixListID.NotFound", f"The prefix list ID '{number}' does not exist")
    return found


def modify_managed_prefix_list(self: Foreign) -> Foreign:
    """ModifyManagedPrefixList: every change of entries is a new version, made from the one that the caller knows."""
    from moto.core.responses import ActionResult

    given = dict(self.params)
    held = _held(self.ec2_backend, given["PrefixListId"])
    most = int(given.get("MaxEntries") or held.max_entries)
    added, removed = given.get("AddEntries") or [], {one["Cidr"] for one in given.get("RemoveEntries") or []}
    if (added or removed) and most != held.max_entries:
        raise refused(
            "InvalidParameterCombination", "You cannot modify the entries and the maximum entries for the prefix list in the same request."
        )
    if max(len(added), len(removed)) > AT_ONCE:
        raise refused("InvalidParameterValue", f"The number of entries per request cannot exceeds limit ({AT_ONCE}).")
    if (added or removed) and given.get("CurrentVersion") is None:
        raise refused("MissingParameter", "The request must contain the parameter CurrentVersion")
    if given.get("CurrentVersion") is not None and int(given["CurrentVersion"]) != int(held.version):
        raise refused(
            "PrefixListVersionMismatch", f"The prefix list has the incorrect version number. The current version is {held.version}."
        )
    entries = [one for one in held.entries.get(held.version) or [] if one["Cidr"] not in removed]
    for one in added:
        entries = [other for other in entries if other["Cidr"] != one["Cidr"]] + [dict(one)]
    if len(entries) > most:
        raise refused("PrefixListMaxEntriesExceeded", f"The prefix list {held.id} would have {len(entries)} entries, more than {most}.")
    held.max_entries = most
    held.prefix_list_name = given.get("PrefixListName") or held.prefix_list_name
    if added or removed:
        held.version += 1
        held.entries[held.version] = entries
    held.state = "modify-complete"
    return ActionResult({"PrefixList": held})


def delete_managed_prefix_list(self: Foreign) -> Foreign:
    """DeleteManagedPrefixList, refused while a route or a rule refers to it."""
    from moto.core.responses import ActionResult

    backend = self.ec2_backend
    held = _held(backend, self._get_param("PrefixListId"))
    routed = any(route.destination_prefix_list_id == held.id for table in backend.route_tables.values() for route in table.routes)
    ruled = any(
        rule.prefix_list_id == held.id
        for groups in backend.groups.values()
        for group in groups.values()
        for rule in [*group.ingress_rules, *group.egress_rules]
    )
    if routed or ruled:
        raise refused("IncorrectState", f"The prefix list {held.id} is in use and can't be deleted.")
    del backend.managed_prefix_lists[held.id]
    held.state = "delete-in-progress"
    return ActionResult({"PrefixList": held})


ANSWERS = (modify_managed_prefix_list, delete_managed_prefix_list)
