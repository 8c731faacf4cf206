/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kernels say when they are in trouble: the one list, also for the scripts,
 * which read the strings out of this file (trouble_in() in lab/trouble.sh).
 */
#ifndef MIGCAP_TEST_TROUBLE_WORDS_H
#define MIGCAP_TEST_TROUBLE_WORDS_H

#define TROUBLE_WORDS				\
	"Kernel panic",				\
	"BUG: ",				\
	"kernel BUG at",			\
	"Oops",					\
	"WARNING: ",				\
	"general protection",			\
	"soft lockup",				\
	"INFO: ",				\
	"blocked for more than",		\
	"possible circular locking",		\
	"possible recursive locking",		\
	"suspicious RCU",			\
	"refcount_t: ",				\
	"list_add corruption",			\
	"list_del corruption",			\
	"KASAN: ",				\
	"UBSAN: ",				\
	"ODEBUG: ",				\
	"new suspected memory leaks",		\
	"workqueue: work func migcap",		\
	"Unable to mount root"

#endif /* MIGCAP_TEST_TROUBLE_WORDS_H */
