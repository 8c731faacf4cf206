// SPDX-License-Identifier: GPL-2.0-only
/*
 * migcap list: the VFs of this host.
 *
 * Owns the columns: what a column shows, in the table and as JSON.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subject.h"
#include "tool.h"

#define CELL_SIZE	160

/*
 * Each show_ function fills in its cell, "" for what there is not, and returns the
 * same as JSON.
 */
__attribute__((format(printf, 2, 3)))
static json_t *text_cell(char *cell, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(cell, CELL_SIZE, fmt, args);
	va_end(args);
	return cell[0] ? json_string(cell) : json_null();
}

static json_t *number_cell(char *cell, long number)
{
	snprintf(cell, CELL_SIZE, "%ld", number);
	return json_integer(number);
}

static json_t *switch_cell(char *cell, int setting)
{
	bool known = setting != RULES_UNKNOWN;

	snprintf(cell, CELL_SIZE, "%s", known ? rules_switch(setting) : "");
	return known ? json_boolean(setting) : json_null();
}

static json_t *show_vf(const struct subject *s, char *cell)
{
	return text_cell(cell, "%s", s->vf.bdf);
}

static json_t *show_pf(const struct subject *s, char *cell)
{
	return text_cell(cell, "%s", s->vf.pf[0] ? s->vf.pf : s->vf.pf_bdf);
}

static json_t *show_index(const struct subject *s, char *cell)
{
	return number_cell(cell, s->vf.index);
}

static json_t *show_mac(const struct subject *s, char *cell)
{
	char mac[RULES_MAC_SIZE];

	if (s->rules_err)
		return text_cell(cell, "%s", "");
	return text_cell(cell, "%s", rules_mac(&s->rules, mac));
}

static json_t *show_vlan(const struct subject *s, char *cell)
{
	cell[0] = 0;
	if (s->rules_err)
		return json_null();
	return number_cell(cell, s->rules.vlan);
}

static json_t *show_trust(const struct subject *s, char *cell)
{
	return switch_cell(cell, s->rules.trust);
}

static json_t *show_spoofchk(const struct subject *s, char *cell)
{
	return switch_cell(cell, s->rules.spoofchk);
}

static json_t *show_driver(const struct subject *s, char *cell)
{
	return text_cell(cell, "%s", s->vf.driver);
}

static json_t *show_holder(const struct subject *s, char *cell)
{
	char text[HOLDER_TEXT_SIZE];

	if (!s->holder_err)
		return text_cell(cell, "%s", holder_text(&s->holder, text));
	return text_cell(cell, "%s", subject_is_held(s) ? "?" : "");
}

static json_t *show_state(const struct subject *s, char *cell)
{
	return text_cell(cell, "%s", s->status.state);
}

static json_t *show_guest(const struct subject *s, char *cell)
{
	return text_cell(cell, "%s", s->status.guest);
}

static json_t *show_tracked(const struct subject *s, char *cell)
{
	bool tracked = status_is_tracked(&s->status);

	cell[0] = 0;
	if (!subject_is_held(s))
		return json_null();
	snprintf(cell, CELL_SIZE, "%s", tracked ? "yes" : "no");
	return json_boolean(tracked);
}

/* The place that the last open chose. */
static json_t *show_capability(const struct subject *s, char *cell)
{
	if (!s->bound || !strcmp(s->status.source, "none"))
		return text_cell(cell, "%s", "");
	return text_cell(cell, "%#lx", s->status.offset);
}

static json_t *show_last_error(const struct subject *s, char *cell)
{
	if (!strcmp(s->status.last_error, "none"))
		return text_cell(cell, "%s", "");
	return text_cell(cell, "%s", s->status.last_error);
}

