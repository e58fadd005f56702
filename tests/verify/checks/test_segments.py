"""TCP's segments and what a tunnel carries in one piece."""

from __future__ import annotations

import pytest

from landbridge.verify.checks.segments import largest_segment
from landbridge.vyos.router import Proposal
from tests.verify.checks.broken import edited, found, line_of, places, rendered


@pytest.mark.parametrize(
    ("encryption", "integrity", "largest"),
    [
        ("aes128", "sha1", 1382),
        ("aes256", "sha256", 1382),
        ("aes256", "sha384", 1382),
        ("aes256", "sha512", 1366),
        ("aes128gcm128", None, 1398),
        ("aes256gcm128", None, 1398),
        ("chacha20poly1305", None, 1398),
        ("3des", "md5", 1398),
    ],
)
def test_the_largest_segment_by_hand(encryption: str, integrity: str | None, largest: int) -> None:
    """aes128 and sha1, for one: 1500 - 20 IPv4 - 8 UDP - 8 ESP - 16 IV - 12 ICV = 1436, of which 89 blocks are 1424;
    less 2 of trailer, 20 of IPv4 and 20 of TCP that is 1382."""
    assert largest_segment(Proposal(encryption, integrity, None)) == largest


def test_one_byte_more_needs_two_pieces() -> None:
    for encryption, integrity, vector, block, icv in (("aes128", "sha1", 16, 16, 12), ("aes256gcm128", None, 8, 4, 16)):
        inner = largest_segment(Proposal(encryption, integrity, None)) + 40

        def outer(size: int, vector: int = vector, block: int = block, icv: int = icv) -> int:
            return 20 + 8 + 8 + vector + -(-(size + 2) // block) * block + icv

        assert outer(inner) <= 1500 < outer(inner + 1)


@pytest.mark.parametrize(
    ("release", "clamp"),
    [
        ("1.1", "set policy route AWS-MSS rule 10 set tcp-mss"),
        ("1.3", "set firewall options interface vti0 adjust-mss"),
        ("1.4", "set interfaces vti vti0 ip adjust-mss"),
    ],
)
def test_a_clamp_that_is_too_big_is_a_warning_with_the_right_number(release: str, clamp: str) -> None:
    made = edited(rendered("four-regions", release), "virginia-a", clamp, f"{clamp} 1420")
    (finding,) = found(made, "mtu")
    line = "set policy route AWS-MSS rule 10" if release == "1.1" else "set interfaces vti vti0"
    assert places([finding]) == [("warning", "routers/virginia-a.set", line_of(made, "virginia-a", line))]
    assert "to 1420" in finding.message
    right = "1382" if release == "1.1" else "1398"
    assert right in finding.message
    assert right in finding.remedy


def test_no_clamp_at_all_is_a_warning_that_names_both_tunnels() -> None:
    made = edited(rendered("four-regions", "1.1"), "virginia-a", "set interfaces ethernet eth0 policy route", "")
    (finding,) = found(made, "mtu")
    assert finding.message.startswith("nothing clamps the size of TCP's segments into virginia-a's vti0 and vti1")
