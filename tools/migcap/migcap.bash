# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion of migcap(8) for bash: commands, options, addresses of VFs.

_migcap_vfs()
{
	local dev

	for dev in /sys/bus/pci/devices/*/physfn; do
		[ -e "$dev" ] || continue
		dev=${dev%/physfn}
		printf '%s\n' "${dev##*/}"
	done
}

# Addresses have colons, at which readline splits words: what is before the last
# one is not replaced.
_migcap_fill()
{
	local cur=$1 words=$2 start='' word

	[[ $cur == *:* ]] && [[ ${COMP_WORDBREAKS:-} == *:* ]] && start=${cur%:*}:
	COMPREPLY=()
	while read -r word; do
		[[ $word == "$cur"* ]] && COMPREPLY+=("${word#"$start"}")
	done < <(tr ' ' '\n' <<<"$words")
}

_migcap_options()
{
	case $1 in
	list) echo --json --help ;;
	check) echo --with --identity --help ;;
	quiesce) echo --wait --help ;;
	release) echo --help ;;
	watch) echo --json --all --help ;;
	follow) echo --rules --help ;;
	esac
}

# The word under the cursor with the colons that readline has split it at.
_migcap_current()
{
	local line=${COMP_LINE:0:COMP_POINT}

	printf '%s' "${line##* }"
}

_migcap()
{
	local cur command=${COMP_WORDS[1]:-} previous=${COMP_WORDS[COMP_CWORD-1]}

	cur=$(_migcap_current)
	if [ "$COMP_CWORD" -eq 1 ]; then
		_migcap_fill "$cur" "list check quiesce release watch follow"
		return
	fi
	case $previous in
	--with | --rules)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	esac
	if [[ $cur == -* ]]; then
		_migcap_fill "$cur" "$(_migcap_options "$command")"
	else
		_migcap_fill "$cur" "$(_migcap_vfs)"
	fi
}

complete -F _migcap migcap
