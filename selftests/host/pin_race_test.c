// SPDX-License-Identifier: GPL-2.0-only
/*
 * Can a VMM that unmaps memory just then do harm to the host?
 *
 * On kernels that cannot log DMA the driver pins a page of the VMM's for a moment,
 * when the first migration begins after the device was opened.  type1 has it
 * that a driver gives a page back when the VMM unmaps it, and that no device
 * comes or goes meanwhile.  One thread makes the driver pin, others take away
 * what it pins.
 *
 * Guarantees:
 *  - nothing hangs: all threads come to an end;
 *  - afterwards a whole migration is possible;
 *  - the kernel has nothing to complain of, which who runs this looks at;
 *  - a stop of the device pins nothing.
 */
#include <kselftest_harness.h>

#include <sys/ioctl.h>
#include <sys/mman.h>

#include "../lib/hostile.h"
#include "crowd.h"
#include "trip.h"

#define TIME_MS		2500
#define MEMORY_SIZE	(2UL << 20)
#define PAUSE_US	300
#define TRIES		20
#define SPIN		20000

FIXTURE(pin_race) {
	struct host_vf vf;	/* its container and group; the device is closed */
	uint8_t ctrl;
	void *memory;
};

#define RACE	FIXTURE_DATA(pin_race)

FIXTURE_VARIANT(pin_race) {
	uint8_t ctrl;
	bool stays;
};

FIXTURE_VARIANT_ADD(pin_race, quiesced_one_cpu) {
	.ctrl = MIGCAP_CTRL_DRIVER,
	.stays = true,
};

FIXTURE_VARIANT_ADD(pin_race, quiesced) {
	.ctrl = MIGCAP_CTRL_DRIVER,
};

FIXTURE_VARIANT_ADD(pin_race, tracking_one_cpu) {
	.ctrl = MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_DMA_TRACKED,
	.stays = true,
};

FIXTURE_VARIANT_ADD(pin_race, tracking) {
	.ctrl = MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_DMA_TRACKED,
};

FIXTURE_SETUP(pin_race)
{
	self->ctrl = variant->ctrl;
	self->vf = (struct host_vf)HOST_VF_CLOSED;
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	if (host_logs_dma(&self->vf))
		SKIP(return, "this kernel logs DMA, nothing is pinned");
	self->memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT_NE(MAP_FAILED, self->memory);
	ASSERT_EQ(0, vfio_dev_unmap(&self->vf.dev, 0, VFIO_DEV_RAM_SIZE));
	vfio_dev_close_fd(&self->vf.dev);
	ASSERT_EQ(0, host_set_reset(host_vf_name, false));
}

FIXTURE_TEARDOWN(pin_race)
{
	host_close(&self->vf);
}

/* A guest that does not track has given a standing consent. */
static int guest_lets_migrate(struct host_vf *vf, uint8_t ctrl)
{
	int ret = guest_start(vf, ctrl);

	if (ret || ctrl & MIGCAP_CTRL_DMA_TRACKED)
		return ret;
	return guest_write(vf, MIGCAP_VF_STATUS, MIGCAP_VF_READY);
}

/* The first look at the size in a stop is taken for the beginning. */
static int begin_stopped(struct host_vf *vf)
{
	int ret = vfio_mig_set(&vf->dev, VFIO_DEVICE_STATE_STOP, NULL);
	uint64_t size;

	if (!ret)
		ret = vfio_mig_data_size(&vf->dev, &size);
	if (!ret)
		ret = vfio_mig_set(&vf->dev, VFIO_DEVICE_STATE_STOP_COPY, NULL);
	return ret;
}

static int begin_precopy(struct host_vf *vf)
{
	return vfio_mig_set(&vf->dev, VFIO_DEVICE_STATE_PRE_COPY, NULL);
}

/* Where nothing is mapped just then, it is refused. */
static int begin_until_it_does(struct host_vf *vf, unsigned int *seed,
			       int (*begin)(struct host_vf *vf))
{
	int tries, ret = -EIO;

	for (tries = 0; tries < TRIES && ret; tries++) {
		ret = begin(vf);
		vfio_mig_set(&vf->dev, VFIO_DEVICE_STATE_RUNNING, NULL);
		usleep(crowd_pick(seed, PAUSE_US));
	}
	return ret;
}

static int migrate_and_close(struct host_vf *vf, uint8_t ctrl,
			     unsigned int *seed,
			     int (*begin)(struct host_vf *vf))
{
	int ret = guest_lets_migrate(vf, ctrl);

	if (!ret)
		ret = begin_until_it_does(vf, seed, begin);
	vfio_dev_close_fd(&vf->dev);
	return ret;
}

static int vmm_begins_stopped(void *arg, unsigned int *seed)
{
	RACE *self = arg;
	struct host_vf vf = self->vf;
	int ret = vfio_dev_open_fd(&vf.dev);

	return ret ? ret : migrate_and_close(&vf, self->ctrl, seed,
					     begin_stopped);
}

static int vmm_begins_precopy(void *arg, unsigned int *seed)
{
	RACE *self = arg;
	struct host_vf vf = self->vf;
	int ret = vfio_dev_open_fd(&vf.dev);

	return ret ? ret : migrate_and_close(&vf, self->ctrl, seed,
					     begin_precopy);
}

