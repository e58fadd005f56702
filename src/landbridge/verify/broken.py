"""Which hosts can't reach which, as a proof has it."""

from __future__ import annotations

from landbridge.verify.proof import Proof


def broken_pairs(proof: Proof) -> set[tuple[str, str]]:
    """The pairs of hosts of which the first gets no answer from the second, with nothing broken but what is."""
    found = set()
    for site in proof.sites.values():
        for one in site.broken:
            if one.exchange.works:
                continue
            for remote in (proof.remotes.all[at] for at in one.cell.indices()):
                if remote.vpc != one.end.vpc:
                    found.add((one.end.name, remote.name) if one.side == "from" else (remote.name, one.end.name))
    return found
