// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files that gnuplot reads.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "plot.h"

static void write_answers(FILE *out, const struct plot *plot, int row)
{
	double ms;
	size_t i;

	for (i = 0; i < plot->answers.count; i++) {
		ms = ns_to_ms(plot->answers.when[i] - plot->zero);
		fprintf(out, "%d\t%s\t%.4f\n", row, plot->name, ms / 1000);
	}
}

static void write_marks(FILE *out, const struct plot *plot, int row)
{
	double ms;
	int i;

	for (i = 0; i < plot->marks.count; i++) {
		ms = ns_to_ms(plot->marks.moments[i].when - plot->zero);
		fprintf(out, "%d\t%s\t%.4f\t%d\n", row,
			plot->marks.moments[i].what, ms / 1000, i);
	}
}

static int write_file(const char *dir, const char *name,
		      const struct plot *plots, int count,
		      void (*write)(FILE *out, const struct plot *plot, int row))
{
	char path[256];
	FILE *out;
	int i;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "we");
	if (!out)
		return failure(-errno, "%s: %s", path, strerror(errno));
	for (i = 0; i < count; i++)
		write(out, &plots[i], i);
	return fclose(out) ? failure(-EIO, "%s: cannot be written", path) : 0;
}

int plot_write(const char *dir, const struct plot *plots, int count)
{
	int err = write_file(dir, "answers.dat", plots, count, write_answers);

	return err ? err : write_file(dir, "marks.dat", plots, count,
				      write_marks);
}

void plot_free(struct plot *plot)
{
	times_free(&plot->answers);
	plot->name = NULL;
}
