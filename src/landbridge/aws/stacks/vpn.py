"""`vpn`: a site's VPN connections with the hub, in the hub's account and Region; their keys, logs and alarms."""

from __future__ import annotations

from troposphere import GetAtt, Ref, Sub, Template, cloudwatch, ec2, logs

from landbridge.aws.model import Output, Source
from landbridge.aws.stacks.edge import address_output, role_output
from landbridge.aws.stacks.hub import TRANSIT_GATEWAY
from landbridge.aws.stacks.layout import Layout
from landbridge.aws.stacks.names import Labels, logical
from landbridge.aws.stacks.secrets import add_key, add_secret, role_parameter
from landbridge.aws.stacks.template import add_output, add_parameter, new_template
from landbridge.design import Design, GatewayPlan, SitePlan, TunnelPlan, VpnOptions

LOGS = "TunnelLogs"
_LOG_DAYS = 30
_ALARM_SECONDS = 300  # a shorter period might pass without a datum, which would be an alarm too
_SHORT_ASN = 2147483647  # where BgpAsn ends and BgpAsnExtended begins

_ENCRYPTION = {"aes128": "AES128", "aes256": "AES256", "aes128-gcm": "AES128-GCM-16", "aes256-gcm": "AES256-GCM-16"}
_INTEGRITY = {"sha1": "SHA1", "sha256": "SHA2-256", "sha384": "SHA2-384", "sha512": "SHA2-512"}
# Who begins, and what AWS does about a peer that is silent: begin anew where it began, else wait for the peer.
_STARTUP = {"gateway": ("add", "clear"), "aws": ("start", "restart")}


def connection_output(gateway: GatewayPlan) -> str:
    return f"{logical(gateway.name)}Connection"


def vpn_parameters(site: SitePlan, layout: Layout) -> dict[str, Source]:
    edge = layout.edge(site.name)
    parameters: dict[str, Source] = {TRANSIT_GATEWAY: Output(layout.hub_stack(), TRANSIT_GATEWAY)}
    for gateway in site.gateways:
        parameters[address_output(gateway)] = Output(edge, address_output(gateway))
        if layout.foreign(site.name):
            parameters[role_parameter(gateway)] = Output(edge, role_output(gateway))
    return parameters


def vpn_template(design: Design, site: SitePlan, layout: Layout, labels: Labels) -> Template:
    foreign = layout.foreign(site.name)
    template = new_template(f"landbridge: the VPN connections of {design.hub.name} with {site.name}, of {design.network}.")
    add_parameter(template, TRANSIT_GATEWAY, f"The Transit Gateway of {design.hub.name}.")
    template.add_resource(
        logs.LogGroup(
            LOGS,
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Delete",
            # AWS writes into groups of this prefix by one policy, whose length has a limit.
            LogGroupName=f"/aws/vendedlogs/landbridge/{design.network}/{site.name}",
            RetentionInDays=_LOG_DAYS,
            Tags=labels.of(site.name),
        )
    )
    if foreign:
        add_key(template, site.gateways, labels)
    for gateway in site.gateways:
        _add_connection(template, site, gateway, labels, foreign=foreign)
        _add_alarms(template, gateway, labels)
    return template


def _add_connection(template: Template, site: SitePlan, gateway: GatewayPlan, labels: Labels, *, foreign: bool) -> None:
    address = address_output(gateway)
    add_parameter(template, address, f"The Elastic IP of {gateway.name}.")
    customer = template.add_resource(
        ec2.CustomerGateway(
            f"{logical(gateway.name)}CustomerGateway",
            Type="ipsec.1",
            **{"BgpAsn" if gateway.asn <= _SHORT_ASN else "BgpAsnExtended": gateway.asn},
            IpAddress=Ref(address),
            DeviceName=gateway.name,
            Tags=labels.of(gateway.name, gateway.name),
        )
    )
    title = connection_output(gateway)
    template.add_resource(
        ec2.VPNConnection(
            title,
            Type="ipsec.1",
            CustomerGatewayId=Ref(customer),
            TransitGatewayId=Ref(TRANSIT_GATEWAY),
            StaticRoutesOnly=False,
            VpnTunnelOptionsSpecifications=[
                _tunnel(tunnel, add_secret(template, gateway, tunnel, labels, foreign=foreign), site.vpn) for tunnel in gateway.tunnels
            ],
            Tags=labels.of(gateway.name, gateway.name),
        )
    )
    add_output(template, title, f"The VPN connection of {gateway.name}.", GetAtt(title, "VpnConnectionId"))


