/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One VF as guest, VMM and operator reach it.  There are two of them: the
 * driver's sources on a simulated kernel (selftests/unit/sim), and a real one
 * (selftests/host/model_test.c).
 *
 * Functions that may fail return 0 (or a count) or -errno.
 */
#ifndef SELFTESTS_MODEL_VF_H
#define SELFTESTS_MODEL_VF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Memory that the device can write: a bit of a mask stands for a page. */
#define VF_PAGES	64
#define VF_PAGE_SIZE	4096ULL
#define VF_ALL_PAGES	(~0ULL)

struct vf_range {
	uint64_t iova;
	uint64_t length;
};

/* What is true of a back end. */
struct vf_traits {
	bool logs_dma;		/* the driver has a log */
	uint64_t container_pages;	/* what the container reports of */
	uint64_t late_ms;	/* how late a deadline may be noticed */
	uint64_t sleep_ms;	/* longest useful sleep */
	bool exact;		/* nothing happens unseen between two calls */
};

extern struct vf_traits vf_traits;

/* The VMM. */
int vf_open(void);
void vf_close(void);
/* Close, unbind, bind: another container, nothing is left of what was. */
int vf_rebind(void);
/* Leave nothing behind. */
void vf_end(void);
int vf_reset(void);
int vf_set_state(uint32_t state);
int vf_get_state(void);
int vf_data_size(uint64_t *size);
/* The data file that came with a state; -EBADF if there is none. */
ssize_t vf_file_read(void *buf, size_t len);
ssize_t vf_file_write(const void *buf, size_t len);
int vf_precopy_info(uint64_t *initial_bytes);
void vf_file_close(void);
int vf_log_start(const struct vf_range *ranges, unsigned int nr,
		 uint64_t page_size);
int vf_log_stop(void);
/* @pages: those that lie in the query and were reported, all of their bytes. */
int vf_log_report(const struct vf_range *query, uint64_t page_size,
		  uint64_t *pages);
int vf_container_track(bool on);
int vf_container_report(uint64_t *pages);
/* Low power and back, as a VMM may ask for it. */
int vf_low_power(void);
/* Of another device of this VMM: START is due, its answer is awaited; -ENODEV. */
int vf_other_device(bool due, bool awaited);

/* The guest: configuration space; the capability is at vf_capability(). */
int vf_cfg_read(unsigned int offset, void *buf, size_t len);
int vf_cfg_write(unsigned int offset, const void *buf, size_t len);
unsigned int vf_capability(void);
int vf_flr(void);
/* D3hot and back. */
int vf_power(bool on);

/* The operator: a file of migcap/. */
const char *vf_attr(const char *name);
int vf_attr_write(const char *name, const char *val);

/* The hardware's Bus Master Enable, and the time in milliseconds. */
bool vf_bus_master(void);
uint64_t vf_now(void);
void vf_sleep(uint64_t ms);

/* On whose behalf START stands: 0 nobody, 1 operator, 2 VMM, -1 unknown. */
int vf_asker(void);

#endif /* SELFTESTS_MODEL_VF_H */
