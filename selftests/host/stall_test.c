// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the operator served while the memory of a VMM does not come?
 *
 * A VMM may have for memory what some server of its own gives it, when that
 * pleases: the kernel waits wherever it touches such memory.  A process that is
 * the VMM gets stuck so in calls of all kinds.  Another one is the operator.
 *
 * Guarantees:
 *  - all files of migcap/ can be read, and those that can be, written, while the
 *    VMM is stuck;
 *  - the VMM's call ends when its memory comes;
 *  - afterwards a whole migration is possible.
 */
#include <kselftest_harness.h>

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../lib/failure.h"
#include "stall.h"
#include "trip.h"

#define SETUP_MS	20000
#define OPERATOR_MS	5000
#define PAGE		4096UL
#define LENGTH		128

enum {
	STOP = VFIO_DEVICE_STATE_STOP,
	RUNNING = VFIO_DEVICE_STATE_RUNNING,
	RESUMING = VFIO_DEVICE_STATE_RESUMING,
	PRE_COPY = VFIO_DEVICE_STATE_PRE_COPY,
};

/* What the processes have in common. */
struct scene {
	struct stall stall;
	atomic_int ready;	/* 1, or -errno: the VMM is about to call */
	atomic_bool go;
	atomic_bool done;	/* the call has ended */
	atomic_bool finish;
};

struct vmm {
	struct host_vf vf;
	int fd;			/* the data file, if there is one */
	uint8_t *memory;	/* whose second page does not come, nor all behind */
};

#define LATE(vmm)	((vmm)->memory + PAGE)

/* What the driver may pin is the VMM's RAM. */
static int ram_is_late(struct scene *scene, struct vmm *vmm)
{
	return stall_map(&scene->stall, vmm->vf.dev.ram, VFIO_DEV_RAM_SIZE) ==
	       MAP_FAILED ? -errno : 0;
}

static int guest_consents(struct vmm *vmm)
{
	return guest_write(&vmm->vf, MIGCAP_VF_STATUS, MIGCAP_VF_READY);
}

static int prepare_consent(struct scene *scene, struct vmm *vmm)
{
	return guest_consents(vmm) ?: ram_is_late(scene, vmm);
}

static int prepare_promise(struct scene *scene, struct vmm *vmm)
{
	return guest_write(&vmm->vf, MIGCAP_CTRL, MIGCAP_CTRL_DRIVER |
			   MIGCAP_CTRL_DMA_TRACKED) ?: ram_is_late(scene, vmm);
}

static int prepare_stopped(struct scene *scene, struct vmm *vmm)
{
	return prepare_consent(scene, vmm) ?:
	       vfio_mig_set(&vmm->vf.dev, STOP, NULL);
}

static int prepare_saving(struct scene *scene, struct vmm *vmm)
{
	return guest_consents(vmm) ?:
	       vfio_mig_set(&vmm->vf.dev, PRE_COPY, &vmm->fd);
}

static int prepare_resuming(struct scene *scene, struct vmm *vmm)
{
	return vfio_mig_set(&vmm->vf.dev, RESUMING, &vmm->fd);
}

static int prepare_log(struct scene *scene, struct vmm *vmm)
{
	static const struct vfio_device_feature_dma_logging_range range = {
		.length = VFIO_DEV_RAM_SIZE,
	};

	return vfio_log_start(&vmm->vf.dev, &range, 1, PAGE) ?:
	       guest_consents(vmm);
}

static int prepare_nothing(struct scene *scene, struct vmm *vmm)
{
	return 0;
}

static void call_stop(struct vmm *vmm)
{
	vfio_mig_set(&vmm->vf.dev, STOP, NULL);
}

static void call_precopy(struct vmm *vmm)
{
	vfio_mig_set(&vmm->vf.dev, PRE_COPY, NULL);
}

static void call_data_size(struct vmm *vmm)
{
	uint64_t size;

	vfio_mig_data_size(&vmm->vf.dev, &size);
}

static void call_read(struct vmm *vmm)
{
	if (read(vmm->fd, LATE(vmm), LENGTH) < 0)
		return;
}

static void call_write(struct vmm *vmm)
{
	if (write(vmm->fd, LATE(vmm), LENGTH) < 0)
		return;
}

