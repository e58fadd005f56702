"""From one recipe's files to another's in a machine that runs: a script that changes what differs and leaves alone what doesn't.

What a script does can be done again: where one was interrupted, the same one, or the next, ends right. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from landbridge.lab import frrchanges

LINKS, FILTER, IKE, CHARON, PAIR, PEERS = "links", "filter", "swanctl.conf", "strongswan.conf", "keepalived.conf", "peers"
FRR = ("zebra.conf", "bgpd.conf", "staticd.conf")
BOOT = "boot"  # is read once
_CONNECTION = re.compile(r"^  (\S+) \{\n(.*?)^  \}\n", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"^\*(\w+)$", re.MULTILINE)
_MADE = re.compile(r"link add (?:name )?(\S+) ")
_ADDRESS = re.compile(r"addr add (\S+) dev (\S+)")
# FRR 8's zebra drops an address that it hears of before it has made its own of the interface, and never asks again. So it is looked
# whether it knows, and what it doesn't know is said again.
_KNOWN = """known() {{
  vtysh -d zebra -c 'show interface brief' >/tmp/known 2>/dev/null || return 0
  lost=0
  while read -r device address; do
    grep -q "^$device .* $address" /tmp/known && continue
    lost=1; /bin/ip addr del "$address" dev "$device"; /bin/ip addr add "$address" dev "$device"
  done <<'HELD'
{held}
HELD
  return $lost
}}
for again in 1 2 3 4 5; do known && break; done"""
_HEAR = "/guest/hear{} 2>/tmp/changes.out || say peers </tmp/changes.out"
_BEGINS = "start_action = start"
_OF_DEVICE = re.compile(r"(?:^link set (?:dev )?| dev )(\S+)")

START = 'failed=0\nsay() { echo "$1: $(tail -n 3)" >&2; failed=1; }\n'


def changes(before: Mapping[str, str], after: Mapping[str, str], again: Collection[str] = ()) -> str:
    """A shell script for Machine.run that brings a running machine from one recipe's files to another's; "" for nothing to do.

    `again` names connections that are to be negotiated anew though their text is the same: their key is another. The keys are in the
    machine's memory before the script runs. It ends with 1 where something didn't work, and says what on its standard error.
    """
    names = [name for name in sorted({*before, *after}) if name != BOOT and before.get(name) != after.get(name)]
    if not names and not again:
        return ""
    script = [START, *(_file(name, after.get(name)) for name in names)]
    if LINKS in names:
        script += _links(before.get(LINKS, ""), after.get(LINKS, ""))
    if FILTER in names:
        script.append(_filter(before.get(FILTER, ""), after.get(FILTER, "")))
    heard = PEERS in after and (FILTER in names or PEERS in names)
    if heard:
        script.append(_HEAR.format(" first"))
    if IKE in names or CHARON in names or again:
        script += _ike(before.get(IKE, ""), after.get(IKE, ""), again, settings=CHARON in names)
    if heard:
        script.append(_HEAR.format(""))
    if any(name in names for name in FRR):
        script += _frr(before, after)
    if PAIR in names:
        script.append('[ ! -f /run/keepalived.pid ] || kill -HUP "$(cat /run/keepalived.pid)" || failed=1')
    return "\n".join([*script, "exit $failed", ""])


def _file(name: str, text: str | None) -> str:
    """A file's new text in its place, at once; or the file gone."""
    path = f"/host/{name}"
    if text is None:
        return f"rm -f {path}"
    mode = f"chmod 755 {path}.new\n" if text.startswith("#!") else ""
    folder = f"mkdir -p {path.rpartition('/')[0]}\n" if "/" in name else ""
    return f"{folder}{_here(f'cat >{path}.new', text)}\n{mode}mv {path}.new {path}"


def _here(command: str, text: str, otherwise: str = "") -> str:
    """A command with a text as its input, as it is; and what is done if it fails. The last line must end, or the shell would end it."""
    end = "END"
    while end in text.splitlines():
        end += "_"
    return f"{command} <<'{end}'{otherwise}\n{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{end}"


def _batch(lines: Iterable[str], tolerant: bool) -> list[str]:
    """Lines for ip; what is taken away may be gone already."""
    text = "".join(f"{line}\n" for line in lines)
    if not text:
        return []
    if tolerant:
        return [_here("/bin/ip -force -batch - >/dev/null 2>&1", text)]
    return [_here("/bin/ip -force -batch - >/tmp/changes.out 2>&1", text, " || say links </tmp/changes.out")]


