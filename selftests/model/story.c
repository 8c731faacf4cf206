// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last steps in plain words.
 *
 * Owns a ring of them, which are put into words only when they are needed.
 */
#include <stdio.h>

#include "model.h"
#include "vf.h"

#define LINES	64

struct story_line {
	const char *format;
	const char *word;
	long args[3];
	uint64_t step;
	uint64_t now;
	int indent;
	bool has_result;
	long result;
};

static struct story_line lines[LINES];
static unsigned long told;
static int indent;

struct story_line *story_tell(const char *format, const char *word, long a,
			      long b, long c)
{
	struct story_line *line = &lines[told++ % LINES];

	*line = (struct story_line){
		.format = format,
		.word = word,
		.args = { a, b, c },
		.step = model.steps,
		.now = vf_now(),
		.indent = indent,
	};
	return line;
}

/* What was done meanwhile may have pushed the line out of the ring. */
void story_result(struct story_line *line, long result)
{
	if (line->indent != indent)
		return;
	line->has_result = true;
	line->result = result;
}

void story_indent(int by)
{
	indent += by;
}

void story_print(void)
{
	unsigned long i = told > LINES ? told - LINES : 0;

	for (; i < told; i++) {
		const struct story_line *line = &lines[i % LINES];

		printf("# %10llu %10llu ms %*s", (unsigned long long)line->step,
		       (unsigned long long)line->now, 2 * line->indent, "");
		printf(line->format, line->word, line->args[0], line->args[1],
		       line->args[2]);
		if (line->has_result)
			printf(": %ld", line->result);
		printf("\n");
	}
	fflush(stdout);
}
