"""The scalar types of the network file: what each accepts and how it says no.

Scalars come as text (see `tree`), so each type reads its own: `release: 1.10` stays text, and `asn: 64512` becomes a number here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainSerializer, WithJsonSchema
from pydantic_core import core_schema

from landbridge.findings import CODES

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
HIGHEST_ASN = 4294967294  # RFC 7300 reserves 4294967295
LINK_LOCAL = IPv4Network("169.254.0.0/16")

_REGION = re.compile(r"[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}")
_TEXT_REFUSED = frozenset("'\"\\`$")
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Refused(ValueError):  # noqa: N818 - it isn't raised to the user; `explain` turns it into a finding
    """Why a value isn't accepted. `problem` continues a sentence that begins with the value: "10.0.0.1/24" "has host bits set".

    `key` names the key inside the refused mapping that the refusal is about. `hidden` keeps the value out of the message.
    """

    def __init__(self, problem: str, remedy: str = "", *, code: str = "schema", key: str = "", hidden: bool = False) -> None:
        super().__init__(f"{problem}. {remedy}" if remedy else problem)
        self.problem = problem
        self.remedy = remedy
        self.code = code
        self.key = key
        self.hidden = hidden


def as_name(value: object) -> str:
    """A name that can stand in host names, tags and stack names."""
    if isinstance(value, str) and NAME.fullmatch(value):
        return value
    slug = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:32].strip("-") if isinstance(value, str) and len(value) < 100 else ""
    remedy = f"Write {slug}." if slug else "Write one such as virginia or eu-west-2b."
    rule = "a-z, 0-9 and '-' only, a letter or digit at both ends, at most 32 characters"
    raise Refused(f"isn't a name: {rule}", remedy, code="name")


def as_region(value: object) -> str:
    """An AWS Region by its code. Which Regions there are changes, so only the shape is checked."""
    if isinstance(value, str) and _REGION.fullmatch(value):
        return value
    if isinstance(value, str) and _REGION.fullmatch(value[:-1]) and value[-1].isalpha():
        raise Refused("is an availability zone, not a Region", f"Write {value[:-1]}.", code="name")
    raise Refused("isn't an AWS Region", "Write its code, such as us-west-2 or ap-southeast-1.", code="name")


def as_zone(value: object) -> str:
    """The letter of an availability zone."""
    if isinstance(value, str) and len(value) == 1 and value in "abcdef":
        return value
    if isinstance(value, str) and _REGION.fullmatch(value[:-1]) and value[-1] in "abcdef":
        raise Refused("isn't a zone: the Region is already known", f"Write only the letter: {value[-1]}.", code="name")
    raise Refused("isn't a zone", "Write the letter after the Region's name: a, b, c, d, e or f.", code="name")


def as_prefix(value: object) -> IPv4Network:
    """An IPv4 prefix without host bits, written address/length."""
    if isinstance(value, IPv4Network):
        return value
    if not isinstance(value, str) or "/" not in value:
        raise Refused("isn't an IPv4 prefix", "Write address/length, such as 10.0.1.0/24.")
    if ":" in value:
        raise Refused("isn't an IPv4 prefix; version 1 of the network file has no IPv6", "Write one such as 10.0.1.0/24.")
    try:
        network = IPv4Network(value)
    except (AddressValueError, NetmaskValueError):
        raise Refused("isn't an IPv4 prefix", "Write address/length, four numbers to 255 and a length to 32: 10.0.1.0/24.") from None
    except ValueError:
        raise Refused("has host bits set", f"Write {IPv4Network(value, strict=False)}, the prefix that holds this address.") from None
    if "." in value.rpartition("/")[2]:
        raise Refused("has a mask where a length belongs", f"Write {network}.")
    return network


def as_vpc_prefix(value: object) -> IPv4Network:
    """A prefix that AWS takes as a VPC's or a subnet's."""
    prefix = as_prefix(value)
    if not 16 <= prefix.prefixlen <= 28:
        raise Refused(f"is a /{prefix.prefixlen}; AWS' VPCs and subnets are from /16 to /28", "Write a length in that range.")
    return prefix


def as_inside(value: object) -> IPv4Network:
    """The inside addresses of a tunnel. Which of them AWS reserves is a rule between tunnels, of `design`."""
    prefix = as_prefix(value)
    if prefix.prefixlen != 30 or not prefix.subnet_of(LINK_LOCAL):
        raise Refused("isn't a /30 of 169.254.0.0/16, which a tunnel's inside addresses are", "Write one such as 169.254.12.76/30.")
    return prefix


def as_whole(value: object) -> int:
    """A whole number in decimal digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise Refused("isn't a whole number", "Write digits only.")


