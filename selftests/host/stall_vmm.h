/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VMM that gets stuck in memory which does not come (stall.h): how it gets
 * ready for a call, and the call.
 */
#ifndef SELFTESTS_HOST_STALL_VMM_H
#define SELFTESTS_HOST_STALL_VMM_H

#include "host.h"
#include "stall.h"

#define STALL_PAGE	4096UL

/* What the processes have in common. */
struct scene {
	struct stall stall;
	atomic_int ready;	/* 1, or -errno: the VMM is about to call */
	atomic_bool go;
	atomic_bool done;	/* the call has ended */
	atomic_bool finish;
};

struct vmm {
	struct scene *scene;
	struct host_vf vf;
	int fd;			/* the data file, if there is one */
	uint8_t *late;		/* does not come; the page before it does */
};

/* 0 or -errno; the memory still comes. */
int prepare_consent(struct vmm *vmm);
int prepare_promise(struct vmm *vmm);
int prepare_stopped(struct vmm *vmm);
int prepare_saving(struct vmm *vmm);
int prepare_resuming(struct vmm *vmm);
int prepare_log(struct vmm *vmm);
int prepare_nothing(struct vmm *vmm);

/* What a call answers is not asked. */
void call_stop(struct vmm *vmm);
void call_precopy(struct vmm *vmm);
void call_data_size(struct vmm *vmm);
void call_read(struct vmm *vmm);
void call_write(struct vmm *vmm);
void call_report(struct vmm *vmm);
void call_config_read(struct vmm *vmm);
void call_config_write(struct vmm *vmm);
void call_set_irqs(struct vmm *vmm);
void call_map_and_close(struct vmm *vmm);
void call_data_size_and_close(struct vmm *vmm);

#endif /* SELFTESTS_HOST_STALL_VMM_H */
