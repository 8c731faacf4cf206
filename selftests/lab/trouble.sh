# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Looks for the words of ../lib/trouble_words.h. Sourced.

trouble_words=$(sed -n 's/^\t"\(.*\)".*/\1/p' \
	"$(dirname "${BASH_SOURCE[0]}")/../lib/trouble_words.h")

# trouble_in [FILE]: lines of a kernel's log that tell of trouble; fails if none.
trouble_in()
{
	grep -aF "$trouble_words" "$@"
}
