// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMM that gets stuck in memory which does not come, see stall_vmm.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lib/mig_states.h"
#include "stall_vmm.h"

#define LENGTH	128

/* What the driver may pin is the VMM's RAM. */
static int ram_is_late(struct vmm *vmm)
{
	return stall_map(&vmm->scene->stall, vmm->vf.dev.ram, VFIO_DEV_RAM_SIZE) ==
	       MAP_FAILED ? -errno : 0;
}

static int guest_consents(struct vmm *vmm)
{
	return guest_write(&vmm->vf, MIGCAP_VF_STATUS, MIGCAP_VF_READY);
}

int prepare_consent(struct vmm *vmm)
{
	return guest_consents(vmm) ?: ram_is_late(vmm);
}

int prepare_promise(struct vmm *vmm)
{
	return guest_write(&vmm->vf, MIGCAP_CTRL, MIGCAP_CTRL_DRIVER |
			   MIGCAP_CTRL_DMA_TRACKED) ?: ram_is_late(vmm);
}

int prepare_stopped(struct vmm *vmm)
{
	return prepare_consent(vmm) ?:
	       vfio_mig_set(&vmm->vf.dev, STOP, NULL);
}

int prepare_saving(struct vmm *vmm)
{
	return guest_consents(vmm) ?:
	       vfio_mig_set(&vmm->vf.dev, PRE_COPY, &vmm->fd);
}

int prepare_resuming(struct vmm *vmm)
{
	return vfio_mig_set(&vmm->vf.dev, RESUMING, &vmm->fd);
}

int prepare_log(struct vmm *vmm)
{
	static const struct vfio_device_feature_dma_logging_range range = {
		.length = VFIO_DEV_RAM_SIZE,
	};

	return vfio_log_start(&vmm->vf.dev, &range, 1, STALL_PAGE) ?:
	       guest_consents(vmm);
}

int prepare_nothing(struct vmm *vmm)
{
	return 0;
}

void call_stop(struct vmm *vmm)
{
	vfio_mig_set(&vmm->vf.dev, STOP, NULL);
}

void call_precopy(struct vmm *vmm)
{
	vfio_mig_set(&vmm->vf.dev, PRE_COPY, NULL);
}

void call_data_size(struct vmm *vmm)
{
	uint64_t size;

	vfio_mig_data_size(&vmm->vf.dev, &size);
}

void call_read(struct vmm *vmm)
{
	if (read(vmm->fd, vmm->late, LENGTH) < 0)
		return;
}

void call_write(struct vmm *vmm)
{
	if (write(vmm->fd, vmm->late, LENGTH) < 0)
		return;
}

void call_report(struct vmm *vmm)
{
	vfio_log_report(&vmm->vf.dev, 0, VFIO_DEV_RAM_SIZE, STALL_PAGE,
			(uint64_t *)vmm->late);
}

void call_config_read(struct vmm *vmm)
{
	vfio_dev_cfg_read(&vmm->vf.dev, vmm->vf.cap, vmm->late,
			  MIGCAP_LENGTH_VALUE);
}

void call_config_write(struct vmm *vmm)
{
	vfio_dev_cfg_write(&vmm->vf.dev, vmm->vf.cap + MIGCAP_CTRL, vmm->late,
			   1);
}

/* Its header comes, the eventfds do not. */
void call_set_irqs(struct vmm *vmm)
{
	const struct vfio_irq_set head = {
		.argsz = sizeof(head) + sizeof(int),
		.flags = VFIO_IRQ_SET_DATA_EVENTFD |
			 VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = VFIO_PCI_MSIX_IRQ_INDEX,
		.count = 1,
	};
	void *set = vmm->late - sizeof(head);

	memcpy(set, &head, sizeof(head));
	if (ioctl(vmm->vf.dev.fd, VFIO_DEVICE_SET_IRQS, set))
		return;
}

static void *map_late(void *arg)
{
	struct vmm *vmm = arg;

	vfio_dev_map(&vmm->vf.dev, 2 * VFIO_DEV_RAM_SIZE, vmm->late,
		     VFIO_DEV_RAM_SIZE);
	return NULL;
}

static void *ask_data_size(void *arg)
{
	call_data_size(arg);
	return NULL;
}

static void close_meanwhile(struct vmm *vmm, void *(*call)(void *arg))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, call, vmm))
		return;
	while (!vmm->scene->stall.caught && !vmm->scene->finish)
		sleep_ms(1);
	vfio_dev_close_fd(&vmm->vf.dev);
	pthread_join(thread, NULL);
}

void call_map_and_close(struct vmm *vmm)
{
	close_meanwhile(vmm, map_late);
}

void call_data_size_and_close(struct vmm *vmm)
{
	close_meanwhile(vmm, ask_data_size);
}