def as_flag(value: object) -> bool:
    """Yes or no, as YAML 1.1 or 1.2 writes it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _FLAGS:
        return _FLAGS[value.lower()]
    raise Refused("is neither true nor false", "Write true or false.")


def as_asn(value: object) -> int:
    """A BGP autonomous system number in plain notation."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,5}\.\d{1,5}", value, re.ASCII):
        high, low = (int(part) for part in value.split("."))
        raise Refused("isn't an ASN as landbridge reads it", f"Write it as one number: {high * 65536 + low}.")
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= HIGHEST_ASN:
        raise Refused("isn't an ASN", f"Write a whole number from 1 to {HIGHEST_ASN}, such as 65400.")
    return value


def as_text(value: object) -> str:
    """One line of printable text that a router's shell can't take for anything else: no quotes, no control characters."""
    if not isinstance(value, str) or not value:
        raise Refused("isn't text", "Write one line of text.")
    if not value.isprintable() or not _TEXT_REFUSED.isdisjoint(value):
        raise Refused("has a character that a router's shell could take for something else", "Leave out quotes, \\, `, $ and line breaks.")
    return value


def as_code(value: object) -> str:
    """The code of a finding, as `landbridge plan` and `verify` print it."""
    if isinstance(value, str) and value in CODES:
        return value
    from difflib import get_close_matches

    near = get_close_matches(value, CODES, 1) if isinstance(value, str) else []
    raise Refused("isn't the code of a finding", f"Did you mean {near[0]}?" if near else f"Known: {', '.join(CODES)}.", code="name")


@dataclass(frozen=True, slots=True)
class AsnRange:
    """ASNs to assign from, both ends included, written `first-last`."""

    first: int
    last: int

    @classmethod
    def parse(cls, value: object) -> AsnRange:
        """Reads `first-last`."""
        if isinstance(value, AsnRange):
            return value
        match = re.fullmatch(r"([0-9]{1,10})-([0-9]{1,10})", value) if isinstance(value, str) else None
        if not match:
            raise Refused("isn't a range of ASNs", "Write first-last, such as 64512-65534.")
        first, last = as_asn(match[1]), as_asn(match[2])
        if first > last:
            raise Refused("ends before it begins", f"Write {last}-{first}.")
        return cls(first, last)

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{1,10}-[0-9]{1,10}$", "examples": ["4200000000-4294967294"]}


def _prefix_schema(example: str, lengths: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": rf"^([0-9]{{1,3}}\.){{3}}[0-9]{{1,3}}/({lengths})$", "examples": [example]})


Name = Annotated[str, BeforeValidator(as_name), WithJsonSchema({"type": "string", "pattern": f"^{NAME.pattern}$"})]
Region = Annotated[str, BeforeValidator(as_region), WithJsonSchema({"type": "string", "pattern": f"^{_REGION.pattern}$"})]
Zone = Annotated[str, BeforeValidator(as_zone), WithJsonSchema({"type": "string", "enum": list("abcdef")})]
Prefix = Annotated[IPv4Network, BeforeValidator(as_prefix), PlainSerializer(str), _prefix_schema("10.0.1.0/24", "[0-9]|[12][0-9]|3[0-2]")]
VpcPrefix = Annotated[IPv4Network, BeforeValidator(as_vpc_prefix), PlainSerializer(str), _prefix_schema("10.0.0.0/16", "1[6-9]|2[0-8]")]
Inside = Annotated[IPv4Network, BeforeValidator(as_inside), PlainSerializer(str), _prefix_schema("169.254.12.76/30", "30")]
Asn = Annotated[int, BeforeValidator(as_asn), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": HIGHEST_ASN})]
Flag = Annotated[bool, BeforeValidator(as_flag), WithJsonSchema({"type": "boolean"})]
FindingCode = Annotated[str, BeforeValidator(as_code), WithJsonSchema({"type": "string", "enum": list(CODES)})]
# Editors read unquoted digits as numbers; landbridge reads them as the text that they are.
Text = Annotated[str, BeforeValidator(as_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]
