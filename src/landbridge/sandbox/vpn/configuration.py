"""The XML that describes a connection to its customer (`CustomerGatewayConfiguration`). It has the weakest algorithms that are accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from landbridge.sandbox.vpn.connection import Connection, Tunnel

HOLD = 30  # seconds, of BGP
MSS = 1379
_CIPHERS = {"AES128": "aes-128-cbc", "AES256": "aes-256-cbc", "AES128-GCM-16": "aes-128-gcm-16", "AES256-GCM-16": "aes-256-gcm-16"}
_HASHES = {"SHA1": "sha1", "SHA2-256": "sha2-256", "SHA2-384": "sha2-384", "SHA2-512": "sha2-512"}
_MACS = {"SHA1": "hmac-sha1-96", "SHA2-256": "hmac-sha2-256-128", "SHA2-384": "hmac-sha2-384-192", "SHA2-512": "hmac-sha2-512-256"}
_ORDER = {"AES128": 0, "AES128-GCM-16": 1, "AES256": 2, "AES256-GCM-16": 3, "SHA1": 0, "SHA2-256": 1, "SHA2-384": 2, "SHA2-512": 3}
HIDDEN = "redacted"  # where the key is kept in Secrets Manager


def text_of(connection: Connection) -> str:
    """The whole."""
    tunnels = "".join(_tunnel(connection, tunnel) for tunnel in connection.both)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<vpn_connection id="{connection.id}">
  <customer_gateway_id>{connection.customer_gateway_id}</customer_gateway_id>
  <vpn_gateway_id>{connection.vpn_gateway_id or ""}</vpn_gateway_id>
  <vpn_connection_type>{connection.type}</vpn_connection_type>
{tunnels}</vpn_connection>
"""


def _tunnel(connection: Connection, tunnel: Tunnel) -> str:
    held = tunnel.settled
    customer = connection.ec2_backend.customer_gateways[connection.customer_gateway_id]
    static = bool(connection.asked.get("StaticRoutesOnly", False))
    key = HIDDEN if connection.stored else tunnel.key
    weakest = {
        name: min(held[name], key=lambda one: _ORDER.get(one, one))
        for name in held
        if isinstance(held[name], list) and name != "IKEVersions"
    }
    interval = max(10, held["DPDTimeoutSeconds"] // 3)
    return f"""  <ipsec_tunnel>
    <customer_gateway>
{_end(customer.ip_address, str(tunnel.gateway), tunnel, None if static else customer.bgp_asn)}    </customer_gateway>
    <vpn_gateway>
{_end(tunnel.outside, str(tunnel.aws), tunnel, None if static else connection.asn)}    </vpn_gateway>
    <ike>
      <authentication_protocol>{_HASHES[weakest["Phase1IntegrityAlgorithms"]]}</authentication_protocol>
      <encryption_protocol>{_CIPHERS[weakest["Phase1EncryptionAlgorithms"]]}</encryption_protocol>
      <lifetime>{held["Phase1LifetimeSeconds"]}</lifetime>
      <perfect_forward_secrecy>group{weakest["Phase1DHGroupNumbers"]}</perfect_forward_secrecy>
      <mode>main</mode>
      <pre_shared_key>{escape(key)}</pre_shared_key>
    </ike>
    <ipsec>
      <protocol>esp</protocol>
      <authentication_protocol>{_MACS[weakest["Phase2IntegrityAlgorithms"]]}</authentication_protocol>
      <encryption_protocol>{_CIPHERS[weakest["Phase2EncryptionAlgorithms"]]}</encryption_protocol>
      <lifetime>{held["Phase2LifetimeSeconds"]}</lifetime>
      <perfect_forward_secrecy>group{weakest["Phase2DHGroupNumbers"]}</perfect_forward_secrecy>
      <mode>tunnel</mode>
      <clear_df_bit>true</clear_df_bit>
      <fragmentation_before_encryption>true</fragmentation_before_encryption>
      <tcp_mss_adjustment>{MSS}</tcp_mss_adjustment>
      <dead_peer_detection>
        <interval>{interval}</interval>
        <retries>3</retries>
      </dead_peer_detection>
    </ipsec>
  </ipsec_tunnel>
"""


def _end(outside: str, inside: str, tunnel: Tunnel, asn: int | str | None) -> str:
    bgp = "" if asn is None else f"      <bgp>\n        <asn>{asn}</asn>\n        <hold_time>{HOLD}</hold_time>\n      </bgp>\n"
    return f"""      <tunnel_outside_address>
        <ip_address>{outside}</ip_address>
      </tunnel_outside_address>
      <tunnel_inside_address>
        <ip_address>{inside}</ip_address>
        <network_mask>{tunnel.inside.netmask}</network_mask>
        <network_cidr>{tunnel.inside.prefixlen}</network_cidr>
      </tunnel_inside_address>
{bgp}"""
