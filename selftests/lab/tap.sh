# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# One TAP stream out of many programs, with totals. Sourced by what runs tests
# on this machine and in L1. A program's own TAP is shown indented, as it comes;
# what counts are its results, or its exit status where it prints none.

tap_number=0
tap_passed=0
tap_failed=0
tap_skipped=0

# tap_selected NAME PATTERNS: whether NAME contains one of the patterns (all,
# where none is given).
tap_selected()
{
	local pattern

	[ -z "$2" ] && return 0
	for pattern in $2; do
		[[ $1 == *$pattern* ]] && return 0
	done
	return 1
}

# Shows a program's output and writes its counts to file $1.
tap_indent()
{
	local line passed=0 failed=0 skipped=0

	while IFS= read -r line; do
		line=${line%$'\r'}
		printf '    %s\n' "$line"
		case $line in
		"ok "*"# SKIP"* | "1..0 # SKIP"*) skipped=$((skipped + 1)) ;;
		"ok "*) passed=$((passed + 1)) ;;
		"not ok "*) failed=$((failed + 1)) ;;
		esac
	done
	echo "$passed $failed $skipped" >"$1"
}

# tap_result NAME PASSED FAILED SKIPPED COMMENT: one line of ours.
tap_result()
{
	local ok=ok skip=''

	tap_number=$((tap_number + 1))
	tap_passed=$((tap_passed + $2))
	tap_failed=$((tap_failed + $3))
	tap_skipped=$((tap_skipped + $4))
	[ "$3" -gt 0 ] && ok="not ok"
	[ "$2" -eq 0 ] && [ "$3" -eq 0 ] && skip=" # SKIP"
	printf '%s %d %s%s%s\n' "$ok" "$tap_number" "$1" "$skip" "${5:+ # $5}"
}

# tap_program NAME SECONDS CMD...: runs a program within its time and counts
# its results. Where the function tap_lab_fault exists, and prints after a program
# that failed what befell the lab, that is told, and the program is run once more.
tap_program()
{
	local name=$1 fault passed failed skipped note

	tap_run_program "$@"
	if [ "$failed" -gt 0 ] && declare -F tap_lab_fault >/dev/null &&
		fault=$(tap_lab_fault) && [ -n "$fault" ]; then
		printf '%s\n' "$fault" | sed "s|^|# $name failed with the lab: |"
		tap_run_program "$@"
	fi
	tap_result "$name" "$passed" "$failed" "$skipped" "$note"
}

# Leaves its counts to tap_program. Where the function tap_trouble exists, what it
# prints after the program is a failure.
tap_run_program()
{
	local name=$1 limit=$2 start=$SECONDS counts trouble='' status
	shift 2

	counts=$(mktemp)
	printf '# %s\n' "$name"
	timeout -k 10 "$limit" "$@" </dev/null 2>&1 | tap_indent "$counts"
	status=${PIPESTATUS[0]}
	read -r passed failed skipped <"$counts"
	rm -f "$counts"
	note="$((SECONDS - start)) s"
	case $status in
	0) [ $((passed + failed + skipped)) -eq 0 ] && passed=1 ;;
	4) [ $((passed + failed + skipped)) -eq 0 ] && skipped=1 ;;
	124 | 137) failed=$((failed + 1)) note="hung: did not end in $limit s" ;;
	*) [ "$failed" -eq 0 ] && failed=1 note+=", exit status $status" ;;
	esac
	declare -F tap_trouble >/dev/null && trouble=$(tap_trouble "$name")
	if [ -n "$trouble" ]; then
		printf '%s\n' "$trouble" | sed 's/^/    # kernel: /'
		failed=$((failed + 1)) note+=", trouble in the kernel's log"
	fi
}

# tap_command NAME SECONDS CMD...: one result by the exit status; output is shown
# when it failed.
tap_command()
{
	local name=$1 limit=$2 start=$SECONDS log status note
	shift 2

	log=$(mktemp)
	timeout -k 10 "$limit" "$@" >"$log" 2>&1 </dev/null
	status=$?
	note="$((SECONDS - start)) s"
	case $status in
	0) ;;
	124 | 137) note="hung: did not end in $limit s" ;;
	*) note+=", exit status $status" ;;
	esac
	if [ "$status" -eq 0 ]; then
		tap_result "$name" 1 0 0 "$note"
	else
		tail -n 60 "$log" | sed 's/^/    # /'
		tap_result "$name" 0 1 0 "$note"
	fi
	rm -f "$log"
	return "$status"
}

# Numbers the results of several streams as one, with its plan at the end.
tap_renumber()
{
	local line number=0

	while IFS= read -r line; do
		if [[ $line =~ ^((not )?ok)\ [0-9]+\ (.*) ]]; then
			number=$((number + 1))
			line="${BASH_REMATCH[1]} $number ${BASH_REMATCH[3]}"
		fi
		printf '%s\n' "$line"
	done
	echo "1..$number"
}

# tap_counts: for who adds them up with tap_add.
tap_counts()
{
	echo "$tap_passed $tap_failed $tap_skipped"
}

# tap_add FILE: the counts in FILE, if there are any.
tap_add()
{
	local passed failed skipped

	[ -s "$1" ] || return
	read -r passed failed skipped <"$1"
	tap_passed=$((tap_passed + passed))
	tap_failed=$((tap_failed + failed))
	tap_skipped=$((tap_skipped + skipped))
}

tap_totals()
{
	printf '%d passed, %d failed, %d skipped\n' \
		"$tap_passed" "$tap_failed" "$tap_skipped"
	[ "$tap_failed" -eq 0 ] && [ "$tap_passed" -gt 0 ]
}
