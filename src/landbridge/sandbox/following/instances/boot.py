"""What an instance's machine runs: at its boot, and when its router is loaded for the first time.

It boots knowing its folder alone. Its address comes by the console, as it would by DHCP; all else it fetches (lab/guest/cloud).
"""

from __future__ import annotations

from landbridge.lab.recipes import MODULES
from landbridge.lab.vti import NO_MERGING

STAGES = ("booted", "up", "loaded")
LOADED = "loaded"  # the file in the machine's folder that says which configuration it runs on

BOOT = f"""modprobe -a {MODULES}
for f in all default; do echo 0 >/proc/sys/net/ipv4/conf/$f/rp_filter; done
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/ipv4/fib_multipath_hash_policy
$B mount -t tmpfs tmpfs /opt
$B mount -t tmpfs tmpfs /host/config
$B mkdir -p /opt/vyatta/etc /run/frr
$B ln -s /config /opt/vyatta/etc/config
export STRONGSWAN_CONF=/host/strongswan.conf STATE=/host/state
$B syslogd -O /host/messages
ip link set lo up
ip link set vec0 name eth0
ip link set eth0 up arp off {NO_MERGING}
echo '@ booted'
while read -r line; do [ "$line" = . ] && break; [ "$line" ] && echo "$line"; done >/tmp/lease
ip -force -batch /tmp/lease 2>/tmp/lease.out || echo "! eth0: $($B tail -n 2 /tmp/lease.out)"
/guest/cloud </dev/null >/host/cloud.out 2>&1 &
echo '@ up'
while read -r job; do
  [ "$job" ] || continue
  ( $B sh /host/jobs/$job >/host/jobs/$job.out 2>/host/jobs/$job.err; s=$?
    echo $s >/host/jobs/$job.status; echo "@ job $job $s" ) &
done
echo o >/proc/sysrq-trigger
$B sleep 9
"""

# The order is the fastest: charon negotiates while FRR loads. keepalived first waits for a session, for what has none yet is in fault
# for seconds; and a standby for the word of the other, which its carrier brings, so that a pair that is new doesn't begin with chance.
LOAD = """mkdir /tmp/loading || exit 1
. /guest/real
hostname {name}
for s in {scripts}; do [ -x $s ] || echo "! VRRP runs $s, which isn't there" >/dev/console; done
ip -force -batch /host/links 2>/tmp/links.out || echo "! links: $(tail -n 2 /tmp/links.out)" >/dev/console
{after_links}
iptables-legacy-restore </host/filter 2>/tmp/filter.out || echo "! filter: $(grep -i error /tmp/filter.out)" >/dev/console
setsid /guest/respawn charon /guest/ike &
for d in zebra bgpd staticd; do
  # Who doesn't find zebra tries again only after ten seconds.
  n=0; until [ $d = zebra ] || [ -S /run/frr/zserv.api ] || [ $((n += 1)) -gt 500 ]; do usleep 10000; done
  setsid /guest/respawn $d /usr/lib/frr/$d -f /host/$d.conf -A 127.0.0.1 -u root -g root &
done
if [ -s /host/keepalived.conf ]; then
  (exec </dev/null >/dev/null 2>&1
  n=0; until grep -q 'ADJCHANGE: .* Up' /host/frr.log || [ $((n += 1)) -gt 100 ]; do usleep 200000; done
  if [ {role} = standby ]; then
    until [ -e /host/state/heard ] || [ $((n += 1)) -gt 150 ]; do usleep 200000; done
  fi
  exec setsid /guest/respawn keepalived keepalived --vrrp --dont-fork --log-console --use-file /host/keepalived.conf) &
fi
echo {number} >/host/loaded
echo '@ loaded' >/dev/console
exit 0
"""