static void call_report(struct vmm *vmm)
{
	vfio_log_report(&vmm->vf.dev, 0, VFIO_DEV_RAM_SIZE, PAGE,
			(uint64_t *)LATE(vmm));
}

static void call_config_read(struct vmm *vmm)
{
	vfio_dev_cfg_read(&vmm->vf.dev, vmm->vf.cap, LATE(vmm),
			  MIGCAP_LENGTH_VALUE);
}

static void call_config_write(struct vmm *vmm)
{
	vfio_dev_cfg_write(&vmm->vf.dev, vmm->vf.cap + MIGCAP_CTRL, LATE(vmm),
			   1);
}

/* Its header comes, the eventfds do not. */
static void call_set_irqs(struct vmm *vmm)
{
	const struct vfio_irq_set head = {
		.argsz = sizeof(head) + sizeof(int),
		.flags = VFIO_IRQ_SET_DATA_EVENTFD |
			 VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = VFIO_PCI_MSIX_IRQ_INDEX,
		.count = 1,
	};
	void *set = LATE(vmm) - sizeof(head);

	memcpy(set, &head, sizeof(head));
	if (ioctl(vmm->vf.dev.fd, VFIO_DEVICE_SET_IRQS, set))
		return;
}

enum when {
	ALWAYS,
	IF_LOGGING,		/* the kernel can log the device's DMA */
	IF_NOT_LOGGING,		/* the driver may pin, then; it need not */
};

FIXTURE(stall) {
	struct scene *scene;
};

FIXTURE_VARIANT(stall) {
	int (*prepare)(struct scene *scene, struct vmm *vmm);
	void (*call)(struct vmm *vmm);
	enum when when;
};

FIXTURE_VARIANT_ADD(stall, stop) {
	.prepare = prepare_consent,
	.call = call_stop,
	.when = IF_NOT_LOGGING,
};

FIXTURE_VARIANT_ADD(stall, precopy_quiesced) {
	.prepare = prepare_consent,
	.call = call_precopy,
	.when = IF_NOT_LOGGING,
};

FIXTURE_VARIANT_ADD(stall, precopy_tracking) {
	.prepare = prepare_promise,
	.call = call_precopy,
	.when = IF_NOT_LOGGING,
};

FIXTURE_VARIANT_ADD(stall, data_size_in_stop) {
	.prepare = prepare_stopped,
	.call = call_data_size,
	.when = IF_NOT_LOGGING,
};

FIXTURE_VARIANT_ADD(stall, log_report) {
	.prepare = prepare_log,
	.call = call_report,
	.when = IF_LOGGING,
};

FIXTURE_VARIANT_ADD(stall, read) {
	.prepare = prepare_saving,
	.call = call_read,
	.when = ALWAYS,
};

FIXTURE_VARIANT_ADD(stall, write) {
	.prepare = prepare_resuming,
	.call = call_write,
	.when = ALWAYS,
};

FIXTURE_VARIANT_ADD(stall, config_read) {
	.prepare = prepare_nothing,
	.call = call_config_read,
	.when = ALWAYS,
};

FIXTURE_VARIANT_ADD(stall, config_write) {
	.prepare = prepare_nothing,
	.call = call_config_write,
	.when = ALWAYS,
};

FIXTURE_VARIANT_ADD(stall, set_irqs) {
	.prepare = prepare_nothing,
	.call = call_set_irqs,
	.when = ALWAYS,
};

FIXTURE_SETUP(stall)
{
	struct host_vf vf;
	bool logs;
	int ret;

	self->scene = mmap(NULL, sizeof(*self->scene), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->scene);
	ASSERT_EQ(0, host_open(&vf, host_vf_name));
	logs = host_logs_dma(&vf);
	host_close(&vf);
	if (variant->when == IF_LOGGING && !logs)
		SKIP(return, "this kernel does not log DMA");
	if (variant->when == IF_NOT_LOGGING && logs)
		SKIP(return, "this kernel logs DMA, nothing is pinned");
	ret = stall_start(&self->scene->stall);
	if (ret == -EOPNOTSUPP)
		SKIP(return, "this kernel has no 9p over file descriptors");
	ASSERT_EQ(0, ret);
}

FIXTURE_TEARDOWN(stall)
{
	stall_stop(&self->scene->stall);
	munmap(self->scene, sizeof(*self->scene));
}

