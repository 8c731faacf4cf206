// SPDX-License-Identifier: GPL-2.0-only
/*
 * migcap watch: what happens to VFs, a line each, as it happens.
 *
 * Owns what is shown and how.  What happens in a migration comes from the
 * driver's trace events, of which none is missed, however short a state was.
 * That a VF is bound, and that a VMM opens it, comes from sysfs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "observer.h"
#include "status.h"
#include "tool.h"
#include "trace_line.h"
#include "trace_log.h"

struct watch {
	struct trace_log log;
	struct observer observer;
	char **names;		/* VFs that are wanted; none: all */
	int count;
	bool as_json;
	bool all_events;
	double clock_offset;	/* from the trace's clock to the time of day */
};

/* What is known of a VF from look to look. */
struct watched {
	bool bound;
	bool open;
};

struct shown {
	double time;
	const char *vf;
	const char *event;
	const char *text;
};

static double read_clock(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* The driver's names of events, and ours. */
static const struct {
	const char *trace;
	const char *event;
	bool is_detail;
} events[] = {
	{ "arc", "state", false },
	{ "guest", "guest", false },
	{ "notify", "asked", false },
	{ "refuse", "refused", false },
	{ "gate", "gate", true },
	{ "mailbox", "mailbox", true },
};

static void print_text(const struct shown *shown)
{
	time_t seconds = shown->time;
	char clock[16];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("%s.%03d %s %-8s %s\n", clock,
	       (int)((shown->time - seconds) * 1000), shown->vf, shown->event,
	       shown->text);
}

/*
 * "error=0" as a number, "irq=on" as a string.  A name that means something else
 * here is left to the text.
 */
static void add_pair(json_t *object, char *word, char *equals)
{
	char *end;
	long number;

	*equals++ = 0;
	if (json_object_get(object, word))
		return;
	number = strtol(equals, &end, 0);
	json_object_set_new(object, word, *equals && !*end ?
			    json_integer(number) : json_string(equals));
}

/* Words "a -> b" and "name=value"; all of it is there as text, too. */
static void add_words(json_t *object, const char *text)
{
	char copy[TRACE_TEXT_SIZE], *word, *rest = copy, *last = NULL, *equals;
	bool is_next_to = false;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, " "))) {
		equals = strchr(word, '=');
		if (!strcmp(word, "->") && last) {
			json_object_set_new(object, "from", json_string(last));
			is_next_to = true;
		} else if (is_next_to) {
			json_object_set_new(object, "to", json_string(word));
			is_next_to = false;
		} else if (equals && equals != word) {
			add_pair(object, word, equals);
		}
		last = word;
	}
}

static void print_json(const struct shown *shown)
{
	json_t *object = json_object();
	char *end;
	long err;

	json_object_set_new(object, "time", json_real(shown->time));
	json_object_set_new(object, "vf", json_string(shown->vf));
	json_object_set_new(object, "event", json_string(shown->event));
	json_object_set_new(object, "text", json_string(shown->text));
	if (!strcmp(shown->event, "refused")) {
		err = strtol(shown->text, &end, 10);
		json_object_set_new(object, "error", json_integer(err));
		json_object_set_new(object, "text",
				    json_string(*end ? end + 1 : end));
	} else {
		add_words(object, shown->text);
	}
	json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(16));
	putchar('\n');
	json_decref(object);
}

static void show(const struct watch *watch, const struct shown *shown)
{
	if (watch->as_json)
		print_json(shown);
	else
		print_text(shown);
}

static bool is_wanted(const struct watch *watch, const char *bdf)
{
	int i;

	for (i = 0; i < watch->count; i++)
		if (!strcmp(watch->names[i], bdf))
			return true;
	return !watch->count;
}

static void take_line(void *context, const char *text)
{
	const struct watch *watch = context;
	struct trace_line line;
	struct shown shown;
	unsigned int i;

	if (strstr(text, "[LOST ")) {
		tool_say("events were lost, more came than could be read");
		return;
	}
	if (!trace_line_parse(&line, text) || !is_wanted(watch, line.vf))
		return;
	shown = (struct shown){
		.time = line.time + watch->clock_offset,
		.vf = line.vf,
		.event = line.event,
		.text = line.text,
	};
	for (i = 0; i < ARRAY_SIZE(events); i++) {
		if (strcmp(events[i].trace, line.event))
			continue;
		if (events[i].is_detail && !watch->all_events)
			return;
		shown.event = events[i].event;
	}
	show(watch, &shown);
}

static void read_log(struct observer *observer)
{
	struct watch *watch = observer->context;

	trace_log_read(&watch->log, take_line, watch);
}

static void say_change(struct watch *watch, const struct vf *vf, bool *known,
		       bool now, const char *event, const char *text)
{
	struct shown shown = {
		.time = read_clock(CLOCK_REALTIME),
		.vf = vf->bdf,
		.event = event,
		.text = text,
	};

	if (*known == now)
		return;
	*known = now;
	show(watch, &shown);
}

