"""Whose call it is: an access key of twelve digits is the account of that number, a key made by IAM or STS that of its maker."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\d{12}")


def install() -> None:
    """Puts it before the emulator's own way, which knows only keys that it made."""
    from moto.core.responses import BaseResponse
    from moto.iam import models

    known = models.get_account_id_from

    def account_of(access_key: str) -> str:
        return access_key if _NUMBER.fullmatch(access_key) else known(access_key)

    models.get_account_id_from = account_of
    BaseResponse.access_key_regex = re.compile(r"(?:Credential=|AWS )([A-Za-z0-9_]+)[/:]")  # of any length
