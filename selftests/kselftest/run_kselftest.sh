#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the installed tests in the manner of the kernel's kselftest: KTAP on stdout;
# exit status 0 if all passed, 1 if one failed, 4 if all were skipped. It needs root,
# and nothing but this directory, the driver and what the configuration names.
#
# usage: run_kselftest.sh [-l] [-n] [-c COLLECTION]... [-t COLLECTION:TEST]...
#                         [-S COLLECTION:TEST]... [-o SECONDS] [-f FILE]
#
#	-l	list what there is
#	-n	list what would be run
#	-c, -t	what to run; everything, without
#	-S	what not to run
#	-o	time for each, instead of that in its `settings`
#	-f	lines NAME=VALUE; else $MIGCAP_CONFIG, or migcap.conf beside this file
#
# What the tests may use is said in the environment, or in that file:
#
#	MIGCAP_VF, MIGCAP_VF2	addresses of two VFs of one NIC, which nobody uses
#	MIGCAP_MODULE		the driver's .ko, if modprobe does not find it
#	MIGCAP_L2, MIGCAP_SUITE	the guest's image: $MIGCAP_L2/$MIGCAP_SUITE/{vmlinuz,initrd}
#	MIGCAP_QEMU		the QEMU
#	MIGCAP_LOG		where logs of guests and QEMUs are kept
#
# Tests whose device or image is missing are skipped, and say so. No VF is made. The
# drivers of the VFs, their MAC addresses and what else the tests changed are as
# before in the end.

set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
list=$here/kselftest-list.txt
settings_of_tests=(MIGCAP_VF MIGCAP_VF2 MIGCAP_MODULE MIGCAP_L2 MIGCAP_SUITE MIGCAP_QEMU
	MIGCAP_LOG MIGCAP_L2_CPU MIGCAP_L2_MACHINE MIGCAP_L2_CONTROL)
huge_pages=/sys/kernel/mm/transparent_hugepage/enabled
driver=migcap_vfio_pci
run_dir=/run/migcap

die()
{
	echo "Bail out! $*"
	exit 1
}

usage()
{
	sed -n 's/^# usage: /usage: /p; s/^#\(                         .*\)/\1/p' "$0"
	exit "$1"
}

# Values are taken as they are: the file is no script. The environment wins.
read_config()
{
	local line name value

	while IFS= read -r line; do
		case $line in
		'' | '#'*) continue ;;
		MIGCAP_*=*) ;;
		*) die "$1: cannot read '$line'" ;;
		esac
		name=${line%%=*} value=${line#*=}
		[[ " ${settings_of_tests[*]} " == *" $name "* ]] ||
			die "$1: nothing is named $name"
		[ -n "${!name:-}" ] || export "$name=$value"
	done <"$1"
}

device()
{
	echo "/sys/bus/pci/devices/$1"
}

vfs()
{
	local vf

	for vf in "${MIGCAP_VF:-}" "${MIGCAP_VF2:-}"; do
		[ -z "$vf" ] || echo "$vf"
	done
}

check_vfs()
{
	local vf

	for vf in $(vfs); do
		[ -e "$(device "$vf")" ] || die "there is no device $vf"
		[ -e "$(device "$vf")/physfn" ] || die "$vf is no VF"
	done
}

bound_to()
{
	[ ! -e "$(device "$1")/driver" ] ||
		basename "$(readlink "$(device "$1")/driver")"
}

