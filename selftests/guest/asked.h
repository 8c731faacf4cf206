/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program that works until a signal asks it for what it has found.
 */
#ifndef MIGCAP_GUEST_ASKED_H
#define MIGCAP_GUEST_ASKED_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static volatile sig_atomic_t asked;

static void on_signal(int signal)
{
	(void)signal;
	asked = 1;
}

static inline void asked_by(int signal)
{
	const struct sigaction action = { .sa_handler = on_signal };

	sigaction(signal, &action, NULL);
}

static inline void die(const char *what)
{
	perror(what);
	exit(1);
}

#endif /* MIGCAP_GUEST_ASKED_H */