static const struct column {
	const char *title;
	const char *name;
	json_t *(*show)(const struct subject *s, char *cell);
} columns[] = {
	{ "VF", "vf", show_vf },
	{ "PF", "pf", show_pf },
	{ "IDX", "index", show_index },
	{ "MAC", "mac", show_mac },
	{ "VLAN", "vlan", show_vlan },
	{ "TRUST", "trust", show_trust },
	{ "SPOOFCHK", "spoofchk", show_spoofchk },
	{ "DRIVER", "driver", show_driver },
	{ "HOLDER", "holder", show_holder },
	{ "STATE", "state", show_state },
	{ "GUEST", "guest", show_guest },
	{ "TRACKED", "tracked", show_tracked },
	{ "CAP", "capability", show_capability },
	{ "LAST ERROR", "last_error", show_last_error },
};

#define COLUMNS	ARRAY_SIZE(columns)

struct row {
	char cells[COLUMNS][CELL_SIZE];
};

static json_t *fill_row(struct row *row, const struct vf *vf)
{
	json_t *object = json_object();
	struct subject subject;
	unsigned int i;

	subject_read(&subject, vf);
	for (i = 0; i < COLUMNS; i++)
		json_object_set_new(object, columns[i].name,
				    columns[i].show(&subject, row->cells[i]));
	subject_put(&subject);
	return object;
}

static void print_table(const struct row *rows, size_t count)
{
	size_t width[COLUMNS], len, r;
	unsigned int i;

	for (i = 0; i < COLUMNS; i++) {
		width[i] = strlen(columns[i].title);
		for (r = 0; r < count; r++) {
			len = strlen(rows[r].cells[i]);
			if (len > width[i])
				width[i] = len;
		}
		printf("%-*s%s", i + 1 < COLUMNS ? (int)width[i] : 0,
		       columns[i].title, i + 1 < COLUMNS ? "  " : "\n");
	}
	for (r = 0; r < count; r++)
		for (i = 0; i < COLUMNS; i++)
			printf("%-*s%s", i + 1 < COLUMNS ? (int)width[i] : 0,
			       rows[r].cells[i][0] ? rows[r].cells[i] : "-",
			       i + 1 < COLUMNS ? "  " : "\n");
}

static int list(const struct vf *vfs, size_t count, bool as_json)
{
	struct row *rows = calloc(count + 1, sizeof(*rows));
	json_t *array = json_array();
	size_t r;

	if (!rows || !array) {
		tool_say("no memory");
		return TOOL_FAILED;
	}
	for (r = 0; r < count; r++)
		json_array_append_new(array, fill_row(&rows[r], &vfs[r]));
	if (as_json) {
		json_dumpf(array, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		print_table(rows, count);
	}
	json_decref(array);
	free(rows);
	return TOOL_OK;
}

static int list_named(char **names, int count, bool as_json)
{
	struct vf *vfs = calloc(count, sizeof(*vfs));
	int ret = vfs ? TOOL_OK : TOOL_FAILED;
	int i;

	for (i = 0; i < count && !ret; i++)
		ret = vf_must_find(&vfs[i], names[i]);
	if (!ret)
		ret = list(vfs, count, as_json);
	free(vfs);
	return ret;
}

static int list_all(bool as_json)
{
	struct vf *vfs;
	size_t count;
	int ret = vf_all(&vfs, &count);

	if (ret) {
		tool_say("cannot look at PCI devices: %s", strerror(-ret));
		free(vfs);
		return tool_exit_of(ret);
	}
	ret = list(vfs, count, as_json);
	free(vfs);
	return ret;
}

static int run(int argc, char **argv)
{
	static const struct option names[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	bool as_json = false;
	int c;

	while ((c = getopt_long(argc, argv, "jh", names, NULL)) != -1) {
		if (c == 'h')
			return tool_usage(&list_command, NULL);
		if (c != 'j')
			return tool_usage(&list_command, "see above");
		as_json = true;
	}
	if (optind < argc)
		return list_named(argv + optind, argc - optind, as_json);
	return list_all(as_json);
}

const struct tool_command list_command = {
	.name = "list",
	.args = "[--json] [VF...]",
	.summary = "VFs of this host, their rules and what the driver says",
	.run = run,
};
