# What role.sh and check.sh of {self} work with. landbridge writes this file anew with every rendering.
SELF='{self}'
OTHER='{other}'
ASN='{asn}'
ROUTE_MAP='AWS-OUT'
RULE='10'
VTIS='{vtis}'
NEIGHBORS='{neighbors}'
: "${{STATE:=/run/landbridge}}" # gone with a boot: a gateway starts as standby
: "${{NETFILTER:=/proc/sys/net/netfilter}}" # how the kernel tracks connections
PATH=${{PATH:+$PATH:}}/usr/sbin:/usr/bin:/sbin:/bin # where whoever runs the scripts has none
export SELF OTHER STATE PATH

# How a word travels: the one place to change. TELL has it on standard input, and fails if it couldn't be sent; HEAR prints the last one
# of the other gateway's. Each is a shell command of at most 4 seconds. In files, as here, somebody else carries them: on AWS, carry.py.
TELL='cat >>"$STATE/told"'
HEAR='cat "$STATE/heard"'
