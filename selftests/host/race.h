/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One device and all that VMM, guest and operator can do with it, at random:
 * members of a crowd (crowd.h) whose argument is a struct race.
 *
 * What a call answers is not judged.
 */
#ifndef SELFTESTS_HOST_RACE_H
#define SELFTESTS_HOST_RACE_H

#include "host.h"

/* Descriptors that threads share have fixed numbers, which nothing else gets. */
#define RACE_DATA_FD	500
#define RACE_DEVICE_FD	501

struct race {
	struct host_vf vf;
	struct vfio_dev shared;		/* the same device, by RACE_DEVICE_FD */
	int vectors[2];			/* eventfds */
	void *memory;			/* see race_garbage.c */
	unsigned int stuck;		/* states that outlived a reset */
};

/* Nothing that matters is at that number from now on. */
void race_park(int number);

/* What makes sense by itself. */
int vmm_sets_states(void *arg, unsigned int *seed);
int vmm_reads(void *arg, unsigned int *seed);
int vmm_writes(void *arg, unsigned int *seed);
int vmm_asks(void *arg, unsigned int *seed);
int vmm_sets_irqs(void *arg, unsigned int *seed);
int vmm_logs(void *arg, unsigned int *seed);
int vmm_resets(void *arg, unsigned int *seed);
int guest_writes(void *arg, unsigned int *seed);
int guest_reads(void *arg, unsigned int *seed);
int guest_resets(void *arg, unsigned int *seed);
int operator_acts(void *arg, unsigned int *seed);
int vmm_begins_and_gives_up(void *arg, unsigned int *seed);
int vmm_comes_and_goes(void *arg, unsigned int *seed);
int vmm_lives(void *arg, unsigned int *seed);
int operator_rebinds(void *arg, unsigned int *seed);
int operator_resets(void *arg, unsigned int *seed);

/* What makes none; race_garbage_memory() first, which is 0 or -errno. */
int race_garbage_memory(struct race *race);
int garbage_features(void *arg, unsigned int *seed);
int garbage_irqs(void *arg, unsigned int *seed);
int garbage_cap_info(void *arg, unsigned int *seed);
int garbage_config(void *arg, unsigned int *seed);
int garbage_data_file(void *arg, unsigned int *seed);
int garbage_regions(void *arg, unsigned int *seed);
int garbage_mappings(void *arg, unsigned int *seed);
int garbage_logs(void *arg, unsigned int *seed);
int garbage_power(void *arg, unsigned int *seed);
int garbage_ioctls(void *arg, unsigned int *seed);

#endif /* SELFTESTS_HOST_RACE_H */
