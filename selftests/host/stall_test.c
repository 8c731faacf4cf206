// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is everybody else served while the memory of a VMM does not come?
 *
 * A VMM may have for memory what some server of its own gives it, when that
 * pleases: the kernel waits wherever it touches such memory.  A process that is
 * the VMM gets stuck so in calls of all kinds.  Another one is the operator, a
 * third one the VMM of another VF.
 *
 * Guarantees:
 *  - all files of migcap/ can be read, and those that can be, written, while the
 *    VMM is stuck;
 *  - another VF can be opened and closed;
 *  - the VMM's call ends when its memory comes;
 *  - afterwards a whole migration is possible.
 */
#include <kselftest_harness.h>

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../lib/failure.h"
#include "stall_vmm.h"
#include "trip.h"

#define SETUP_MS	20000
#define OTHERS_MS	5000

enum when {
	ALWAYS,
	IF_LOGGING,		/* the kernel can log the device's DMA */
	IF_NOT_LOGGING,		/* the driver may pin, then; it need not */
};

FIXTURE(stall) {
	struct scene *scene;
};

FIXTURE_VARIANT(stall) {
	int (*prepare)(struct vmm *vmm);
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

FIXTURE_VARIANT_ADD(stall, close_while_mapping) {
	.prepare = prepare_nothing,
	.call = call_map_and_close,
	.when = ALWAYS,
};

FIXTURE_VARIANT_ADD(stall, close_while_pinning) {
	.prepare = prepare_stopped,
	.call = call_data_size_and_close,
	.when = IF_NOT_LOGGING,
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

static int prepare_vmm(struct vmm *vmm, int (*prepare)(struct vmm *vmm))
{
	int ret = host_open(&vmm->vf, host_vf_name);
	uint8_t *memory;

	if (!ret)
		ret = guest_start(&vmm->vf, MIGCAP_CTRL_DRIVER);
	memory = mmap(NULL, STALL_PAGE + STALL_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return -errno;
	vmm->late = memory + STALL_PAGE;
	if (stall_map(&vmm->scene->stall, vmm->late, STALL_SIZE) == MAP_FAILED)
		return -errno;
	return ret ?: prepare(vmm);
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
		       int (*prepare)(struct vmm *vmm),
		       void (*call)(struct vmm *vmm))
{
	struct vmm vmm = { .scene = scene, .vf = HOST_VF_CLOSED, .fd = -1 };
	pid_t pid = begin();
	int ret;

	if (pid)
		return pid;
	ret = prepare_vmm(&vmm, prepare);
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

static pid_t begin_neighbour(void)
{
	struct host_vf vf;
	pid_t pid = begin();
	int ret;

	if (pid)
		return pid;
	ret = host_open(&vf, host_vf2_name);
	if (!ret)
		host_close(&vf);
	_exit(!!ret);
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

TEST_F_TIMEOUT(stall, others_are_served, 120 * clock_slowness())
{
	struct scene *scene = self->scene;
	pid_t vmm, operator, neighbour = 0;
	struct host_vf vf;

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
	if (ends(operator, OTHERS_MS))
		operator = 0;
	if (host_vf2_name)
		neighbour = begin_neighbour();
	if (neighbour && ends(neighbour, OTHERS_MS))
		neighbour = 0;
	EXPECT_EQ(0, operator);
	EXPECT_EQ(0, neighbour);

	scene->stall.held = false;
	EXPECT_TRUE(!operator || ends(operator, SETUP_MS));
	EXPECT_TRUE(!neighbour || ends(neighbour, SETUP_MS));
	EXPECT_TRUE(comes(&scene->done, &scene->done));
	scene->finish = true;
	ASSERT_TRUE(ends(vmm, SETUP_MS));

	ASSERT_EQ(0, host_open(&vf, host_vf_name));
	EXPECT_EQ(0, trip_round(&vf));
	host_close(&vf);
}

HOST_TEST_MAIN
