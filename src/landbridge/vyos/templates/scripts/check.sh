#!/bin/sh
# Whether this gateway can carry its site's traffic: a tunnel's interface is up, and a BGP session over the tunnels is established.
# VRRP's health check: a gateway for which it fails stands down. Each run also lets role.sh tend to the role, which takes no part in the
# answer.
set -f
here=$(dirname "$0")
. "$here/settings.sh"
mkdir -p "$STATE"

up=
for vti in $VTIS; do
  flags=$(cat "/sys/class/net/$vti/flags" 2>/dev/null) && [ $((flags & 1)) = 1 ] && up=$vti
done

established=0
if [ -n "$up" ]; then
  timeout 4 vtysh -c 'show bgp ipv4 unicast summary' -c "show route-map $ROUTE_MAP" >"$STATE/bgp.$$" 2>/dev/null
  mv "$STATE/bgp.$$" "$STATE/bgp"
  # Neighbor V AS MsgRcvd MsgSent TblVer InQ OutQ Up/Down State/PfxRcd: the last is a number in an established session only
  established=$(awk -v neighbors=" $NEIGHBORS " \
    'index(neighbors, " " $1 " ") && $10 ~ /^[0-9]+$/ { n++ } END { print n + 0 }' "$STATE/bgp")
fi
"$here/role.sh" tend </dev/null >/dev/null 2>&1 &
[ "$established" -gt 0 ]
