"""The table of checks. A check's docstring says what it verifies, when it passes and fails; docs/verify.md is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from landbridge.findings import Finding
from landbridge.verify.network import Network

Function = Callable[[Network], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """`code` is that of its findings; `function` needs no more than the network."""

    code: str
    function: Function

    @property
    def documentation(self) -> str:
        return self.function.__doc__ or ""


CHECKS: list[Check] = []


def check(code: str) -> Callable[[Function], Function]:
    """Registers a check under the code of what it finds."""

    def register(function: Function) -> Function:
        CHECKS.append(Check(code, function))
        return function

    return register
