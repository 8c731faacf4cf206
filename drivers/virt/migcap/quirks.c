// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facts about single drivers beyond the kernel's common contracts.
 *
 * A driver that is not listed is held to those contracts only: its callbacks
 * take the locks they need and do not rely on a device that still works where
 * they must not, its ndo_stop copes with a device that is detached, and it may
 * use DMA and change its interrupt vectors at any time.
 *
 * IDLE_CLOSED and STATIC_VECTORS let the agent answer sooner.  HOLD_RTNL, OWN_RESET
 * and RESET_TO_OPEN work around a driver: without them it hangs or stays silent.
 *
 * igbvf and nvme were run.  All else was found by reading Linux 6.12 and 7.3, without the
 * hardware; Documentation/vf-drivers.md tells what to expect of each.
 */
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "quirks.h"
#include "shield.h"

#define PM	BIT(MIGCAP_BACKEND_PM)
#define RESET	BIT(MIGCAP_BACKEND_RESET)
#define AER	BIT(MIGCAP_BACKEND_AER)

#define NOTE_PROBE_ONLY \
	"the driver sets up the device only when it is bound; unbind it to migrate, and bind it afterwards"
#define NOTE_VENDOR \
	"devices of this driver have a migration driver of their vendor for the host; use that"
#define NOTE_UNKNOWN \
	"nobody knows whether the driver comes up on another device; force a backend, or unbind it to migrate"
#define NOTE_VIRTIO \
	"only network devices of virtio can be taken down; unbind the driver to migrate"
#define NOTE_IAVF \
	"iavf has no error recovery, and its power management hangs while the interface is up; unbind it to migrate, and bind it afterwards"
#define NOTE_MLX4 \
	"mlx4 unregisters its network devices however it is taken down; unbind it to migrate, and bind it afterwards"

static const struct migcap_guest_known_driver known_drivers[] = {
	/*
	 * io_error_detected() and ndo_stop both call igbvf_down(), whose
	 * second napi_disable() in a row never returns; io_prepare() calls it
	 * for a closed device, too.  The PF answers a VF only after a mailbox
	 * reset, which ndo_open leaves out.  igbvf_reset_task() calls
	 * igbvf_down() and igbvf_up() without a lock.
	 */
	{ "igbvf", .works = AER | PM, .best = MIGCAP_BACKEND_AER,
	  .quirks = MIGCAP_QUIRK_HOLD_RTNL | MIGCAP_QUIRK_IDLE_CLOSED |
		    MIGCAP_QUIRK_RESET_TO_OPEN | MIGCAP_QUIRK_STATIC_VECTORS |
		    MIGCAP_QUIRK_OWN_RESET },
	{ "ixgbevf", .works = AER | PM, .best = MIGCAP_BACKEND_AER },
	{ "fm10k", .works = AER | RESET, .best = MIGCAP_BACKEND_AER },

	/* slot_reset() gives up if the firmware's health cannot be read. */
	{ "bnxt_en", .works = PM, .best = MIGCAP_BACKEND_PM },
	/*
	 * A frozen channel makes these two pretend that the device has done
	 * what it was not told to do, or sleep for 30 s; mlx5 unregisters its
	 * network devices.  Power management does neither.
	 */
	{ "mlx5_core", .works = PM, .best = MIGCAP_BACKEND_PM },
	{ "be2net", .works = PM, .best = MIGCAP_BACKEND_PM },

	/* virtnet_freeze() and restore(); suspend() may skip everything. */
	{ "virtio-pci", .works = PM, .best = MIGCAP_BACKEND_PM,
	  .note = NOTE_VIRTIO },

	/* Only the clouds of their makers have them. */
	{ "ena", .works = PM, .best = MIGCAP_BACKEND_PM },
	{ "gve", .works = PM, .best = MIGCAP_BACKEND_PM },
	{ "mana", .works = PM, .best = MIGCAP_BACKEND_PM },

	/* User space runs on, so power management would lose requests. */
	{ "nvme", .works = RESET, .best = MIGCAP_BACKEND_RESET },
	{ "ionic", .works = RESET, .best = MIGCAP_BACKEND_RESET },
	{ "hns3", .works = RESET, .best = MIGCAP_BACKEND_RESET },

	{ "sfc", .works = PM | AER, .best = MIGCAP_BACKEND_PM,
	  .quirks = MIGCAP_QUIRK_ONLY_FORCED, .note = NOTE_UNKNOWN },
	{ "qlcnic", .works = PM, .best = MIGCAP_BACKEND_PM,
	  .quirks = MIGCAP_QUIRK_ONLY_FORCED, .note = NOTE_UNKNOWN },

	/* suspend() with the interface up leads to a hang in resume(). */
	{ "iavf", .note = NOTE_IAVF },
	{ "idpf", .note = NOTE_PROBE_ONLY },
	{ "mlx4_core", .note = NOTE_MLX4 },
	{ "bnx2x", .note = NOTE_PROBE_ONLY },
	{ "qede", .note = NOTE_PROBE_ONLY },
	{ "enic", .note = NOTE_PROBE_ONLY },
	{ "cxgb4vf", .note = NOTE_PROBE_ONLY },
	{ "nfp_netvf", .note = NOTE_PROBE_ONLY },
	{ "octeon_ep_vf", .note = NOTE_PROBE_ONLY },
	{ "ngbevf", .note = NOTE_PROBE_ONLY },
	{ "txgbevf", .note = NOTE_PROBE_ONLY },
	{ "hinic", .note = NOTE_PROBE_ONLY },
	{ "hinic3", .note = NOTE_PROBE_ONLY },
	{ "funeth", .note = NOTE_PROBE_ONLY },
	{ "LiquidIO_VF", .note = NOTE_PROBE_ONLY },
	{ "rvu_nicvf", .note = NOTE_PROBE_ONLY },
	{ "nicvf", .note = NOTE_PROBE_ONLY },
	{ "fsl_enetc_vf", .note = NOTE_PROBE_ONLY },
	{ "c3xxxvf", .note = NOTE_PROBE_ONLY },
	{ "c62xvf", .note = NOTE_PROBE_ONLY },
	{ "dh895xccvf", .note = NOTE_PROBE_ONLY },

	{ "xe", .note = NOTE_VENDOR },
	{ "pds_core", .note = NOTE_VENDOR },
	{ "hisi_sec2", .note = NOTE_VENDOR },
	{ "hisi_hpre", .note = NOTE_VENDOR },
	{ "hisi_zip", .note = NOTE_VENDOR },
};

/**
 * migcap_guest_quirks_known() - what is known of the driver that is bound
 * @pdev:	the device
 *
 * Context: device_lock held, or the RTNL where the driver cannot unbind.
 * Return: its row, or NULL for an unknown driver or none.
 */
const struct migcap_guest_known_driver *
migcap_guest_quirks_known(struct pci_dev *pdev)
{
	struct pci_driver *driver = migcap_guest_driver(pdev);
	unsigned int i;

	if (!driver)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(known_drivers); i++)
		if (!strcmp(driver->name, known_drivers[i].driver))
			return known_drivers + i;
	return NULL;
}

/**
 * migcap_guest_quirks() - the quirks of the driver that is bound to a device
 * @pdev:	the device
 *
 * Context: device_lock held.
 * Return: MIGCAP_QUIRK_* bits, 0 for an unknown driver or none.
 */
unsigned int migcap_guest_quirks(struct pci_dev *pdev)
{
	const struct migcap_guest_known_driver *known =
		migcap_guest_quirks_known(pdev);

	device_lock_assert(&pdev->dev);
	return known ? known->quirks : 0;
}
