/* SPDX-License-Identifier: GPL-2.0-only */
/* What guest/blast.c sends, and what a receiver needs to know of it. */
#ifndef MIGCAP_TEST_BLAST_H
#define MIGCAP_TEST_BLAST_H

#define BLAST_PORT	7782
#define BLAST_BYTES	1472		/* what fills an Ethernet frame */

#endif /* MIGCAP_TEST_BLAST_H */
