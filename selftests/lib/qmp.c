// SPDX-License-Identifier: GPL-2.0-only
/*
 * QMP: one JSON object a line each way.  Lines are collected in a buffer that
 * grows never; an answer longer than that is an error.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"
#include "clock.h"
#include "failure.h"
#include "qmp.h"

#define BUFFER_SIZE		(256 * 1024)
#define COMMAND_TIMEOUT_MS	30000

/* What QEMU stamped on an event, on our clock. */
static long long event_time(const struct qmp *qmp, json_t *event)
{
	json_t *stamp = json_object_get(event, "timestamp");
	json_t *seconds = json_object_get(stamp, "seconds");
	json_t *micros = json_object_get(stamp, "microseconds");
	long long offset = now_ns() - clock_read(CLOCK_REALTIME) + qmp->offset;

	return json_integer_value(seconds) * NSEC_PER_SEC +
	       json_integer_value(micros) * NSEC_PER_USEC + offset;
}

static void keep_event(struct qmp *qmp, json_t *message, const char *name)
{
	struct qmp_event *event = calloc(1, sizeof(*event));

	if (!event)
		return;
	snprintf(event->name, sizeof(event->name), "%s", name);
	event->arrived = now_ns();
	event->sent = event_time(qmp, message);
	event->data = json_incref(json_object_get(message, "data"));
	*qmp->last = event;
	qmp->last = &event->next;
}

/* Read what there is; -EPIPE when QEMU has closed the connection. */
static int fill_buffer(struct qmp *qmp, long long deadline)
{
	struct pollfd pfd = { .fd = qmp->fd, .events = POLLIN };
	ssize_t len;

	if (poll(&pfd, 1, ms_until(deadline)) < 1)
		return -ETIMEDOUT;
	if (qmp->used == BUFFER_SIZE)
		return -EMSGSIZE;
	len = read(qmp->fd, qmp->buffer + qmp->used, BUFFER_SIZE - qmp->used);
	if (len <= 0)
		return -EPIPE;
	qmp->used += len;
	return 0;
}

/* The next message of any kind, to be dropped by the caller. */
static int next_message(struct qmp *qmp, long long deadline, json_t **message)
{
	char *end;
	int err;

	while (!(end = memchr(qmp->buffer, '\n', qmp->used))) {
		err = fill_buffer(qmp, deadline);
		if (err)
			return err;
	}
	*message = json_loadb(qmp->buffer, end - qmp->buffer, 0, NULL);
	qmp->used -= end + 1 - qmp->buffer;
	memmove(qmp->buffer, end + 1, qmp->used);
	return *message ? 0 : -EPROTO;
}

/* The next message that is no event; with @event, return after an event too. */
static int receive(struct qmp *qmp, long long deadline, bool event,
		   json_t **message)
{
	const char *name;
	int err;

	for (;;) {
		err = next_message(qmp, deadline, message);
		if (err)
			return err;
		name = json_string_value(json_object_get(*message, "event"));
		if (!name)
			return 0;
		keep_event(qmp, *message, name);
		json_decref(*message);
		*message = NULL;
		if (event)
			return 0;
	}
}

static int send_all(int fd, const char *text, size_t len)
{
	ssize_t sent;

	for (; len; text += sent, len -= sent) {
		sent = send(fd, text, len, MSG_NOSIGNAL);
		if (sent < 0)
			return -EPIPE;
	}
	return 0;
}

static int send_command(struct qmp *qmp, const char *name, json_t *arguments,
			long id)
{
	json_t *command = json_object();
	char *text;
	int err;

	json_object_set_new(command, "execute", json_string(name));
	json_object_set_new(command, "id", json_integer(id));
	if (arguments)
		json_object_set_new(command, "arguments", arguments);
	text = json_dumps(command, JSON_COMPACT);
	json_decref(command);
	if (!text)
		return -ENOMEM;
	err = send_all(qmp->fd, text, strlen(text));
	free(text);
	return err;
}

/* Answers to commands that timed out earlier carry another id: passed over. */
static int receive_answer(struct qmp *qmp, long id, json_t **message)
{
	long long deadline = deadline_in(COMMAND_TIMEOUT_MS);
	json_t *answered;
	int err;

	for (;;) {
		err = receive(qmp, deadline, false, message);
		if (err)
			return err;
		answered = json_object_get(*message, "id");
		if (json_integer_value(answered) == id)
			return 0;
		json_decref(*message);
	}
}

int qmp_command(struct qmp *qmp, const char *name, json_t *arguments,
		json_t **answer)
{
	json_t *message, *error;
	long id = ++qmp->next_id;
	int err;

	err = send_command(qmp, name, arguments, id);
	if (!err)
		err = receive_answer(qmp, id, &message);
	if (err)
		return failure(err, "%s: no answer to %s: %s", qmp->who, name,
			       strerror(-err));
	error = json_object_get(message, "error");
	if (error)
		err = failure(-EIO, "%s: %s: %s", qmp->who, name,
			      json_string_value(json_object_get(error, "desc")));
	else if (answer)
		*answer = json_incref(json_object_get(message, "return"));
	json_decref(message);
	return err;
}

static bool event_matches(const struct qmp_event *event, const char *name,
			  const char *key, const char *value, long long since)
{
	const char *found;

	if (event->sent < since || strcmp(event->name, name))
		return false;
	if (!key)
		return true;
	found = json_string_value(json_object_get(event->data, key));
	return found && !strcmp(found, value);
}

const struct qmp_event *qmp_wait(struct qmp *qmp, const char *name,
				 const char *key, const char *value,
				 long long since, int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	struct qmp_event *event;
	json_t *stray;

	for (;;) {
		for (event = qmp->events; event; event = event->next)
			if (event_matches(event, name, key, value, since))
				return event;
		if (receive(qmp, deadline, true, &stray))
			return NULL;
		json_decref(stray);
	}
}

int qmp_connect(struct qmp *qmp, const char *where, const char *who,
		int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	json_t *greeting;
	int err = 0;

	memset(qmp, 0, sizeof(*qmp));
	qmp->who = who;
	qmp->last = &qmp->events;
	qmp->buffer = malloc(BUFFER_SIZE);
	qmp->fd = channel_connect(where, deadline);
	if (!qmp->buffer)
		err = -ENOMEM;
	else if (qmp->fd < 0)
		err = qmp->fd;
	else
		err = receive(qmp, deadline, false, &greeting);
	if (!err) {
		json_decref(greeting);
		err = qmp_command(qmp, "qmp_capabilities", NULL, NULL);
	}
	if (err) {
		qmp_close(qmp);
		return failure(err, "%s: QEMU's control socket: %s", who,
			       strerror(-err));
	}
	return 0;
}

bool qmp_is_closed(const struct qmp *qmp)
{
	struct pollfd pfd = { .fd = qmp->fd };

	return poll(&pfd, 1, 0) == 1 && pfd.revents & POLLHUP;
}

void qmp_close(struct qmp *qmp)
{
	struct qmp_event *event, *next;

	for (event = qmp->events; event; event = next) {
		next = event->next;
		json_decref(event->data);
		free(event);
	}
	if (qmp->buffer && qmp->fd >= 0)
		close(qmp->fd);
	free(qmp->buffer);
	memset(qmp, 0, sizeof(*qmp));
	qmp->fd = -1;
}
