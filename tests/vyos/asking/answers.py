"""Answers of the shape that each release gives, for tests. Two tunnels; the second has no BGP session."""

IKE_1_1 = """\
Peer ID / IP                            Local ID / IP
------------                            -------------
52.0.0.1                                172.88.0.5

    Description: singapore-a-1

    State  Encrypt  Hash    D-H Grp  NAT-T  A-Time  L-Time
    -----  -------  ----    -------  -----  ------  ------
    up     aes128   sha1    2        yes    6130    28800


Peer ID / IP                            Local ID / IP
------------                            -------------
52.0.0.2                                172.88.0.5

    State  Encrypt  Hash    D-H Grp  NAT-T  A-Time  L-Time
    -----  -------  ----    -------  -----  ------  ------
    init   n/a      n/a     n/a      no     0       28800


"""
IKE_1_4 = """\
Peer ID / IP                            Local ID / IP
------------                            -------------
52.0.0.1 52.0.0.1                       172.88.0.5 198.51.100.7

    State  IKEVer  Encrypt      Hash          D-H Group      NAT-T  A-Time  L-Time
    -----  ------  -------      ----          ---------      -----  ------  ------
    up     IKEv2   AES_GCM_16_256 n/a           ECP_384        yes    6130    21873

Peer ID / IP                            Local ID / IP
------------                            -------------
52.0.0.2                                172.88.0.5

    State  IKEVer  Encrypt      Hash          D-H Group      NAT-T  A-Time  L-Time
    -----  ------  -------      ----          ---------      -----  ------  ------
    down   IKEv2   n/a          n/a           n/a            no     0       0

"""
IPSEC_1_1 = """\
Peer ID / IP                            Local ID / IP
------------                            -------------
52.0.0.1                                172.88.0.5

    Description: singapore-a-1

    Tunnel  State  Bytes Out/In   Encrypt  Hash    NAT-T  A-Time  L-Time  Proto
    ------  -----  -------------  -------  ----    -----  ------  ------  -----
    vti     up     5.2K/712.0     aes128   sha1    yes    1421    3600    all


Peer ID / IP                            Local ID / IP
------------                            -------------
52.0.0.2                                172.88.0.5

    Tunnel  State  Bytes Out/In   Encrypt  Hash    NAT-T  A-Time  L-Time  Proto
    ------  -----  -------------  -------  ----    -----  ------  ------  -----
    vti     down   n/a            n/a      n/a     no     0       3600    all


"""
IPSEC_1_2 = """\
Connection                State    Up          Bytes In/Out    Remote address    Remote ID    Proposal
------------------------  -------  ----------  --------------  ----------------  -----------  --------------------------------
peer-52.0.0.1-tunnel-vti  up       14 seconds  2M/15K          52.0.0.1          N/A          AES_CBC_128/HMAC_SHA1_96/MODP_1024
peer-52.0.0.2-tunnel-vti  down     N/A         N/A             N/A               N/A          N/A
"""
IPSEC_1_4 = """\
Connection         State    Uptime    Bytes In/Out    Packets In/Out    Remote address    Remote ID    Proposal
-----------------  -------  --------  --------------  ----------------  ----------------  -----------  ------------------
singapore-a-1-vti  up       6h40m33s  20M/15M         27K/26K           52.0.0.1          52.0.0.1     AES_GCM_16_256/ECP_384
singapore-a-2-vti  down     N/A       N/A             N/A               N/A               N/A          N/A
"""
IPSEC_RAW = """\
[{"singapore-a-1": {"uniqueid": "1", "version": "2", "state": "ESTABLISHED", "local_host": "172.88.0.5", "remote_host": "52.0.0.1",
"established": "6130", "child_sas": {"singapore_a_1_vti_7": {"name": "singapore-a-1-vti", "uniqueid": "7", "state": "INSTALLED",
"bytes_in": "205417", "packets_in": "533", "bytes_out": "209512", "install_time": "1421"}}}}]
"""
BGP_1_1 = """\
BGP router identifier 169.254.12.78, local AS number 65400
RIB entries 17, using 1632 bytes of memory
Peers 2, using 9136 bytes of memory

Neighbor        V    AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd
169.254.12.77   4 64512    2203    2211        0    0    0 06:05:40        8
169.254.14.213  4 64512       0       5        0    0    0 never    Active

Total number of neighbors 2
"""
BGP_1_3 = """\

IPv4 Unicast Summary:
BGP router identifier 169.254.12.78, local AS number 65400 vrf-id 0
BGP table version 9
RIB entries 17, using 3128 bytes of memory
Peers 2, using 41 KiB of memory

Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt
169.254.12.77   4      64512      2203      2211        0    0    0 1d02h33m            8        4
169.254.14.213  4      64512         0         0        0    0    0    never Idle (Admin)        0

Total number of neighbors 2
"""
BGP_1_5 = """\

IPv4 Unicast Summary (VRF default):
BGP router identifier 169.254.12.78, local AS number 65400 vrf-id 0
BGP table version 9
RIB entries 17, using 3264 bytes of memory
Peers 2, using 1449 KiB of memory

Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc
169.254.12.77   4      64512      2203      2211        9    0    0 06:05:40            8        4 AWS tunnel 1
169.254.14.213  4      64512         0         0        0    0    0    never       Active        0 AWS tunnel 2

Total number of neighbors 2
"""
ROUTES_1_1 = """\
Codes: K - kernel route, C - connected, S - static, R - RIP, O - OSPF,
       I - ISIS, B - BGP, > - selected route, * - FIB route

B>* 10.0.3.0/24 [20/100] via 169.254.12.77, vti0, 06:05:40
B   172.88.64.0/19 [20/200] via 169.254.14.213, vti1, 00:00:03
"""
ROUTES_1_3 = """\
Codes: K - kernel route, C - connected, S - static, R - RIP,
       O - OSPF, I - IS-IS, B - BGP, E - EIGRP, N - NHRP,
       T - Table, v - VNC, V - VNC-Direct, A - Babel, F - PBR,
       f - OpenFabric,
       > - selected route, * - FIB route, q - queued, r - rejected, b - backup
       t - trapped, o - offload failure

B>* 10.0.3.0/24 [20/100] via 169.254.12.77, vti0, weight 1, 06:05:40
  *                      via 169.254.14.213, vti1, weight 1, 06:05:40
"""