static int vmm_maps_and_unmaps(void *arg, unsigned int *seed)
{
	RACE *self = arg;
	int ret = vfio_dev_map(&self->vf.dev, 0, self->memory, MEMORY_SIZE);

	usleep(crowd_pick(seed, PAUSE_US));
	vfio_dev_unmap(&self->vf.dev, 0, MEMORY_SIZE);
	return ret;
}

static int vmm_tracks_dirty_pages(void *arg, unsigned int *seed)
{
	struct vfio_iommu_type1_dirty_bitmap dirty = {
		.argsz = sizeof(dirty),
		.flags = VFIO_IOMMU_DIRTY_PAGES_FLAG_START,
	};
	RACE *self = arg;
	int ret = ioctl(self->vf.dev.container, VFIO_IOMMU_DIRTY_PAGES, &dirty);

	usleep(crowd_pick(seed, PAUSE_US));
	dirty.flags = VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP;
	ioctl(self->vf.dev.container, VFIO_IOMMU_DIRTY_PAGES, &dirty);
	return ret;
}

static int vmm_adds_and_removes_a_device(void *arg, unsigned int *seed)
{
	RACE *self = arg;
	struct host_vf vf = self->vf;
	int ret = vfio_dev_join(&vf.dev, host_vf2_name, &self->vf.dev);

	if (ret)
		return ret;
	migrate_and_close(&vf, self->ctrl, seed, begin_precopy);
	vf.dev.ram = NULL;
	vfio_dev_close(&vf.dev);
	return 0;
}

static int others_compute(void *arg, unsigned int *seed)
{
	unsigned int i;

	for (i = 0; i < SPIN; i++)
		rand_r(seed);
	return 0;
}

#define MEMBER(act_, nice_)						\
	{ .name = #act_, .act = act_, .nice = nice_, .stays = variant->stays }

/* From any state, with the mappings that a VMM has. */
static int still_works(struct host_vf *vf)
{
	int ret;

	host_close(vf);
	ret = host_open(vf, host_vf_name);
	return ret ? ret : trip_round(vf);
}

/* The nicer one is stopped in its tracks, between pinning and unpinning. */
TEST_F_TIMEOUT(pin_race, stop, hostile_limit(60))
{
	struct crowd_member members[] = {
		MEMBER(vmm_begins_stopped, 19), MEMBER(vmm_maps_and_unmaps, 0),
	};

	if (variant->ctrl & MIGCAP_CTRL_DMA_TRACKED)
		SKIP(return, "a stopped VM must be quiesced");
	ASSERT_EQ(0, crowd_run(members, ARRAY_SIZE(members), self, TIME_MS));
	EXPECT_EQ(0, still_works(&self->vf));
}

TEST_F_TIMEOUT(pin_race, precopy, hostile_limit(60))
{
	struct crowd_member members[] = {
		MEMBER(vmm_begins_precopy, 19), MEMBER(vmm_maps_and_unmaps, 0),
	};

	ASSERT_EQ(0, crowd_run(members, ARRAY_SIZE(members), self, TIME_MS));
	EXPECT_EQ(0, still_works(&self->vf));
}

TEST_F_TIMEOUT(pin_race, all_at_once, hostile_limit(60))
{
	struct crowd_member members[] = {
		MEMBER(vmm_begins_precopy, 10), MEMBER(vmm_maps_and_unmaps, 0),
		MEMBER(vmm_maps_and_unmaps, 5),
		MEMBER(vmm_tracks_dirty_pages, 5), MEMBER(others_compute, 0),
		MEMBER(others_compute, 5), MEMBER(others_compute, 10),
		MEMBER(others_compute, 15),
	};

	ASSERT_EQ(0, crowd_run(members, ARRAY_SIZE(members), self, TIME_MS));
	EXPECT_EQ(0, still_works(&self->vf));
}

/* type1 tells it of its devices with a lock held that pinning takes, too. */
TEST_F_TIMEOUT(pin_race, another_device_comes_and_goes, hostile_limit(60))
{
	struct crowd_member members[] = {
		MEMBER(vmm_begins_precopy, 19), MEMBER(vmm_maps_and_unmaps, 0),
		MEMBER(vmm_adds_and_removes_a_device, 0),
	};

	if (!host_vf2_name)
		SKIP(return, "there is no second VF");
	ASSERT_EQ(0, host_bind(host_vf2_name, MIGCAP_DRIVER));
	ASSERT_EQ(0, host_set_reset(host_vf2_name, false));
	EXPECT_EQ(0, crowd_run(members, ARRAY_SIZE(members), self, TIME_MS));
	ASSERT_EQ(0, host_set_reset(host_vf2_name, true));
	EXPECT_EQ(0, still_works(&self->vf));
}

/*
 * While a VMM has taken its addresses back, to be given new ones (live update),
 * type1 warns of each attempt to pin.
 */
TEST(stop_without_addresses)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.flags = VFIO_DMA_UNMAP_FLAG_VADDR,
		.size = VFIO_DEV_RAM_SIZE,
	};
	struct host_vf vf;

	ASSERT_EQ(0, host_open(&vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&vf, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, ioctl(vf.dev.container, VFIO_IOMMU_UNMAP_DMA, &unmap));
	EXPECT_EQ(0, vfio_mig_set(&vf.dev, VFIO_DEVICE_STATE_STOP, NULL));
	EXPECT_EQ(0, vfio_mig_set(&vf.dev, VFIO_DEVICE_STATE_RUNNING, NULL));
	host_close(&vf);
}

HOST_TEST_MAIN
