#!/bin/sh
# The role of one of a pair's two gateways: how it announces its site to the hub, and what it says of itself.
#
#   role.sh master | backup | fault   VRRP's state has changed (keepalived runs this)
#   role.sh tend                      every few seconds (check.sh runs this): settle, answer, repair
#   role.sh apply                     after a boot and after a commit, which put the written prepends back
#   role.sh show                      the role, the prepends that go with it, and the last word
#
# A master announces without prepends, so that its routes win at once whatever the other, perhaps dead, announced last. It settles to
# one prepend when the other has said, later than its own claim, that it announces with two. Everyone else announces with two: so does
# a gateway that has just booted. A word is one line, such as `claim=tokyo-a by=tokyo-b prepends=2 at=1700000000 expires=1700000060`:
# who shall have both directions, who says so, and how often that one prepends. How it travels is said in settings.sh (TELL and HEAR).
#
# Plain POSIX shell with vtysh, and no command that busybox doesn't have. Extra arguments are ignored: VyOS 1.2 adds some.
set -f
here=$(dirname "$0")
. "$here/settings.sh"
mkdir -p "$STATE"

# One line of a state file, or what stands in for it. A file is replaced whole: scripts may run side by side.
recall() {
  line=$2
  [ -r "$STATE/$1" ] && read -r line <"$STATE/$1"
  echo "$line"
}

remember() {
  echo "$2" >"$STATE/$1.$$" && mv "$STATE/$1.$$" "$STATE/$1"
}

# How often the ASN is prepended in this role. `role` holds the role and its time, `settled` the time of the claim that was settled.
wanted() {
  set -- $(recall role 'fresh 0')
  if [ "$1" != master ]; then echo 2
  elif [ "$(recall settled none)" = "$2" ]; then echo 1
  else echo 0
  fi
}

# Announce so. FRR would act on a changed route map only after five seconds: `clear … soft out` makes it now.
apply() {
  case $(wanted) in
    0) line='no set as-path prepend' ;;
    1) line="set as-path prepend $ASN" ;;
    *) line="set as-path prepend $ASN $ASN" ;;
  esac
  timeout 10 vtysh -c 'configure terminal' -c "route-map $ROUTE_MAP permit $RULE" -c "$line" -c end \
    -c 'clear bgp ipv4 unicast * soft out' >/dev/null 2>&1
}

# A time later than every word said or heard so far, even where clocks differ; than what a former gateway of this name said (`past`); and
# than the order that was obeyed last.
stamp() {
  latest=$(date +%s)
  for other in "$(recall heard-at 0)" "$(recall past 0)" "$(recall ordered 0)" "$(recall word 'none 2 0' | cut -d ' ' -f 3)"; do
    [ "$other" -ge "$latest" ] && latest=$((other + 1))
  done
  echo "$latest"
}

# Say the last word. `said` holds its time once that has worked; until then `tend` says it again.
speak() {
  set -- $(recall word 'none 2 0')
  [ "$1" = none ] && return
  if echo "claim=$1 by=$SELF prepends=$2 at=$3 expires=$(($(date +%s) + 60))" | timeout 4 sh -c "$TELL" >/dev/null 2>&1; then
    remember said "$3"
  else
    logger -t landbridge "the word for $1 could not be sent" 2>/dev/null
  fi
}

# The other's last word: `heard_prepends` and `heard_at`. Nothing, or nothing that is one, counts as a word of long ago.
hear() {
  heard_by='' heard_prepends='' heard_at=0
  for word in $(timeout 4 sh -c "$HEAR" 2>/dev/null </dev/null | tail -n 1); do
    case $word in
      by=*) heard_by=${word#by=} ;;
      prepends=[012]) heard_prepends=${word#prepends=} ;;
      at=*) heard_at=${word#at=} ;;
    esac
  done
  case $heard_at in '' | *[!0-9]* | ????????????*) heard_at=0 ;; esac
  [ "$heard_by" = "$OTHER" ] && [ -n "$heard_prepends" ] || heard_at=0
  [ "$heard_at" -gt "$(recall heard-at 0)" ] && remember heard-at "$heard_at"
}

tend() {
  hear
  set -- $(recall role 'fresh 0')
  if [ "$1" = master ]; then
    if [ "$heard_at" -gt "$2" ] && [ "$heard_prepends" = 2 ] && [ "$(recall settled none)" != "$2" ]; then
      remember settled "$2"
      apply
    fi
  elif [ "$heard_at" -gt 0 ] && [ "$heard_prepends" != 2 ]; then
    set -- $(recall word 'none 2 0')
    [ "$heard_at" -ge "$3" ] && remember word "$OTHER 2 $(stamp)" # it claims, and hasn't my word yet
  fi
  set -- $(recall word 'none 2 0')
  [ "$1" != none ] && [ "$(recall past 0)" -gt "$3" ] && remember word "$1 $2 $(stamp)" # nobody would believe the one before
  [ "$(recall word 'none 2 0' | cut -d ' ' -f 3)" = "$(recall said 0)" ] || speak
  [ -r "$STATE/bgp" ] && [ "$(awk '/as-path prepend/ { n = NF - 2 } END { print n + 0 }' "$STATE/bgp")" != "$(wanted)" ] && apply
}

case ${1:-show} in
  master)
    at=$(stamp)
    remember word "$SELF 0 $at"
    remember role "master $at"
    rm -f "$STATE/bgp" # what was seen of the routers' announcements is old now
    speak & # who moves the VPC's routes needn't wait for vtysh
    apply
    wait
    ;;
  backup | fault)
    at=$(stamp)
    remember word "$OTHER 2 $at"
    remember role "$1 $at"
    rm -f "$STATE/bgp"
    apply # first: the word says that it is so
    speak
    ;;
  tend) tend ;;
  apply) apply ;;
  show) echo "$(recall role 'fresh 0') prepends=$(wanted) word=$(recall word 'none 2 0') said=$(recall said 0)" ;;
  *)
    echo "role.sh: $1 is neither master, backup, fault, tend, apply nor show." >&2
    exit 2
    ;;
esac
