"""Following the hub's logs while they grow."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.machine import Machine
from landbridge.lab.watching import Progress, Watch
from tests.lab import networks

CHARON = [
    b"07[IKE] CHILD_SA virginia-a-1{1} established with SPIs c8096218_i c7f887cb_o and TS 0.0.0.0/0 === 0.0.0.0/0\n",
    b"08[IKE] CHILD_SA singapore-a-1{2} established with SPIs ce5c1268_i cd1f0f9d_o and TS 0.0.0.0/0 === 0.0.0.0/0\n",
    b"09[IKE] CHILD_SA somebody-else{3} established with SPIs c64fc8b6_i c8b06df2_o and TS 0.0.0.0/0 === 0.0.0.0/0\n",
    b"10[NET] sending packet: from 198.18.0.1[4500] to 198.19.0.1[4500] (92 bytes)\n",
]
FRR = [
    b"2026/11/23 23:56:18 BGP: [N9HHH-F8H1M] %ADJCHANGE: neighbor 169.254.14.214(singapore-a) in vrf default Up\n",
    b"2026/11/23 23:57:18 BGP: [N9HHH-F8H1M] %ADJCHANGE: neighbor 169.254.14.214(singapore-a) in vrf default Down BGP Notification\n",
    b"2026/11/23 23:56:19 BGP: [N9HHH-F8H1M] %ADJCHANGE: neighbor 169.254.12.178(Unknown) in vrf default Up\n",
    b"2026/11/23 23:56:19 BGP: [N9HHH-F8H1M] %ADJCHANGE: neighbor 10.9.9.9(Unknown) in vrf default Up\n",
]
GARBAGE = [b"\xff\xfe\x80 no text\n", b"\n", b"\x1b[31m\xc3\n", "größer\n".encode()]


def _watch(folder: Path) -> Watch:
    return Watch(networks.manifest(), Machine(networks.hub(), (), GuestRoot(folder), folder, "lab"))


def _write(folder: Path, charon: bytes, frr: bytes) -> None:
    (folder / "charon.log").write_bytes(charon)
    (folder / "frr.log").write_bytes(frr)


def test_before_there_are_logs_nothing_is_up(tmp_path: Path) -> None:
    assert _watch(tmp_path).look([], 4) == Progress(0, 4, 0, 6, 0, 6)


def test_only_the_networks_own_tunnels_and_sessions_count(tmp_path: Path) -> None:
    _write(tmp_path, b"".join(CHARON), b"".join(FRR))
    now = _watch(tmp_path).look([], 4)
    assert (now.tunnels, now.sessions) == (2, 1)


def test_a_session_that_goes_down_and_comes_back_counts_once(tmp_path: Path) -> None:
    up, down = FRR[:2]
    _write(tmp_path, b"", up + down + up)
    assert _watch(tmp_path).look([], 4).sessions == 1


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(CHARON + GARBAGE), max_size=8).map(b"".join),
    st.lists(st.sampled_from(FRR + GARBAGE), max_size=8).map(b"".join),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=6),
)
def test_logs_read_in_pieces_cut_at_any_byte_tell_the_same_as_read_whole(charon: bytes, frr: bytes, cuts: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        piecewise = _watch(folder)
        firsts, seconds = sorted(cut for cut, _ in cuts), sorted(cut for _, cut in cuts)
        for first, second in zip(firsts, seconds, strict=True):
            _write(folder, charon[:first], frr[:second])
            piecewise.look([], 4)
        _write(folder, charon, frr)
        whole = _watch(folder)
        assert piecewise.look([], 4) == whole.look([], 4)
        assert (piecewise.tunnels_up, piecewise.sessions_up) == (whole.tunnels_up, whole.sessions_up)