def _links(before: str, after: str) -> list[str]:
    old, new = before.splitlines(), after.splitlines()
    kept = {line for line in old if line in new}
    remade = {match[1] for line in (*old, *new) if line not in kept and (match := _MADE.match(line))}
    gone = [line for line in old if line not in kept and not _devices(line) & remade]
    away = [f"link del {device}" for device in sorted(remade)]
    away += [undone for line in reversed(gone) if (undone := _undone(line))]
    fresh = [line for line in new if line not in kept or _devices(line) & remade]
    made = [match[1] for line in fresh if (match := _MADE.match(line))]
    first = [line for line in fresh if _MADE.match(line)]
    script = [*_batch(away, True), *_batch(first, False), *_batch((_replaced(line) for line in fresh if line not in first), False)]
    script += [f"echo 1 >/proc/sys/net/ipv4/conf/{device}/disable_policy" for device in made]  # see recipes._decapsulate
    held = [(match[2], match[1]) for line in fresh if (match := _ADDRESS.match(line)) and match[2] in made]
    return script + ([_KNOWN.format(held="\n".join(f"{device} {address}" for device, address in held))] if held else [])


def _devices(line: str) -> set[str]:
    """The devices that a line is about; it goes when they go."""
    made = _MADE.match(line)
    return {made[1]} if made else set(_OF_DEVICE.findall(line))


def _undone(line: str) -> str:
    for added in ("addr", "route", "neigh", "rule"):
        if line.startswith(f"{added} add "):
            return line.replace(" add ", " del ", 1)
    match = re.fullmatch(r"link set (?:dev )?(\S+) up\b.*", line)
    return f"link set {match[1]} down" if match else ""


def _replaced(line: str) -> str:
    return re.sub(r"^(addr|route|neigh) add ", r"\1 replace ", line)


def _filter(before: str, after: str) -> str:
    """The whole text: it is loaded at once. A table that is gone is emptied."""
    gone = [table for table in _TABLE.findall(before) if table not in _TABLE.findall(after)]
    text = after + "".join(f"*{table}\nCOMMIT\n" for table in gone)
    return _here("iptables-legacy-restore >/tmp/changes.out 2>&1", text, " || say filter </tmp/changes.out")


def _ike(before: str, after: str, again: Collection[str], *, settings: bool) -> list[str]:
    old, new = dict(_CONNECTION.findall(before)), dict(_CONNECTION.findall(after))
    ended = sorted(name for name, text in old.items() if new.get(name) != text or name in again)
    script = ["swanctl --reload-settings >/dev/null 2>&1"] if settings else []
    # What begins by being loaded ends first. Who waits for the other's beginning ends last: the other may begin at once, and by then must
    # find the new key and the new proposals.
    first = [name for name in ended if _BEGINS in new.get(name, "")]
    if first:
        script.append(f"swanctl --load-creds --file /host/swanctl.conf --noprompt >/dev/null 2>&1\n{_terminate(first)}")
    script.append("swanctl --load-all --file /host/swanctl.conf --noprompt >/tmp/changes.out 2>&1 || say swanctl </tmp/changes.out")
    # Loading begins what is new to it. A connection of which only the key is another isn't: and one that was refused with the old key never
    # begins again by itself.
    script += [f"swanctl --initiate --child {name} --timeout 1 >/dev/null 2>&1 &" for name in first if new.get(name) == old[name]]
    return [*script, _terminate(name for name in ended if name not in first)]


def _terminate(names: Iterable[str]) -> str:
    return "\n".join(f"swanctl --terminate --ike {name} --force >/dev/null 2>&1" for name in names)


def _frr(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    away, fresh = frrchanges.changes([before.get(name, "") for name in FRR], [after.get(name, "") for name in FRR])
    script = []
    if away:
        script.append(_here("cat >/tmp/changes.frr", away) + "\nvtysh -f /tmp/changes.frr >/dev/null 2>&1")
    if fresh:
        done = "vtysh -f /tmp/changes.frr >/tmp/changes.out 2>&1 || say frr </tmp/changes.out"
        script.append(_here("cat >/tmp/changes.frr", fresh) + f"\n{done}")
    return script
