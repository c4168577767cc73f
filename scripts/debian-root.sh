#!/usr/bin/env bash
# Makes a minimal Debian in a folder, or goes on with one: debian-root.sh DIR SUITE [PACKAGE ...]
#
# As root, with debootstrap. MIRROR: where packages come from; unless told, where this machine has its own from.
# Then: chroot DIR COMMAND
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
root=$1 suite=$2
shift 2
[ "$(id -u)" = 0 ] || { echo "debian-root.sh: run this as root: it makes a root of its own" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "debian-root.sh: debootstrap is missing" >&2; exit 1; }
# A machine has one of the two files.
mirror=${MIRROR:-$({ cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null || true; } |
  awk '/^URIs:/ { print $2; exit } /^deb / { for (i = 2; i <= NF; ++i) if ($i ~ "://") { print $i; exit } }')}

# What packages say while they are set up is of interest only where it fails: a root without /proc makes many of them complain.
quietly() {  # COMMAND ...
  "$@" >"$root.log" 2>&1 || { tail -5 "$root.log" >&2; exit 1; }
  rm -f "$root.log"
}

if [ ! -e "$root/made" ]; then
  mkdir -p "$root"
  script=/usr/share/debootstrap/scripts/$suite
  [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid  # one older than the suite does not know its name
  quietly debootstrap --variant=minbase "$suite" "$root" "$mirror" "$script"
  # A stored mirror's list may be past its date.
  echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/90stored-mirror"
  touch "$root/made"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
[ $# -gt 0 ] || exit 0
in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
in_root apt-get update -qq
quietly in_root apt-get install -y -qq --no-install-recommends "$@"
