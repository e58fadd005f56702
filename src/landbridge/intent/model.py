"""The network file, version 1, as typed values.

Rules about one value live in `types`, rules about one part of the file here, rules between parts in `design`.
"""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Network
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from landbridge.intent.types import Asn, AsnRange, Name, Prefix, Text


class _Part(BaseModel):
    """A part of the file: unknown keys are errors, and values don't change once made."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Release(StrEnum):
    """A VyOS release line."""

    V1_1 = "1.1"
    V1_2 = "1.2"
    V1_3 = "1.3"
    V1_4 = "1.4"
    V1_5 = "1.5"


class Availability(StrEnum):
    """How many gateways a site has: one, or an active and a standby."""

    SINGLE = "single"
    PAIR = "pair"


class Subnet(_Part):
    cidr: Prefix
    zone: Name
    gateway: Literal["a", "b"] | None = None
    private: bool = False


class Vpc(_Part):
    id: Text | None = None
    cidrs: tuple[Prefix, ...] = Field(min_length=1)
    reserved: tuple[Prefix, ...] = ()
    subnets: tuple[Subnet, ...] = Field(min_length=1)


class Account(_Part):
    profile: Text | None = None
    role: Text | None = None


class Image(_Part):
    id: Text | None = None
    owner: Text | None = None
    name: Text | None = None


class Gateway(_Part):
    """How a site's gateways are made. What is None comes from `defaults.gateway`, then from the defaults in `design`."""

    availability: Availability | None = None
    release: Release | None = None
    image: Image | None = None
    instance_type: Text | None = None
    tunnels: tuple[Prefix, ...] = ()


class Hub(_Part):
    region: Name
    asn: Asn = 64512
    account: Account | None = None
    vpc: Vpc | None = None


class Site(_Part):
    hub: Name | None = None
    region: Name
    asn: Asn | None = None
    account: Account | None = None
    vpc: Vpc
    translate: dict[Prefix, Prefix] = {}
    gateway: Gateway = Gateway()


class Defaults(_Part):
    account: Account | None = None
    gateway: Gateway = Gateway()


class TranslationSettings(_Part):
    pool: Prefix = IPv4Network("100.64.0.0/10")


class Admin(_Part):
    cidrs: tuple[Prefix, ...] = ()
    ssh_keys: tuple[Text, ...] = ()


class Vpn(_Part):
    """IPsec options of every connection. What is None is the release line's default (`design.options`). Lifetimes and DPD in seconds."""

    ike: Literal["ikev1", "ikev2"] | None = None
    encryption: Literal["aes128", "aes256", "aes128-gcm", "aes256-gcm"] | None = None
    integrity: Literal["sha1", "sha256", "sha384", "sha512"] | None = None
    dh: Literal[2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24] | None = None
    ike_lifetime: int = Field(default=28800, ge=900, le=28800)
    esp_lifetime: int = Field(default=3600, ge=900, le=3600)
    dpd: int = Field(default=30, ge=30, le=3600)
    startup: Literal["gateway", "aws"] = "gateway"


class Accept(_Part):
    """A warning that is known and borne, and why. `where` is a site or hub; None is everywhere."""

    code: Name
    where: Name | None = None
    reason: Text


class Network(_Part):
    """Everything that one network file describes."""

    version: Literal[1]
    network: Name
    hubs: dict[Name, Hub] = Field(min_length=1)
    sites: dict[Name, Site] = {}
    defaults: Defaults = Defaults()
    translation: TranslationSettings = TranslationSettings()
    asns: AsnRange = AsnRange(4200000000, 4294967294)
    admin: Admin = Admin()
    vpn: Vpn = Vpn()
    accept: tuple[Accept, ...] = ()
    tags: dict[Text, Text] = {}
