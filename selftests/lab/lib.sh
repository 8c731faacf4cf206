# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# What every script of the lab shares: where things are, how it speaks, how it
# fails. Sourced, never run. It starts nothing and mounts nothing.

set -u

LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SRC=$(cd "$LAB/../.." && pwd)
OUT=${MIGCAP_OUT:-$SRC/out}
CACHE=${MIGCAP_CACHE:-/var/cache/migcap}
LAB_T0=${LAB_T0:-$SECONDS}

# The suite whose root also holds the outer QEMU and the build tools.
BASE_SUITE=trixie

say()
{
	printf '[%4ds] %s\n' "$((SECONDS - LAB_T0))" "$*" >&2
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

need_root()
{
	[ "$(id -u)" -eq 0 ] || die "must run as root (it makes root file systems and mounts)"
}

need_suite()
{
	case $1 in
	trixie | trixie-backports | iommufd) ;;
	*) die "unknown suite '$1' (trixie, trixie-backports, iommufd)" ;;
	esac
}

# user_suite SUITE: whose user space L1 has, and whose kernel its guests.
user_suite()
{
	if [ "$1" = iommufd ]; then
		echo "$BASE_SUITE"
	else
		echo "$1"
	fi
}

suite_root()
{
	"$LAB/root" "$(user_suite "$1")"
}

# Where the kernel is that was made for a suite's L1; nothing, if it is the
# root's own.
suite_kernel()
{
	[ "$1" != iommufd ] || "$LAB/kernel"
}

# Makes what the cache lacks of a suite; shows how it goes.
make_suite()
{
	suite_root "$1" >/dev/null && suite_kernel "$1" >/dev/null
}

# The one kernel of a root.
root_kver()
{
	local dirs=("$1"/lib/modules/*/)

	basename "${dirs[0]}"
}

# quietly LOG CMD...: the command's output goes to LOG, and is shown when it
# fails.
quietly()
{
	local log=$1
	shift

	"$@" >"$log" 2>&1 </dev/null && return 0
	tail -n 40 "$log" >&2
	printf 'failed: %s (all of it: %s)\n' "$*" "$log" >&2
	return 1
}

# Mounts what a command in a root sees, $LAB_KERNEL at /kernel. Only in a mount
# namespace of one's own.
mount_root()
{
	local root=$1

	mount -t proc proc "$root/proc" &&
		mount --rbind /sys "$root/sys" &&
		mount --rbind /dev "$root/dev" &&
		mount -t tmpfs tmp "$root/tmp" &&
		mount --bind "$SRC" "$root/src" &&
		mount -o remount,bind,ro "$root/src" &&
		mount --bind "$OUT" "$root/out" &&
		{ [ -z "${LAB_KERNEL:-}" ] || mount --bind "$LAB_KERNEL" "$root/kernel"; }
}
