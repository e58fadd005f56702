"""The network file, version 1, as typed values.

Rules about one value live in `types`, rules about one part of the file here, rules between parts in `design`.
The descriptions are what editors show, and what an error says of a key that is missing.
"""

from __future__ import annotations

import re
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from landbridge.intent.keys import SshKey
from landbridge.intent.types import Asn, AsnRange, FindingCode, Flag, Name, Prefix, Refused, Region, Text, VpcPrefix, Zone, as_whole
from landbridge.intent.types import Inside as InsidePrefix

_MOST_KEYS = 100  # of a part; the schema has no more than 11


class _Part(BaseModel):
    """A part of the file: unknown keys are errors, and values don't change once made."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _unwritten(cls, value: object) -> object:
        # `reserved:` with nothing after it (everything below is commented out, say) is as if it weren't written.
        if not isinstance(value, dict):
            return value
        if len(value) > _MOST_KEYS:  # or a file of nonsense would be a million findings
            raise Refused(f"has {len(value):,} keys, far more than are known", "Look for a list or mapping that slipped out of its place.")
        if None in value.values():
            return {key: item for key, item in value.items() if item is not None}
        return value


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
    """A subnet of a VPC."""

    cidr: VpcPrefix = Field(description="The subnet's prefix inside its VPC, /16 to /28, such as 10.1.0.0/24.")
    zone: Zone = Field(description="The letter of its availability zone, such as a.")
    gateway: Literal["a", "b"] | None = Field(
        default=None, description="Which of the site's gateways stands here. Unmarked, a and b take the first two zones."
    )
    private: Flag = Field(default=False, description="true keeps the subnet out of the network: nobody else reaches it.")


class Vpc(_Part):
    """A VPC: its address ranges and its subnets."""

    id: Text | None = Field(default=None, description="An existing VPC to use, such as vpc-0123456789abcdef0, instead of making one.")
    cidrs: tuple[VpcPrefix, ...] = Field(min_length=1, description="The VPC's CIDRs, the primary one first, /16 to /28 each.")
    reserved: tuple[Prefix, ...] = Field(
        default=(), description="Ranges kept for the VPC's growth: no other site's global prefix may lie here."
    )
    subnets: tuple[Subnet, ...] = Field(min_length=1, description="The VPC's subnets, in an order that stays: hosts are numbered by it.")

    @model_validator(mode="after")
    def _existing(self) -> Self:
        if self.id is not None and not re.fullmatch(r"vpc-([0-9a-f]{8}|[0-9a-f]{17})", self.id):
            raise Refused(
                f"has the id {self.id}, which isn't a VPC's", "Write one such as vpc-0123456789abcdef0, or leave it out.", key="id"
            )
        return self


class Account(_Part):
    """The AWS account, by a profile of the AWS configuration or by a role to assume."""

    profile: Text | None = Field(default=None, description="A profile of ~/.aws/config.")
    role: Text | None = Field(default=None, description="The ARN of a role to assume, such as arn:aws:iam::123456789012:role/network.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.profile is None) == (self.role is None):
            has = "neither a profile nor a role" if self.profile is None else "both a profile and a role"
            raise Refused(f"has {has}", "Write one of them: profile, or role.")
        if self.role is not None and not re.fullmatch(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+", self.role, re.ASCII):
            raise Refused(f"has the role {self.role}, which isn't a role's ARN", "Write arn:aws:iam::<account>:role/<name>.", key="role")
        return self


class Image(_Part):
    """The machine image of a gateway: an AMI's id, or the newest one with this owner and name."""

    id: Text | None = Field(default=None, description="An AMI's id, such as ami-0123456789abcdef0 (of one Region).")
    owner: Text | None = Field(default=None, description="The account that owns the image: twelve digits, self or aws-marketplace.")
    name: Text | None = Field(default=None, description='The image\'s name, with * for any text, such as "VyOS 1.4*".')

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.id is not None and (self.owner is not None or self.name is not None):
            raise Refused("has an id beside an owner or a name", "Write the id alone, or owner and name.")
        if self.id is None and (self.owner is None or self.name is None):
            has = "only a name" if self.name else "only an owner" if self.owner else "neither an id nor an owner and a name"
            raise Refused(f"has {has}", "Write an id, or both owner and name.")
        if self.id is not None and not re.fullmatch(r"ami-([0-9a-f]{8}|[0-9a-f]{17})", self.id):
            raise Refused(f"has the id {self.id}, which isn't an AMI's", "Write one such as ami-0123456789abcdef0.", key="id")
        return self


class Gateway(_Part):
    """How a site's gateways are made. What isn't written comes from `defaults.gateway`, then from landbridge's own defaults."""

    availability: Availability | None = Field(default=None, description="single: one gateway. pair (the default): an active and a standby.")
    release: Release | None = Field(default=None, description="The VyOS release line: 1.1, 1.2, 1.3, 1.4 (the default) or 1.5.")
    image: Image | None = Field(default=None, description="The machine image to start from.")
    instance_type: Text | None = Field(default=None, description="The EC2 instance type, such as c6in.large.")
    tunnels: tuple[InsidePrefix, ...] = Field(
        default=(),
        description="Pins the tunnels' inside addresses: two /30 of 169.254.0.0/16 for a single, four for a pair.",
    )

    @model_validator(mode="after")
    def _two_each(self) -> Self:
        wanted = {Availability.SINGLE: (2,), Availability.PAIR: (4,), None: (2, 4)}[self.availability]
        if self.tunnels and len(self.tunnels) not in wanted:
            raise tunnels_refused(len(self.tunnels), self.availability)
        return self


