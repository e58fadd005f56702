"""The scalar types of the network file: what each accepts and how it says no."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainSerializer, WithJsonSchema
from pydantic_core import core_schema

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
HIGHEST_ASN = 4294967294  # RFC 7300 reserves 4294967295


def as_name(value: object) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise ValueError("a name has a-z, 0-9 and '-' only, begins and ends with a letter or digit, and has at most 32 characters")
    return value


def as_prefix(value: object) -> IPv4Network:
    if isinstance(value, IPv4Network):
        return value
    if not isinstance(value, str) or "/" not in value:
        raise ValueError("an IPv4 prefix is written as address/length, such as 10.0.1.0/24")
    try:
        return IPv4Network(value)
    except (AddressValueError, NetmaskValueError) as problem:
        raise ValueError(f"not an IPv4 prefix: {problem}") from None
    except ValueError:
        network = IPv4Network(value, strict=False)
        raise ValueError(f"host bits are set; the prefix that holds this address is {network}") from None


def as_asn(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= HIGHEST_ASN:
        raise ValueError(f"an ASN is a whole number from 1 to {HIGHEST_ASN}")
    return value


@dataclass(frozen=True, slots=True)
class AsnRange:
    """ASNs to assign from, both ends included, written `first-last`."""

    first: int
    last: int

    @classmethod
    def parse(cls, value: object) -> AsnRange:
        if isinstance(value, AsnRange):
            return value
        match = re.fullmatch(r"(\d{1,10})-(\d{1,10})", value) if isinstance(value, str) else None
        if not match:
            raise ValueError("a range of ASNs is written as first-last, such as 64512-65534")
        first, last = as_asn(match[1]), as_asn(match[2])
        if first > last:
            raise ValueError("the range of ASNs ends before it begins")
        return cls(first, last)

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\d{1,10}-\d{1,10}$", "examples": ["4200000000-4294967294"]}


def as_text(value: object) -> str:
    """One line of printable text that a router's shell can't take for anything else: no quotes, no control characters."""
    if not isinstance(value, str) or not value or not value.isprintable() or set(value) & set("'\"\\`$"):
        raise ValueError("text here is one line without quotes, backslashes, back-quotes or dollar signs")
    return value


_PREFIX_SCHEMA = {"type": "string", "pattern": r"^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$", "examples": ["10.0.1.0/24"]}

Name = Annotated[str, BeforeValidator(as_name), WithJsonSchema({"type": "string", "pattern": f"^{NAME.pattern}$"})]
Prefix = Annotated[IPv4Network, BeforeValidator(as_prefix), PlainSerializer(str), WithJsonSchema(_PREFIX_SCHEMA)]
Asn = Annotated[int, BeforeValidator(as_asn), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": HIGHEST_ASN})]
Text = Annotated[str, BeforeValidator(as_text), WithJsonSchema({"type": "string"})]
