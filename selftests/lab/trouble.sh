# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Looks for the words of ../lib/trouble_words.h, and for a lost L1. Sourced.

trouble_words=$(sed -n 's/^\t"\(.*\)".*/\1/p' \
	"$(dirname "${BASH_SOURCE[0]}")/../lib/trouble_words.h")

# trouble_in [FILE]: lines of a kernel's log that tell of trouble; fails if none.
trouble_in()
{
	grep -aF "$trouble_words" "$@"
}

# l1_was_lost DIR: whether the L1 that left its logs there never came up, or is gone or
# stands still without a word of its kernel: the emulated processor can lose L1 as it
# loses guests, see ../lib/emulator.h.
l1_was_lost()
{
	local log=$1/kernel.log before=$1/kernel-before-nmi.log

	[ ! -e "$before" ] || log=$before
	grep -qa 'migcap-l1: up' "$log" || return 0
	! sed '1,/migcap-l1: up/d' "$log" | trouble_in - >/dev/null
}
