// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inside the guest: keeps writing to a disk and reading from it, and knows what
 * has to be there.  Either through a file, past the page cache, or through memory
 * that it has the kernel swap out.  On SIGTERM it looks at all of it and says what it
 * found; "longest" is how long a step had to wait for the disk.
 *
 *	rounds 1234 wrong 0 failed 0 longest 250
 *
 * usage: store file PATH PAGES
 *	  store memory PAGES
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "asked.h"
#include "../lib/clock.h"
#include "../lib/pattern.h"
#include "../lib/random.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif
#define PAGE		4096
#define RUN_MAX		16
#define ROUNDS_A_SYNC	16
#define REST_MS		2

struct store {
	int file;			/* -1: none, memory */
	unsigned char *memory;
	size_t pages;
	unsigned int *versions;		/* what each page was written last as */
	struct random random;
	unsigned long long rounds, wrong, failed;
	long long longest_ns;
};

static unsigned char buffer[RUN_MAX * PAGE] __attribute__((aligned(PAGE)));

static unsigned long long position(const struct store *store, size_t page)
{
	return (unsigned long long)store->versions[page] << 32 | page * PAGE;
}

static void fill(struct store *store, size_t first, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		store->versions[first + i]++;
		pattern_fill(buffer + i * PAGE, PAGE,
			     position(store, first + i));
	}
}

static void put(struct store *store, size_t first, size_t count)
{
	size_t len = count * PAGE;
	unsigned char *at = store->memory + first * PAGE;

	fill(store, first, count);
	if (store->file < 0) {
		memcpy(at, buffer, len);
		store->failed += !!madvise(at, len, MADV_PAGEOUT);
		return;
	}
	if (pwrite(store->file, buffer, len, first * PAGE) != (ssize_t)len)
		store->failed++;
	if (store->rounds % ROUNDS_A_SYNC == 0 && fsync(store->file))
		store->failed++;
}

static const unsigned char *get(struct store *store, size_t first, size_t count)
{
	size_t len = count * PAGE;

	if (store->file < 0)
		return store->memory + first * PAGE;
	if (pread(store->file, buffer, len, first * PAGE) == (ssize_t)len)
		return buffer;
	store->failed++;
	return NULL;
}

static void check(struct store *store, size_t first, size_t count)
{
	const unsigned char *data = get(store, first, count);
	size_t i;

	for (i = 0; data && i < count; i++)
		store->wrong += !pattern_check(data + i * PAGE, PAGE,
					       position(store, first + i));
}

static void timed(struct store *store,
		  void (*step)(struct store *store, size_t first, size_t count),
		  size_t first, size_t count)
{
	long long begin = now_ns(), took;

	step(store, first, count);
	took = now_ns() - begin;
	if (took > store->longest_ns)
		store->longest_ns = took;
}

static void everywhere(struct store *store,
		       void (*step)(struct store *store, size_t first,
				    size_t count))
{
	size_t first, left;

	for (first = 0; first < store->pages; first += RUN_MAX) {
		left = store->pages - first;
		timed(store, step, first, left < RUN_MAX ? left : RUN_MAX);
	}
}

static void somewhere(struct store *store,
		      void (*step)(struct store *store, size_t first,
				   size_t count))
{
	size_t count = 1 + random_below(&store->random, RUN_MAX);
	size_t first = random_below(&store->random, store->pages - count + 1);

	timed(store, step, first, count);
}

static void open_file(struct store *store, const char *path)
{
	store->file = open(path, O_RDWR | O_CREAT | O_DIRECT, 0600);
	if (store->file < 0)
		die(path);
}

static void open_memory(struct store *store)
{
	store->file = -1;
	store->memory = mmap(NULL, store->pages * PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (store->memory == MAP_FAILED)
		die("memory");
}

static bool parse(struct store *store, int argc, char **argv)
{
	if (argc < 3)
		return false;
	store->pages = atoi(argv[argc - 1]);
	if (store->pages < RUN_MAX)
		return false;
	if (argc == 4 && !strcmp(argv[1], "file"))
		open_file(store, argv[2]);
	else if (argc == 3 && !strcmp(argv[1], "memory"))
		open_memory(store);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	struct store store = {};

	if (!parse(&store, argc, argv)) {
		fprintf(stderr, "usage: store file PATH PAGES | memory PAGES\n");
		return 2;
	}
	store.versions = calloc(store.pages, sizeof(*store.versions));
	if (!store.versions)
		die("memory");
	store.random = random_from(store.pages);
	asked_by(SIGTERM);
	everywhere(&store, put);
	while (!asked) {
		store.rounds++;
		somewhere(&store, put);
		somewhere(&store, check);
		usleep(REST_MS * 1000);
	}
	everywhere(&store, check);
	printf("rounds %llu wrong %llu failed %llu longest %lld\n", store.rounds,
	       store.wrong, store.failed, store.longest_ns / NSEC_PER_MSEC);
	return store.wrong || store.failed || !store.rounds;
}