netdev_of_pf()
{
	local dirs=("$(device "$1")"/physfn/net/*)

	[ ! -e "${dirs[0]}" ] || basename "${dirs[0]}"
}

vf_number()
{
	local link

	for link in "$(device "$1")"/physfn/virtfn*; do
		[ "$(readlink -f "$link")" != "$(readlink -f "$(device "$1")")" ] ||
			echo "${link##*virtfn}"
	done
}

vf_mac()
{
	ip link show dev "$(netdev_of_pf "$1")" 2>/dev/null |
		sed -n "s/^ *vf $(vf_number "$1") .*link\/ether \([0-9a-f:]*\).*/\1/p"
}

# All that is put back, in words: what differs in the end was not undone.
state()
{
	local vf

	for vf in $(vfs); do
		echo "$vf driver: $(bound_to "$vf")"
		echo "$vf override: $(cat "$(device "$vf")/driver_override")"
		echo "$vf address: $(vf_mac "$vf")"
		echo "$vf VFs: $(cat "$(device "$vf")/physfn/sriov_numvfs")"
		echo "$vf PF: $(ip -o address show dev "$(netdev_of_pf "$vf")" 2>/dev/null)"
	done
	echo "huge pages: $(cat "$huge_pages" 2>/dev/null)"
	[ ! -d "/sys/module/$driver" ] || echo "module: $driver"
	[ ! -d "$run_dir" ] || echo "directory: $run_dir"
}

remember()
{
	local vf

	before=$(state)
	declare -gA driver_of=() override_of=() mac_of=() up_of=()
	for vf in $(vfs); do
		driver_of[$vf]=$(bound_to "$vf")
		override_of[$vf]=$(cat "$(device "$vf")/driver_override")
		mac_of[$vf]=$(vf_mac "$vf")
		up_of[$vf]=$(ip -o link show up dev "$(netdev_of_pf "$vf")" 2>/dev/null)
	done
	pages=$(sed -n 's/.*\[\(.*\)\].*/\1/p' "$huge_pages" 2>/dev/null)
}

undo_vf()
{
	local vf=$1 dir now override=${override_of[$1]} pf

	dir=$(device "$vf")
	now=$(bound_to "$vf")
	pf=$(netdev_of_pf "$vf")
	[ "$override" != '(null)' ] || override=
	if [ "$now" != "${driver_of[$vf]}" ]; then
		[ -z "$now" ] || echo "$vf" >"$dir/driver/unbind"
		echo "$override" >"$dir/driver_override"
		[ -z "${driver_of[$vf]}" ] ||
			echo "$vf" >"/sys/bus/pci/drivers/${driver_of[$vf]}/bind"
	fi
	echo "$override" >"$dir/driver_override"
	[ -z "$pf" ] && return
	[ "$(vf_mac "$vf")" = "${mac_of[$vf]}" ] || [ -z "${mac_of[$vf]}" ] ||
		ip link set dev "$pf" vf "$(vf_number "$vf")" mac "${mac_of[$vf]}"
	[ -n "${up_of[$vf]}" ] || ip link set dev "$pf" down
}

undo()
{
	local vf after

	trap - EXIT
	for vf in $(vfs); do
		undo_vf "$vf"
	done
	[ -z "$pages" ] || echo "$pages" >"$huge_pages"
	[ -z "${loaded:-}" ] || rmmod "$driver"
	[[ $before == *"directory: $run_dir"* ]] || rm -rf "$run_dir"
	after=$(state)
	[ "$before" = "$after" ] && return 0
	echo "# not undone:"
	diff <(echo "$before") <(echo "$after") | sed -n 's/^[<>]/#  &/p'
	return 1
}

# Where it is not there, the tests that want it say so.
load_driver()
{
	[ ! -d "/sys/module/$driver" ] && [ -n "${MIGCAP_VF:-}" ] || return 0
	if [ -n "${MIGCAP_MODULE:-}" ]; then
		modprobe -aq vfio-pci-core iommufd 2>/dev/null
		insmod "$MIGCAP_MODULE" || die "cannot load $MIGCAP_MODULE"
	else
		modprobe -q "$driver" || die "no module $driver; MIGCAP_MODULE says where"
	fi
	loaded=yes
}

selected()
{
	local entry=$1 wanted

	for wanted in "${without[@]}"; do
		[ "$entry" != "$wanted" ] || return 1
	done
	[ ${#only[@]} -gt 0 ] || return 0
	for wanted in "${only[@]}"; do
		[ "$entry" != "$wanted" ] && [ "${entry%%:*}" != "$wanted" ] || return 0
	done
	return 1
}

timeout_of()
{
	[ -z "$override_timeout" ] || { echo "$override_timeout"; return; }
	sed -n 's/^timeout=//p' "$here/$1/settings"
}

# A program that was skipped as a whole says why in its plan.
run_one()
{
	local collection=${1%%:*} name=${1#*:} limit log status note reason

	limit=$(timeout_of "$collection")
	log=$(mktemp)
	echo "# selftests: $collection: $name"
	echo "# timeout set to $limit"
	( cd "$here/$collection" && exec timeout -k 10 "$limit" "./$name" ) </dev/null 2>&1 |
		tee "$log" | sed -u 's/^/# /'
	status=${PIPESTATUS[0]}
	reason=$(sed -n 's/.*# SKIP *//p' "$log" | head -n 1)
	# The harness takes a program for good in which all was skipped.
	if [ "$status" -eq 0 ] && grep -q '# SKIP' "$log" &&
		! grep '^ok' "$log" | grep -qv '# SKIP'; then
		status=4
	fi
	rm -f "$log"
	number=$((number + 1))
	note="selftests: $collection: $name"
	case $status in
	0) passed=$((passed + 1)); echo "ok $number $note" ;;
	4) skipped=$((skipped + 1)); echo "ok $number $note # SKIP${reason:+ $reason}" ;;
	124 | 137) failed=$((failed + 1)); echo "not ok $number $note # TIMEOUT $limit seconds" ;;
	*) failed=$((failed + 1)); echo "not ok $number $note # exit=$status" ;;
	esac
}

main()
{
	local entry entries=() number=0 passed=0 failed=0 skipped=0
	local only=() without=() override_timeout='' config=${MIGCAP_CONFIG:-} what=run
	local before pages loaded=''

	[ -n "$config" ] || [ ! -e "$here/migcap.conf" ] || config=$here/migcap.conf
	while getopts lnc:t:S:o:f:h option; do
		case $option in
		l) what=all ;;
		n) what=list ;;
		c | t) only+=("$OPTARG") ;;
		S) without+=("$OPTARG") ;;
		o) override_timeout=$OPTARG ;;
		f) config=$OPTARG ;;
		h) usage 0 ;;
		*) usage 1 ;;
		esac
	done
	while read -r entry; do
		[ "$what" = all ] || selected "$entry" && entries+=("$entry")
	done <"$list"
	[ ${#entries[@]} -gt 0 ] || die "no such test"
	[ "$what" = run ] || { printf '%s\n' "${entries[@]}"; exit 0; }
	[ "$(id -u)" -eq 0 ] || die "needs root"
	[ -z "$config" ] || read_config "$config"
	check_vfs
	remember
	trap undo EXIT
	trap 'exit 130' INT TERM HUP
	load_driver
	echo "TAP version 13"
	echo "1..${#entries[@]}"
	for entry in "${entries[@]}"; do
		run_one "$entry"
	done
	undo || failed=$((failed + 1))
	echo "# Totals: pass:$passed fail:$failed skip:$skipped"
	[ "$failed" -eq 0 ] || exit 1
	[ "$passed" -gt 0 ] || exit 4
}

main "$@"
