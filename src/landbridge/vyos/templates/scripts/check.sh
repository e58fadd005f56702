#!/bin/sh
# Whether this gateway can carry its site's traffic: a tunnel's interface is up, and a BGP session over the tunnels is established.
# VRRP's health check: a gateway for which it fails stands down. It fails, too, for a master that was ordered to stand down. Each run also
# lets role.sh tend to the role, and starts a carrier that died again; neither takes part in the answer.
set -f
here=$(dirname "$0")
. "$here/settings.sh"
mkdir -p "$STATE"

# Whether a person's order since this gateway became master (`yield=tokyo-a at=1700000000 expires=1700000090`) says that it stand down.
# `ordered` keeps the time of one that was obeyed: whatever role comes after is of a later one.
ordered() {
  [ -r "$STATE/order" ] && [ -r "$STATE/role" ] && read -r words <"$STATE/order" && read -r role since <"$STATE/role" || return 1
  yield='' at='' expires=''
  for word in $words; do
    case $word in
      yield=*) yield=${word#yield=} ;;
      at=*) at=${word#at=} ;;
      expires=*) expires=${word#expires=} ;;
    esac
  done
  for time in "$at" "$expires" "$since"; do
    case $time in '' | *[!0-9]* | ????????????*) return 1 ;; esac
  done
  [ "$role $yield" = "master $SELF" ] && [ "$at" -gt "$since" ] && [ "$expires" -gt "$(date +%s)" ] || return 1
  echo "$at" >"$STATE/ordered.$$" && mv "$STATE/ordered.$$" "$STATE/ordered"
}

# The carrier leaves its process' number in `carrier`. Where it never ran, somebody else carries the words.
if [ -r "$STATE/carrier" ]; then
  read -r process <"$STATE/carrier"
  case $(tr '\0' ' ' 2>/dev/null <"/proc/${process:-none}/cmdline") in
    *carry.py*) ;;
    *) python3 "$here/carry.py" </dev/null >/dev/null 2>&1 & ;;
  esac
fi 2>/dev/null

# A connection that comes back to a gateway that carried it before is far outside the window that this one remembers, and what connection
# tracking takes for invalid isn't translated. So windows aren't held against it: docs.kernel.org, nf_conntrack-sysctl.
liberal=$NETFILTER/nf_conntrack_tcp_be_liberal
[ "$(cat "$liberal" 2>/dev/null)" = 0 ] && echo 1 2>/dev/null >"$liberal"

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
[ "$established" -gt 0 ] && ! ordered
