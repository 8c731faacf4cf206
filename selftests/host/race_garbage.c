// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VMM that is up to no good tries at random, see race.h.
 *
 * Where the kernel may write, there is room for all that it can write.  Where it
 * is told to access what is not there, a call fails: so none of this can harm
 * the test itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vfio_migcap.h>

#include "crowd.h"
#include "race_garbage.h"

#define ARGUMENT_SIZE	4096
#define FEATURES	16	/* more than there are in any kernel */
#define IOCTLS		40	/* the same */
#define CONFIG_END	8192
#define LENGTH_MAX	600
int race_garbage_memory(struct race *race)
{
	race->memory = mmap(NULL, MEMORY_SIZE + NOTHING_SIZE, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (race->memory == MAP_FAILED ||
	    mprotect(race->memory, MEMORY_SIZE, PROT_READ | PROT_WRITE))
		return -errno;
	return 0;
}

uint64_t any_number(unsigned int *seed)
{
	static const uint64_t numbers[] = {
		0, 1, 2, 3, 4, 8, 16, 24, 32, 64, 255, 256, 4095, PAGE, 65536,
		INT32_MAX, UINT32_MAX, 16ULL << 40, INT64_MAX, UINT64_MAX,
		UINT64_MAX - PAGE + 1,
	};
	unsigned int at = crowd_pick(seed, 2 * sizeof(numbers) /
				     sizeof(numbers[0]));

	if (at < sizeof(numbers) / sizeof(numbers[0]))
		return numbers[at];
	return (uint64_t)rand_r(seed) << 40 ^ (uint64_t)rand_r(seed) << 20 ^
	       rand_r(seed);
}

void *any_buffer(struct race *race, unsigned int *seed)
{
	switch (crowd_pick(seed, 8)) {
	case 0:
		return NULL;
	case 1:
		return (void *)UINTPTR_MAX;
	case 2:
		return (char *)race->memory + MEMORY_SIZE;
	case 3:
		return (char *)race->memory + MEMORY_SIZE -
		       crowd_pick(seed, 32);
	}
	return race->memory;
}

static void fill(void *to, size_t size, unsigned int *seed)
{
	uint32_t *word = to;
	size_t i;

	for (i = 0; i < size / sizeof(*word); i++)
		word[i] = crowd_pick(seed, 3) ? any_number(seed) :
						crowd_pick(seed, 8);
}

size_t any_argsz(unsigned int *seed, size_t right)
{
	return crowd_pick(seed, 4) ? right : any_number(seed);
}

/* The file of a state that was reached by chance is for everybody. */
static void take_file(int fd)
{
	if (fd < 3 || fd == RACE_DATA_FD || fd == RACE_DEVICE_FD)
		return;
	dup2(fd, RACE_DATA_FD);
	close(fd);
}

int garbage_features(void *arg, unsigned int *seed)
{
	union {
		struct vfio_device_feature head;
		uint8_t bytes[ARGUMENT_SIZE];
	} feature;
	struct vfio_device_feature_mig_state *state =
		(void *)feature.head.data;
	uint32_t which = crowd_pick(seed, FEATURES);
	uint32_t how = crowd_pick(seed, 8) << 16;
	int ret;

	fill(&feature, sizeof(feature), seed);
	feature.head.argsz = any_argsz(seed, sizeof(feature.head) + 16);
	feature.head.flags = which | how;
	if (!crowd_pick(seed, 16))
		return ioctl(RACE_DEVICE_FD, VFIO_DEVICE_FEATURE,
			     any_buffer(arg, seed));
	ret = ioctl(RACE_DEVICE_FD, VFIO_DEVICE_FEATURE, &feature);
	if (!ret && which == VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE &&
	    how == VFIO_DEVICE_FEATURE_SET)
		take_file(state->data_fd);
	return ret;
}

static int any_eventfd(struct race *race, unsigned int *seed)
{
	switch (crowd_pick(seed, 4)) {
	case 0:
		return -1;
	case 1:
		return crowd_pick(seed, 2) ? RACE_DATA_FD : INT32_MAX;
	}
	return race->vectors[crowd_pick(seed, 2)];
}

/* Half of them make sense, or a vector would hardly ever be set up. */
static uint32_t any_irq_flags(unsigned int *seed)
{
	static const uint32_t data[] = {
		VFIO_IRQ_SET_DATA_NONE, VFIO_IRQ_SET_DATA_BOOL,
		VFIO_IRQ_SET_DATA_EVENTFD,
	};

	if (crowd_pick(seed, 2))
		return data[crowd_pick(seed, 3)] | VFIO_IRQ_SET_ACTION_TRIGGER;
	return crowd_pick(seed, 8) ? crowd_pick(seed, 64) : any_number(seed);
}

int garbage_irqs(void *arg, unsigned int *seed)
{
	union {
		struct vfio_irq_set head;
		uint8_t bytes[ARGUMENT_SIZE];
	} set;
	int *fds = (int *)set.head.data, i;

	fill(&set, sizeof(set), seed);
	set.head.flags = any_irq_flags(seed);
	set.head.index = crowd_pick(seed, 2) ?
				 VFIO_PCI_MSIX_IRQ_INDEX :
				 crowd_pick(seed, VFIO_PCI_NUM_IRQS + 1);
	set.head.start = crowd_pick(seed, 4) ? crowd_pick(seed, 4) :
					       any_number(seed);
	set.head.count = crowd_pick(seed, 4) ? crowd_pick(seed, 5) :
					       any_number(seed);
	set.head.argsz = any_argsz(seed, sizeof(set.head) + 4 * sizeof(*fds));
	for (i = 0; i < 8; i++)
		fds[i] = any_eventfd(arg, seed);
	return ioctl(RACE_DEVICE_FD, VFIO_DEVICE_SET_IRQS, &set);
}

int garbage_cap_info(void *arg, unsigned int *seed)
{
	union {
		struct vfio_pci_cap_info head;
		uint8_t bytes[ARGUMENT_SIZE];
	} info;

	if (!crowd_pick(seed, 8))
		return ioctl(RACE_DEVICE_FD, VFIO_GET_PCI_CAP_INFO,
			     any_buffer(arg, seed));
	memset(&info, 0, sizeof(info));
	info.head.argsz = any_argsz(seed, sizeof(info));
	info.head.flags = crowd_pick(seed, 8) ? 1U << crowd_pick(seed, 3) :
						any_number(seed);
	info.head.cap_id = crowd_pick(seed, 2) ? 0 : crowd_pick(seed, 64);
	info.head.reserved = !crowd_pick(seed, 8);
	return ioctl(RACE_DEVICE_FD, VFIO_GET_PCI_CAP_INFO, &info);
}

/* Of other regions, which are the hardware's own, it is only read. */
int garbage_config(void *arg, unsigned int *seed)
{
	struct race *race = arg;
	uint64_t at = race->shared.config + crowd_pick(seed, CONFIG_END);
	size_t len = crowd_pick(seed, LENGTH_MAX);
	uint8_t bytes[LENGTH_MAX + 4];

	switch (crowd_pick(seed, 8)) {
	case 0:
		return pread(RACE_DEVICE_FD, any_buffer(race, seed), len,
			     any_number(seed)) < 0;
	case 1:
		return pread(RACE_DEVICE_FD, any_buffer(race, seed), len,
			     at) < 0;
	case 2:
		return pwrite(RACE_DEVICE_FD, any_buffer(race, seed), len,
			      at) < 0;
	case 3:
		at = race->shared.config + race->vf.cap - 8 +
		     crowd_pick(seed, 24);
		break;
	}
	fill(bytes, sizeof(bytes), seed);
	if (crowd_pick(seed, 2))
		len = 1 + len % 8;
	return pwrite(RACE_DEVICE_FD, bytes, len, at) < 0;
}

int garbage_data_file(void *arg, unsigned int *seed)
{
	struct pollfd pfd = {
		.fd = RACE_DATA_FD,
		.events = any_number(seed),
	};
	struct vfio_precopy_info info = { .argsz = any_argsz(seed, 24) };
	void *buf = any_buffer(arg, seed);
	size_t len = any_number(seed) % MEMORY_SIZE;

	switch (crowd_pick(seed, 9)) {
	case 0:
		return poll(&pfd, 1, crowd_pick(seed, 3)) < 0;
	case 1:
		return fcntl(RACE_DATA_FD, F_SETFL,
			     crowd_pick(seed, 2) ? O_NONBLOCK : 0);
	case 2:
		return ioctl(RACE_DATA_FD, VFIO_MIG_GET_PRECOPY_INFO, &info);
	case 3:
		return ioctl(RACE_DATA_FD, VFIO_MIG_GET_PRECOPY_INFO, buf);
	case 4:
		return pread(RACE_DATA_FD, buf, len, any_number(seed)) < 0;
	case 5:
		return pwrite(RACE_DATA_FD, buf, len, any_number(seed)) < 0;
	case 6:
		return lseek(RACE_DATA_FD, any_number(seed), SEEK_SET) < 0;
	case 7:
		return write(RACE_DATA_FD, buf, len) < 0;
	}
	return read(RACE_DATA_FD, buf, len) < 0;
}

/* The kernel touches it, so that what is not there is no signal. */
static int touch(void *memory)
{
	int fds[2], ret;

	if (pipe2(fds, O_NONBLOCK | O_CLOEXEC))
		return -errno;
	ret = write(fds[1], memory, sizeof(int)) < 0;
	close(fds[0]);
	close(fds[1]);
	return ret;
}

int garbage_regions(void *arg, unsigned int *seed)
{
	struct race *race = arg;
	struct vfio_region_info info;
	int ret = vfio_dev_region(&race->shared, crowd_pick(seed, 10), &info);
	size_t len = PAGE * (1 + crowd_pick(seed, 8));
	off_t at = info.offset;
	void *memory;

	if (ret)
		return ret;
	if (crowd_pick(seed, 4))
		len = info.size;
	if (!crowd_pick(seed, 4))
		at = any_number(seed) & ~(PAGE - 1);
	memory = mmap(NULL, len, 1 + crowd_pick(seed, 3),
		      crowd_pick(seed, 4) ? MAP_SHARED : MAP_PRIVATE,
		      RACE_DEVICE_FD, at);
	if (memory == MAP_FAILED)
		return -errno;
	ret = touch(memory);
	if (crowd_pick(seed, 2))
		munmap(memory, PAGE);
	munmap(memory, len);
	return ret;
}

int garbage_power(void *arg, unsigned int *seed)
{
	struct race *race = arg;
	struct vfio_device_low_power_entry_with_wakeup wakeup = {
		.wakeup_eventfd = any_eventfd(race, seed),
		.reserved = !crowd_pick(seed, 8),
	};

	switch (crowd_pick(seed, 3)) {
	case 0:
		return vfio_dev_feature(&race->shared, VFIO_DEVICE_FEATURE_SET |
					VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
					NULL, 0);
	case 1:
		return vfio_dev_feature(&race->shared, VFIO_DEVICE_FEATURE_SET |
					VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP,
					&wakeup, sizeof(wakeup));
	}
	return vfio_dev_feature(&race->shared, VFIO_DEVICE_FEATURE_SET |
				VFIO_DEVICE_FEATURE_LOW_POWER_EXIT, NULL, 0);
}

/* But for the reset, which takes long and is a member of its own. */
int garbage_ioctls(void *arg, unsigned int *seed)
{
	unsigned int which = _IO(VFIO_TYPE, VFIO_BASE + crowd_pick(seed, IOCTLS));
	uint32_t argument[ARGUMENT_SIZE / sizeof(uint32_t)];

	if (which == VFIO_DEVICE_RESET || which == VFIO_DEVICE_FEATURE)
		return 0;
	if (!crowd_pick(seed, 8))
		return ioctl(RACE_DEVICE_FD, which, any_buffer(arg, seed));
	fill(argument, sizeof(argument), seed);
	argument[0] = any_argsz(seed, 64);
	return ioctl(RACE_DEVICE_FD, which, argument);
}
