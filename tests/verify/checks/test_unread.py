"""Statements that landbridge doesn't know the meaning of."""

from __future__ import annotations

from tests.verify.checks.broken import added, found, line_of, places, rendered


def test_they_are_a_note_a_router_with_their_lines_and_without_secrets() -> None:
    commands = ("set protocols ospf area 0 network 10.0.0.0/8", "set interfaces wireguard wg0 private-key 'hunter2'")
    made = added(rendered("four-regions"), "virginia-a", *commands)
    (finding,) = found(made, "not-represented")
    first, second = (line_of(made, "virginia-a", command) for command in commands)
    assert places([finding]) == [("note", "routers/virginia-a.set", first)]
    assert finding.message.startswith("2 statements of virginia-a are not understood")
    assert finding.trace == (
        f"routers/virginia-a.set:{first}: set protocols ospf area 0 network 10.0.0.0/8",
        f"routers/virginia-a.set:{second}: set interfaces wireguard wg0 private-key '********'",
    )


def test_no_more_are_shown_than_somebody_reads() -> None:
    made = added(rendered("four-regions"), "virginia-a", *(f"set protocols ospf area {area}" for area in range(50)))
    assert found(made, "not-represented")[0].trace[-1] == "… and 30 more"