/* What the driver traced before comes first. */
static void look(struct observer *observer, struct observer_vf *observed)
{
	struct watch *watch = observer->context;
	struct watched *watched = observed->context;
	const struct vf *vf = &observed->vf;
	struct status status;
	bool bound, open;

	if (!is_wanted(watch, vf->bdf))
		return;
	if (!watched) {
		watched = calloc(1, sizeof(*watched));
		observed->context = watched;
		if (!watched)
			return;
	}
	bound = vf_is_bound(vf);
	open = bound && !status_read(vf, &status) && status_is_open(&status);
	if (bound && !watched->bound)
		trace_log_enable(&watch->log);
	read_log(observer);
	if (bound)
		say_change(watch, vf, &watched->bound, true, "bound", VF_DRIVER);
	say_change(watch, vf, &watched->open, open, open ? "opened" : "closed",
		   "by the VMM");
	say_change(watch, vf, &watched->bound, bound, "unbound", VF_DRIVER);
}

/* How it is in the beginning is no news. */
static void add_vf(struct watch *watch, const struct vf *vf)
{
	struct watched *watched = calloc(1, sizeof(*watched));
	struct status status;

	if (!watched || observer_add(&watch->observer, vf)) {
		free(watched);
		return;
	}
	watched->bound = vf_is_bound(vf);
	watched->open = watched->bound && !status_read(vf, &status) &&
			status_is_open(&status);
	watch->observer.vfs[watch->observer.count - 1]->context = watched;
}

static int add_vfs(struct watch *watch)
{
	struct vf *vfs;
	size_t count, i;
	int ret = vf_all(&vfs, &count);

	for (i = 0; i < count; i++)
		if (is_wanted(watch, vfs[i].bdf))
			add_vf(watch, &vfs[i]);
	free(vfs);
	return ret;
}

static int loop(struct watch *watch)
{
	int ret;

	do {
		ret = observer_wait(&watch->observer, -1);
		fflush(stdout);
	} while (ret >= 0 && !ferror(stdout));
	if (ret == -EINTR || ferror(stdout))
		return TOOL_OK;
	tool_say("cannot wait: %s", strerror(-ret));
	return TOOL_FAILED;
}

static int no_trace(int err)
{
	if (err == -ENOENT)
		tool_say("no tracefs, mount it at /sys/kernel/tracing");
	else
		tool_say("cannot trace: %s", strerror(-err));
	return err == -ENOENT ? TOOL_FAILED : tool_exit_of(err);
}

static int watch_vfs(struct watch *watch)
{
	size_t i;
	int ret;

	ret = trace_log_open(&watch->log);
	if (ret)
		return no_trace(ret);
	watch->observer = (struct observer){
		.extra = watch->log.pipe,
		.all = true,
		.changed = look,
		.readable = read_log,
		.context = watch,
	};
	watch->clock_offset = read_clock(CLOCK_REALTIME) -
			      read_clock(CLOCK_MONOTONIC);
	ret = observer_open(&watch->observer);
	if (!ret) {
		if (trace_log_enable(&watch->log))
			tool_say(VF_DRIVER " is not loaded yet, waiting for it");
		setvbuf(stdout, NULL, _IOLBF, 0);
		add_vfs(watch);
		ret = loop(watch);
		for (i = 0; i < watch->observer.count; i++)
			free(watch->observer.vfs[i]->context);
		observer_close(&watch->observer);
	} else {
		tool_say("cannot follow devices: %s", strerror(-ret));
		ret = tool_exit_of(ret);
	}
	trace_log_close(&watch->log);
	return ret;
}

/* Addresses as the driver spells them. */
static int take_names(struct watch *watch, char **names, int count)
{
	struct vf vf;
	int i, ret;

	for (i = 0; i < count; i++) {
		ret = vf_must_find(&vf, names[i]);
		if (ret)
			return ret;
		names[i] = strdup(vf.bdf);
		if (!names[i])
			return TOOL_FAILED;
	}
	watch->names = names;
	watch->count = count;
	return TOOL_OK;
}

static int run(int argc, char **argv)
{
	static const struct option names[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "all", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct watch watch = {};
	int c, ret;

	while ((c = getopt_long(argc, argv, "ajh", names, NULL)) != -1) {
		if (c == 'h')
			return tool_usage(&watch_command, NULL);
		if (c != 'j' && c != 'a')
			return tool_usage(&watch_command, "see above");
		watch.as_json |= c == 'j';
		watch.all_events |= c == 'a';
	}
	ret = take_names(&watch, argv + optind, argc - optind);
	return ret ? ret : watch_vfs(&watch);
}

const struct tool_command watch_command = {
	.name = "watch",
	.args = "[--json] [--all] [VF...]",
	.summary = "what happens to VFs, as it happens, until a signal",
	.run = run,
};