def tunnels_refused(count: int, availability: Availability | None) -> Refused:
    """Why this many inside ranges can't be a gateway's."""
    wanted = {Availability.SINGLE: "a single gateway has 2", Availability.PAIR: "a pair has 4", None: "a single gateway has 2, a pair 4"}
    return Refused(f"has {count} tunnels; {wanted[availability]}", "Write that many /30, or none to have them chosen.", key="tunnels")


class Hub(_Part):
    """A Region's Transit Gateway, which sites attach to."""

    region: Region = Field(description="The hub's AWS Region, such as us-west-2.")
    asn: Asn = Field(default=64512, description="The Transit Gateway's ASN on the Amazon side (64512).")
    account: Account | None = Field(default=None, description="The AWS account that the hub is in.")
    vpc: Vpc | None = Field(default=None, description="A VPC of the hub's own, attached to the Transit Gateway. It can't be translated.")


class Site(_Part):
    """A VPC joined to a hub through its gateways."""

    hub: Name | None = Field(default=None, description="The hub that the site attaches to; may be left out where there is one.")
    region: Region = Field(description="The site's AWS Region, such as ap-southeast-1.")
    asn: Asn | None = Field(default=None, description="The gateways' ASN; left out, one of `asns` is assigned and kept in the lock.")
    account: Account | None = Field(default=None, description="The AWS account that the site is in.")
    vpc: Vpc = Field(description="The site's VPC: cidrs and subnets.")
    translate: dict[Prefix, Prefix] = Field(
        default={},
        description="Pins translations: a subnet's own prefix, then the prefix of the same length that everyone else knows it by.",
    )
    gateway: Gateway = Field(default=Gateway(), description="How the site's gateways are made, where it differs from the defaults.")


class Defaults(_Part):
    """What holds for every site that doesn't say otherwise."""

    account: Account | None = Field(default=None, description="The AWS account of every hub and site that names none.")
    gateway: Gateway = Field(default=Gateway(), description="How gateways are made.")


class TranslationSettings(_Part):
    """Where automatic translations come from."""

    pool: Prefix = Field(
        default=IPv4Network("100.64.0.0/10"), description="The range that global prefixes are chosen from (100.64.0.0/10)."
    )


class Admin(_Part):
    """Who may log in to the gateways."""

    cidrs: tuple[Prefix, ...] = Field(default=(), description="Where administrators come from: SSH is open to these prefixes alone.")
    ssh_keys: tuple[SshKey, ...] = Field(default=(), description="Their OpenSSH public keys; there are no passwords.")


class Vpn(_Part):
    """IPsec options of every connection. What isn't written is the release line's default (`design.options`). Times in seconds."""

    ike: Literal["ikev1", "ikev2"] | None = Field(default=None, description="The key exchange: ikev2, or ikev1 for release 1.1.")
    encryption: Literal["aes128", "aes256", "aes128-gcm", "aes256-gcm"] | None = Field(default=None, description="Of both phases.")
    integrity: Literal["sha1", "sha256", "sha384", "sha512"] | None = Field(default=None, description="The hash of both phases.")
    # AWS has group 5 for phase 2 alone, and here one group serves both.
    dh: Annotated[Literal[2, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24], BeforeValidator(as_whole)] | None = Field(
        default=None, description="The Diffie-Hellman group of both phases."
    )
    ike_lifetime: Annotated[int, BeforeValidator(as_whole)] = Field(default=28800, ge=900, le=28800, description="Phase 1, 900 to 28800.")
    esp_lifetime: Annotated[int, BeforeValidator(as_whole)] = Field(default=3600, ge=900, le=3600, description="Phase 2, 900 to 3600.")
    dpd: Annotated[int, BeforeValidator(as_whole)] = Field(
        default=30, ge=30, le=3600, description="Dead peer detection's timeout, 30 or more."
    )
    startup: Literal["gateway", "aws"] = Field(default="gateway", description="Who begins the key exchange (aws needs ikev2).")

    @model_validator(mode="after")
    def _second_phase_is_shorter(self) -> Self:
        if self.esp_lifetime >= self.ike_lifetime:
            problem = f"has esp_lifetime {self.esp_lifetime}, not below ike_lifetime {self.ike_lifetime}, which AWS refuses"
            raise Refused(problem, "Write a shorter esp_lifetime.", key="esp_lifetime")
        return self


class Accept(_Part):
    """A warning that is known and borne, and why."""

    code: FindingCode = Field(description="The finding's code, such as public-address.")
    where: Name | None = Field(default=None, description="The site or hub that it is about; left out, everywhere.")
    reason: Text = Field(description="Why it is borne.")


class Network(_Part):
    """Everything that one network file describes."""

    version: Annotated[Literal[1], BeforeValidator(as_whole)] = Field(description="The version of the network file: 1.")
    network: Name = Field(description="The network's name, in tags and stack names, such as acme.")
    hubs: dict[Name, Hub] = Field(min_length=1, description="The hub by its name: a Region's Transit Gateway. Version 1 has one.")
    sites: dict[Name, Site] = Field(default={}, description="The sites by their names.")
    defaults: Defaults = Field(default=Defaults(), description="What holds for every site that doesn't say otherwise.")
    translation: TranslationSettings = Field(default=TranslationSettings(), description="Where automatic translations come from.")
    asns: AsnRange = Field(default=AsnRange(4200000000, 4294967294), description="The ASNs to assign from, first-last.")
    admin: Admin = Field(default=Admin(), description="Who may log in to the gateways.")
    vpn: Vpn = Field(default=Vpn(), description="IPsec options of every connection.")
    accept: tuple[Accept, ...] = Field(default=(), description="Warnings that are known and borne.")
    tags: dict[Text, Text] = Field(default={}, description="Tags of everything that is made in AWS.")
