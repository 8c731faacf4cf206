// SPDX-License-Identifier: GPL-2.0-only
/*
 * The picture, as an SVG file written by hand: it is dots, lines and text.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "plot.h"

#define WIDTH		1000
#define LEFT		130		/* for names */
#define TOP		30
#define ROW		60
#define BEFORE_MS	500
#define AFTER_MS	1000		/* the last row's last mark */

static const char style[] =
	"<style>\n"
	".grid{stroke:#ddd}\n"
	".tick{font-size:10px;text-anchor:middle}\n"
	".dots{stroke:#268;stroke-width:1}\n"
	".mark{stroke:#c33}\n"
	".name{font-size:9px;fill:#c33}\n"
	"</style>\n";

static const char title[] =
	"answered probes, seconds since the migration was asked for";

static double last_ms(const struct plot *plots, int count)
{
	double last = 0, ms;
	int i, n;

	for (i = 0; i < count; i++) {
		n = plots[i].answers.count;
		if (!n)
			continue;
		ms = ns_to_ms(plots[i].answers.when[n - 1] - plots[i].zero);
		last = ms > last ? ms : last;
	}
	return last > AFTER_MS ? last : AFTER_MS;
}

static double x_of(double ms, double last)
{
	return LEFT + (ms + BEFORE_MS) * (WIDTH - LEFT - 20) /
	       (last + BEFORE_MS);
}

static void draw_axis(FILE *out, double last, int bottom)
{
	double step = last > 5000 ? 1000 : last > 2000 ? 500 : 100, ms;

	for (ms = 0; ms <= last; ms += step)
		fprintf(out, "<line x1='%.1f' y1='%d' x2='%.1f' y2='%d' class='grid'/>\n"
			"<text x='%.1f' y='%d' class='tick'>%.1f s</text>\n",
			x_of(ms, last), TOP, x_of(ms, last), bottom,
			x_of(ms, last), bottom + 14, ms / 1000);
}

static void draw_answers(FILE *out, const struct plot *plot, double last, int y)
{
	double ms;
	size_t i;

	fprintf(out, "<path class='dots' d='");
	for (i = 0; i < plot->answers.count; i++) {
		ms = ns_to_ms(plot->answers.when[i] - plot->zero);
		if (ms >= -BEFORE_MS)
			fprintf(out, "M%.1f %dv14", x_of(ms, last), y + 30);
	}
	fprintf(out, "'/>\n");
}

/* Marks come in order; text of neighbours is put on lines of its own. */
static void draw_marks(FILE *out, const struct plot *plot, double last, int y)
{
	double x;
	int i;

	for (i = 0; i < plot->marks.count; i++) {
		x = x_of(ns_to_ms(plot->marks.moments[i].when - plot->zero),
			 last);
		fprintf(out, "<line x1='%.1f' y1='%d' x2='%.1f' y2='%d' class='mark'/>\n"
			"<text x='%.1f' y='%d' class='name'>%s</text>\n",
			x, y + 6, x, y + 46, x + 2, y + 8 + 9 * (i % 3),
			plot->marks.moments[i].what);
	}
}

int plot_write(const char *path, const struct plot *plots, int count)
{
	int i, bottom = TOP + count * ROW;
	double last = last_ms(plots, count);
	FILE *out = fopen(path, "we");

	if (!out)
		return failure(-errno, "%s: %s", path, strerror(errno));
	fprintf(out, "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif' font-size='12'>\n"
		"%s<rect width='100%%' height='100%%' fill='#fff'/>\n"
		"<text x='%d' y='18'>%s</text>\n",
		WIDTH, bottom + 24, style, LEFT, title);
	draw_axis(out, last, bottom);
	for (i = 0; i < count; i++) {
		fprintf(out, "<text x='8' y='%d'>%s</text>\n",
			TOP + i * ROW + 42, plots[i].name);
		draw_answers(out, &plots[i], last, TOP + i * ROW);
		draw_marks(out, &plots[i], last, TOP + i * ROW);
	}
	fprintf(out, "</svg>\n");
	return fclose(out) ? failure(-EIO, "%s: cannot be written", path) : 0;
}

void plot_free(struct plot *plot)
{
	times_free(&plot->answers);
	plot->name = NULL;
}