static int prepare_vmm(struct scene *scene, struct vmm *vmm,
		       int (*prepare)(struct scene *scene, struct vmm *vmm))
{
	int ret = host_open(&vmm->vf, host_vf_name);

	if (!ret)
		ret = guest_start(&vmm->vf, MIGCAP_CTRL_DRIVER);
	vmm->memory = mmap(NULL, PAGE + STALL_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (vmm->memory == MAP_FAILED ||
	    stall_map(&scene->stall, LATE(vmm), STALL_SIZE) == MAP_FAILED)
		return -errno;
	return ret ?: prepare(scene, vmm);
}

/* Killed with the test; what it waits for then ends with its server. */
static pid_t begin(void)
{
	pid_t pid = fork();

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static pid_t begin_vmm(struct scene *scene,
		       int (*prepare)(struct scene *scene, struct vmm *vmm),
		       void (*call)(struct vmm *vmm))
{
	struct vmm vmm = { .vf = HOST_VF_CLOSED, .fd = -1 };
	pid_t pid = begin();
	int ret;

	if (pid)
		return pid;
	ret = prepare_vmm(scene, &vmm, prepare);
	scene->ready = ret ?: 1;
	while (!ret && !scene->go)
		sleep_ms(1);
	if (!ret)
		call(&vmm);
	scene->done = true;
	while (!scene->finish)
		sleep_ms(1);
	host_close(&vmm.vf);
	_exit(!!ret);
}

/* What each answers is not asked here. */
static pid_t begin_operator(void)
{
	static const char * const names[] = {
		"state", "guest", "epoch", "capability", "quiesce",
		"ready_timeout_ms", "quiesced_limit_ms", "on_timeout",
		"cap_offset", "counters", "last_error",
	};
	struct host_vf vf = { .bdf = host_vf_name, .dev = VFIO_DEV_CLOSED };
	pid_t pid = begin();
	unsigned int i;

	if (pid)
		return pid;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		host_attr(&vf, names[i]);
	host_attr_write(&vf, "quiesce", "1");
	host_attr_write(&vf, "quiesce", "0");
	host_attr_write(&vf, "ready_timeout_ms", "10000");
	host_attr_write(&vf, "cap_offset", "auto");
	_exit(0);
}

static bool ends(pid_t pid, int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);

	while (waitpid(pid, NULL, WNOHANG) != pid) {
		if (!ms_until(deadline))
			return false;
		sleep_ms(5);
	}
	return true;
}

static bool comes(const atomic_bool *one, const atomic_bool *other)
{
	long long deadline = deadline_in(SETUP_MS);

	while (!*one && !*other) {
		if (!ms_until(deadline))
			return false;
		sleep_ms(5);
	}
	return true;
}

static int wait_ready(struct scene *scene)
{
	long long deadline = deadline_in(SETUP_MS);

	while (!scene->ready && ms_until(deadline))
		sleep_ms(5);
	return scene->ready ? scene->ready : -ETIMEDOUT;
}

TEST_F_TIMEOUT(stall, operator_is_served, 120 * clock_slowness())
{
	struct scene *scene = self->scene;
	struct host_vf vf;
	pid_t vmm, operator;
	bool served;

	vmm = begin_vmm(scene, variant->prepare, variant->call);
	ASSERT_LT(0, vmm);
	EXPECT_EQ(1, wait_ready(scene));
	scene->stall.held = true;
	scene->go = true;
	EXPECT_TRUE(comes(&scene->stall.caught, &scene->done));
	note("the VMM %s", scene->stall.caught ? "is stuck" : "was not stuck");
	if (variant->when != IF_NOT_LOGGING)
		EXPECT_TRUE(scene->stall.caught);

	operator = begin_operator();
	served = ends(operator, OPERATOR_MS);
	EXPECT_TRUE(served);
	scene->stall.held = false;
	if (!served)
		EXPECT_TRUE(ends(operator, SETUP_MS));
	EXPECT_TRUE(comes(&scene->done, &scene->done));
	scene->finish = true;
	ASSERT_TRUE(ends(vmm, SETUP_MS));

	ASSERT_EQ(0, host_open(&vf, host_vf_name));
	EXPECT_EQ(0, trip_round(&vf));
	host_close(&vf);
}

HOST_TEST_MAIN