def _tunnel(tunnel: TunnelPlan, secret: str, vpn: VpnOptions) -> ec2.VpnTunnelOptionsSpecification:
    startup, silent = _STARTUP[vpn.startup]
    encryption, integrity = _ENCRYPTION[vpn.encryption], _INTEGRITY[vpn.integrity]
    return ec2.VpnTunnelOptionsSpecification(
        TunnelInsideCidr=str(tunnel.inside),
        PreSharedKey=Sub(f"{{{{resolve:secretsmanager:${{{secret}}}:SecretString}}}}"),
        IKEVersions=[ec2.IKEVersionsRequestListValue(Value=vpn.ike)],
        Phase1EncryptionAlgorithms=[ec2.Phase1EncryptionAlgorithmsRequestListValue(Value=encryption)],
        Phase1IntegrityAlgorithms=[ec2.Phase1IntegrityAlgorithmsRequestListValue(Value=integrity)],
        Phase1DHGroupNumbers=[ec2.Phase1DHGroupNumbersRequestListValue(Value=vpn.dh)],
        Phase1LifetimeSeconds=vpn.ike_lifetime,
        Phase2EncryptionAlgorithms=[ec2.Phase2EncryptionAlgorithmsRequestListValue(Value=encryption)],
        Phase2IntegrityAlgorithms=[ec2.Phase2IntegrityAlgorithmsRequestListValue(Value=integrity)],
        Phase2DHGroupNumbers=[ec2.Phase2DHGroupNumbersRequestListValue(Value=vpn.dh)],
        Phase2LifetimeSeconds=vpn.esp_lifetime,
        DPDTimeoutSeconds=vpn.dpd,
        DPDTimeoutAction=silent,
        StartupAction=startup,
        LogOptions=ec2.VpnTunnelLogOptionsSpecification(
            CloudwatchLogOptions=ec2.CloudwatchLogOptionsSpecification(
                LogEnabled=True,
                # Without the `:*` that the group's own attribute ends with: the ARN of the group, not of what is in it.
                LogGroupArn=Sub(f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:${{{LOGS}}}"),
                LogOutputFormat="json",
            )
        ),
    )


def _add_alarms(template: Template, gateway: GatewayPlan, labels: Labels) -> None:
    """Of a connection as a whole: the tunnels' own metrics go by addresses that AWS chooses later. Of its state the minimum is below 1 as
    soon as one tunnel is down, the maximum 0 only when both are. One that tells nothing is down."""
    for name, statistic, comparison, threshold, periods, says in (
        ("tunnel", "Minimum", "LessThanThreshold", 1, 2, "A tunnel"),  # AWS' own replacing of an endpoint is shorter
        ("connection", "Maximum", "LessThanOrEqualToThreshold", 0, 1, "Every tunnel"),
    ):
        template.add_resource(
            cloudwatch.Alarm(
                f"{logical(gateway.name)}{name.capitalize()}Down",
                AlarmName=f"{labels.network}-{gateway.name}-{name}-down",
                AlarmDescription=f"{says} of {gateway.name} is down.",
                Namespace="AWS/VPN",
                MetricName="TunnelState",
                Dimensions=[cloudwatch.MetricDimension(Name="VpnId", Value=GetAtt(connection_output(gateway), "VpnConnectionId"))],
                Statistic=statistic,
                Period=_ALARM_SECONDS,
                EvaluationPeriods=periods,
                ComparisonOperator=comparison,
                Threshold=threshold,
                TreatMissingData="breaching",
                Tags=labels.of(f"{gateway.name}-{name}-down", gateway.name),
            )
        )
