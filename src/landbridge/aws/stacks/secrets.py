"""The tunnels' keys in Secrets Manager: made by `vpn`, read by each gateway with its own role, which `edge` makes beforehand."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, kms, secretsmanager

from landbridge.aws.stacks.names import Labels, logical
from landbridge.aws.stacks.template import add_output, add_parameter
from landbridge.design import GatewayPlan, TunnelPlan

LENGTH = 32  # letters: 182 bits, where AWS takes 8 to 64 characters
KEY = "SecretsKey"
_REMOVAL_DAYS = 30

# Secrets are kept when a stack goes, and a name is taken for as long as its secret is there: so the stack's own id is part of it.
_STACK = "${Stack}"
_STACK_ID = {"Stack": {"Fn::Select": [2, {"Fn::Split": ["/", Ref("AWS::StackId")]}]}}


def role_parameter(gateway: GatewayPlan) -> str:
    return f"{logical(gateway.name)}Role"


def secret_output(tunnel: TunnelPlan) -> str:
    return f"{logical(tunnel.name)}Secret"


def add_key(template: Template, gateways: tuple[GatewayPlan, ...], labels: Labels) -> None:
    """The key that secrets for another account are encrypted with: the one that AWS keeps by itself opens nothing for others."""
    for gateway in gateways:
        add_parameter(template, role_parameter(gateway), f"The ARN of the role of {gateway.name}, in the account of {gateway.site}.")
    template.add_resource(
        kms.Key(
            KEY,
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
            Description=f"{labels.network}: the keys of the tunnels of {labels.owner}",
            EnableKeyRotation=True,
            PendingWindowInDays=_REMOVAL_DAYS,
            KeyPolicy={
                "Version": "2012-10-17",
                "Statement": [
                    # In a key's own policy `*` is this key and nothing else.
                    {
                        "Sid": "Own",
                        "Effect": "Allow",
                        "Principal": {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
                        "Action": "kms:*",
                        "Resource": "*",
                    },
                    {
                        "Sid": "Gateways",
                        "Effect": "Allow",
                        "Principal": {"AWS": [Ref(role_parameter(gateway)) for gateway in gateways]},
                        "Action": "kms:Decrypt",
                        "Resource": "*",
                        "Condition": {"StringEquals": {"kms:ViaService": Sub("secretsmanager.${AWS::Region}.${AWS::URLSuffix}")}},
                    },
                ],
            },
            Tags=labels.of(f"{labels.owner}-secrets"),
        )
    )


def add_secret(template: Template, gateway: GatewayPlan, tunnel: TunnelPlan, labels: Labels, *, foreign: bool) -> str:
    """A tunnel's secret; its value is made by AWS and written nowhere. Returns its logical id."""
    title = secret_output(tunnel)
    template.add_resource(
        secretsmanager.Secret(
            title,
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
            Name=Sub(f"{labels.network}/{tunnel.name}/{_STACK}", **_STACK_ID),
            Description=f"The pre-shared key of the tunnel {tunnel.name}.",
            GenerateSecretString=secretsmanager.GenerateSecretString(
                PasswordLength=LENGTH, ExcludeNumbers=True, ExcludePunctuation=True, IncludeSpace=False
            ),
            **({"KmsKeyId": GetAtt(KEY, "Arn")} if foreign else {}),
            Tags=labels.of(tunnel.name, gateway.name, tunnel.name),
        )
    )
    if foreign:
        template.add_resource(
            secretsmanager.ResourcePolicy(
                f"{title}Policy",
                SecretId=Ref(title),
                BlockPublicPolicy=True,
                ResourcePolicy={
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "Gateway",
                            "Effect": "Allow",
                            "Principal": {"AWS": Ref(role_parameter(gateway))},
                            "Action": "secretsmanager:GetSecretValue",
                            "Resource": Ref(title),
                        }
                    ],
                },
            )
        )
    add_output(template, title, f"The ARN of the key of {tunnel.name}.", Ref(title))
    return title


def reading(network: str, gateway: GatewayPlan, region: str, account: str) -> list[dict[str, Any]]:
    """What lets a gateway's role read its tunnels' keys, and no other; `account` is a reference to the hub's, as `!Sub` has it."""
    secrets = [
        Sub(f"arn:${{AWS::Partition}}:secretsmanager:{region}:{account}:secret:{network}/{tunnel.name}/*") for tunnel in gateway.tunnels
    ]
    statements: list[dict[str, Any]] = [
        {"Sid": "OwnKeys", "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secrets}
    ]
    if account != "${AWS::AccountId}":
        statements.append(
            {
                "Sid": "OwnKeysOfTheOtherAccount",
                "Effect": "Allow",
                "Action": "kms:Decrypt",
                # The key is made after the role, and its id can't be known; it opens these secrets alone, and only for Secrets Manager.
                "Resource": Sub(f"arn:${{AWS::Partition}}:kms:{region}:{account}:key/*"),
                "Condition": {
                    "StringEquals": {"kms:ViaService": Sub(f"secretsmanager.{region}.${{AWS::URLSuffix}}")},
                    "StringLike": {"kms:EncryptionContext:SecretARN": secrets},
                },
            }
        )
    return statements
