/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every test of the host driver starts from: the VFs that it was given,
 * one of them opened as a VMM does, and the registers of the capability as a
 * guest writes them.
 *
 * The test is VMM, guest and operator at once; no VM runs.
 */
#ifndef SELFTESTS_HOST_HOST_H
#define SELFTESTS_HOST_HOST_H

#include <linux/migcap_regs.h>

#include "../lib/clock.h"
#include "../lib/migcap.h"
#include "../lib/pci.h"
#include "../lib/vfio.h"
#include "../lib/vfio_mig.h"

#define PLAIN_DRIVER	"vfio-pci"

struct host_vf {
	const char *bdf;
	struct vfio_dev dev;
	unsigned int cap;	/* offset of the capability, 0 if there is none */
};

#define HOST_VF_CLOSED	{ .dev = VFIO_DEV_CLOSED }

/* Addresses from the command line, else MIGCAP_VF and MIGCAP_VF2; or NULL. */
extern const char *host_vf_name;
extern const char *host_vf2_name;

/* Take them in; false if there is no VF to test, which has been reported. */
bool host_args(int argc, char **argv);

#define HOST_TEST_MAIN							\
	int main(int argc, char **argv)					\
	{								\
		if (!host_args(argc, argv))				\
			return KSFT_SKIP;				\
		return test_harness_run(argc, argv);			\
	}

/* Bind to the driver, open; nobody in the guest answers yet. */
int host_open(struct host_vf *vf, const char *bdf);
/* Open under whatever driver the device has. */
int host_open_bound(struct host_vf *vf, const char *bdf);
/* Close, and put the attributes back that a test may have changed. */
void host_close(struct host_vf *vf);

/*
 * migcap/<name> of the VF, in a buffer that some later call overwrites;
 * "-errno <n>" if it cannot be read.
 */
const char *host_attr(struct host_vf *vf, const char *name);
int host_attr_write(struct host_vf *vf, const char *name, const char *val);
bool host_attr_becomes(struct host_vf *vf, const char *name, const char *want,
		       int timeout_ms);
/* The number behind "name " or "name=" in a file of such lines. */
long host_number(struct host_vf *vf, const char *attr, const char *name);
long host_counter(struct host_vf *vf, const char *name);

/* Bind a function to a driver unless it has it. */
int host_bind(const char *bdf, const char *driver);
/* Close, bind to the driver anew, open: nothing is left of what was before. */
int host_reopen(struct host_vf *vf);
/*
 * Whether the host can reset a function.  If not, opening and closing it take
 * a hundred milliseconds less each.  host_close() puts it back.
 */
int host_set_reset(const char *bdf, bool can);
/* Read and write the hardware, past every driver's emulation. */
ssize_t host_phys_read(const char *bdf, unsigned int offset, void *buf,
		       size_t len);
int host_phys_write(const char *bdf, unsigned int offset, uint8_t value);
bool host_phys_bus_master(const char *bdf);

/* Whether the kernel lets the driver log the device's DMA. */
bool host_logs_dma(struct host_vf *vf);

/* Registers of the capability. */
uint8_t guest_read(struct host_vf *vf, unsigned int reg);
int guest_write(struct host_vf *vf, unsigned int reg, uint8_t val);

/* Bus Master Enable as the guest sees and sets it. */
bool guest_bus_master(struct host_vf *vf);
int guest_set_bus_master(struct host_vf *vf, bool on);
/* Function Level Reset as a guest starts it. */
int guest_flr(struct host_vf *vf);

/* A guest whose device works: Bus Master Enable set, CTRL as given. */
int guest_start(struct host_vf *vf, uint8_t ctrl);
/* The operator asks, the guest answers: START, READY. */
int host_quiesce(struct host_vf *vf);
/*
 * A VM that was stopped before the migration, as QEMU does it: the VMM asks for the
 * size before it sends memory.
 */
int host_stop_copy(struct host_vf *vf, int *fd);
/* The VMM asks again and again, with no RAM to be sent in between: START. */
int host_ask(struct host_vf *vf);

#endif /* SELFTESTS_HOST_HOST_H */
