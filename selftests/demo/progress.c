// SPDX-License-Identifier: GPL-2.0-only
/*
 * One step at a time.  A thread prints the dots; the lock keeps them inside
 * their step's line.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "../lib/clock.h"
#include "progress.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;	/* busy, stdout */
static bool busy;
static long long began;

static void *print_dots(void *unused)
{
	for (;;) {
		sleep_ms(1000);
		pthread_mutex_lock(&lock);
		if (busy) {
			putchar('.');
			fflush(stdout);
		}
		pthread_mutex_unlock(&lock);
	}
	return unused;
}

static void start_dots(void)
{
	static pthread_t thread;

	if (began)
		return;
	began = now_ns();
	if (!pthread_create(&thread, NULL, print_dots, NULL))
		pthread_detach(thread);
}

static void end_locked(const char *how)
{
	if (busy)
		printf(" %s\n", how);
	busy = false;
	fflush(stdout);
}

void progress_step(const char *fmt, ...)
{
	va_list args;

	start_dots();
	pthread_mutex_lock(&lock);
	end_locked("ok");
	printf("[%5.1f s] ", ns_to_ms(now_ns() - began) / 1000);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf(" ");
	fflush(stdout);
	busy = true;
	pthread_mutex_unlock(&lock);
}

void progress_end(int err)
{
	pthread_mutex_lock(&lock);
	end_locked(err ? "failed" : "ok");
	pthread_mutex_unlock(&lock);
}

void progress_detail(const char *fmt, ...)
{
	va_list args;

	pthread_mutex_lock(&lock);
	end_locked("ok");
	printf("          ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	pthread_mutex_unlock(&lock);
}
