"""Errors as CloudFormation tells them."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class StackError(ServiceException):
    """An error of CloudFormation's: its code and its message."""


StackError.__module__ = "moto.cloudformation.exceptions"  # by which the emulator knows whose error it is
