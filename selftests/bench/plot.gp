# SPDX-License-Identifier: GPL-2.0-only
#
# Draws bench.svg of answers.dat and marks.dat in the current directory: a row for
# each peer, a dash for each answered probe, and what happened when.

set datafile separator "\t"
set terminal svg size 1000,700 font "sans,12" background "#ffffff"
set output "bench.svg"

set title "answered probes, one run of each peer"
set xlabel "seconds since the migration was asked for"
set xrange [-0.5:*]
set grid xtics
set ytics nomirror
unset key

stats "answers.dat" using 1 nooutput
set yrange [STATS_max + 0.7:-0.7]

# Marks that are close to each other have their names below each other.
height(row, i) = row - 0.52 + 0.12 * i

plot "answers.dat" using 3:1:ytic(2) with points pt "|" lc "#226688", \
	"marks.dat" using 3:($1 - 0.58):(0):(0.8) with vectors nohead lc "#cc3333", \
	"marks.dat" using 3:(height($1, $4)):2 with labels left offset 0.3,0 \
		font ",8" tc "#cc3333"
