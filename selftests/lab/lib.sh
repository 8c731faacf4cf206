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

# nic WHAT: PF_DRIVER, VF_DRIVER or QEMU_DEVICE of the NIC that is tested with.
nic()
{
	sed -n "s/^#define NIC_$1[[:space:]]*\"\([^\"]*\)\".*/\1/p" \
		"$SRC/selftests/lib/nic.h"
}

need_root()
{
	[ "$(id -u)" -eq 0 ] || die "must run as root (it makes root file systems and mounts)"
}

# A suite: what L1 consists of. Its user space is a root's, and so is the kernel
# of its guests. Where fragments are named, L1 has a kernel of its own: made
# from that root's kernel sources, of tinyconfig and these files, in order.
#
#	suite			root			fragments
SUITES='
	trixie			trixie
	trixie-backports	trixie-backports
	iommufd			trixie			kernel.config
	iommufd-backports	trixie-backports	kernel.config
	debug			trixie			kernel.config kernel-debug.config
	debug-container		trixie			kernel.config kernel-debug.config kernel-container.config
'

# Older releases, of which there are guests alone: their kernel, and what builds
# modules for it.
GUEST_SUITES='bookworm bullseye'

is_guest_suite()
{
	[[ " $GUEST_SUITES " == *" $1 "* ]]
}

# suite_words SUITE: the words of its line, or failure.
suite_words()
{
	awk -v suite="$1" '$1 == suite { print; found = 1 } END { exit !found }' \
		<<<"$SUITES"
}

need_suite()
{
	suite_words "$1" >/dev/null || die "unknown suite '$1' of" \
		"$(awk 'NF { printf "%s%s", sep, $1; sep = ", " }' <<<"$SUITES")"
}

# What a guest can be of.
need_guest_suite()
{
	is_guest_suite "$1" || need_suite "$1"
}

# user_suite SUITE: whose user space L1 has, and whose kernel its guests.
user_suite()
{
	is_guest_suite "$1" && echo "$1" && return
	suite_words "$1" | awk '{ print $2 }'
}

suite_fragments()
{
	is_guest_suite "$1" || suite_words "$1" | awk '{ for (i = 3; i <= NF; i++) print $i }'
}

# suite_slowness SUITE: how many times as long as in others everything may take.
# All time limits are multiplied by it.
suite_slowness()
{
	case $(suite_fragments "$1") in
	*kernel-debug.config*) echo 5 ;;
	*) echo 1 ;;
	esac
}

suite_root()
{
	"$LAB/root" "$(user_suite "$1")"
}

# Where the kernel is that was made for a suite's L1; nothing, if it is the
# root's own.
suite_kernel()
{
	[ -z "$(suite_fragments "$1")" ] || "$LAB/kernel" "$1"
}

# Makes what the cache lacks of a suite; shows how it goes.
make_suite()
{
	suite_root "$1" >/dev/null && suite_kernel "$1" >/dev/null
}

# prune_cache PREFIX KEPT: what other versions of the scripts made under that name
# and nobody has used for a day. Users hold a lock on it.
prune_cache()
{
	local old

	find "$CACHE" -maxdepth 1 -type d -mmin +1440 ! -path "$2" \
		-regex ".*/$1-[0-9a-f]*" |
		while read -r old; do
			flock -n -x "$old" rm -rf --one-file-system "$old"
		done
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
