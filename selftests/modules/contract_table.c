// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drivers that are played: how stock drivers of VFs behave, each of them at
 * least one of the real ones.
 */
#include <linux/array_size.h>
#include <linux/delay.h>
#include <linux/rtnetlink.h>
#include <linux/string.h>

#include "contract.h"

/* More than a driver has to be waited for, less than it is given. */
#define LATE_MS		700
#define SLEEP_MS	3000
#define FREED_MS	500

static bool vf_contract_is_first(struct vf_contract *vf)
{
	return atomic_read(&vf->resumed) == 1;
}

/* As if the PF had not answered the first time. */
static int vf_contract_up_without_link(struct vf_contract *vf)
{
	bool linked = atomic_read(&vf->resumed) % 2 == 0;

	vf_contract_attach(vf, linked);
	return 0;
}

static void vf_contract_down_under_rtnl(struct vf_contract *vf)
{
	rtnl_lock();
	vf_contract_down(vf);
	rtnl_unlock();
}

static int vf_contract_up_under_rtnl(struct vf_contract *vf)
{
	int ret;

	rtnl_lock();
	ret = vf_contract_up(vf);
	rtnl_unlock();
	return ret;
}

static int vf_contract_up_late(struct vf_contract *vf)
{
	schedule_delayed_work(&vf->late, msecs_to_jiffies(LATE_MS));
	return 0;
}

/* Says nothing about it, for there is no way to say it. */
static int vf_contract_up_second_time(struct vf_contract *vf)
{
	return vf_contract_is_first(vf) ? 0 : vf_contract_up(vf);
}

static int vf_contract_fail_first(struct vf_contract *vf)
{
	return vf_contract_is_first(vf) ? -EIO : vf_contract_up(vf);
}

static int vf_contract_up_after_error(struct vf_contract *vf)
{
	return vf->way == VF_CONTRACT_AER ? vf_contract_up(vf) : 0;
}

static int vf_contract_up_never(struct vf_contract *vf)
{
	return 0;
}

static void vf_contract_down_slowly(struct vf_contract *vf)
{
	msleep(SLEEP_MS);
	vf_contract_down(vf);
}

static void vf_contract_down_unregister(struct vf_contract *vf)
{
	vf_contract_remove_netdev(vf);
	vf_contract_down(vf);
}

static int vf_contract_up_register(struct vf_contract *vf)
{
	int ret = vf_contract_add_netdev(vf);

	return ret ? : vf_contract_up(vf);
}

/* Time for the device to write, if it can. */
static void vf_contract_down_free(struct vf_contract *vf)
{
	vf_contract_ring_free(vf);
	msleep(FREED_MS);
	vf_contract_down(vf);
}

static int vf_contract_up_receive(struct vf_contract *vf)
{
	int ret = vf_contract_up(vf);

	return ret ? : vf_contract_ring_start(vf);
}

static const struct vf_contract_ops contracts[] = {
	/* Frees its buffers on "frozen", and sends no command to the device. */
	{ .name = "frozen", .ways = VF_CONTRACT_AER,
	  .answer = PCI_ERS_RESULT_NEED_RESET },
	/* Does not let go of the device. */
	{ .name = "refuses", .ways = VF_CONTRACT_AER,
	  .answer = PCI_ERS_RESULT_CAN_RECOVER },
	/* Says that all is well, and has no link at the first recovery. */
	{ .name = "linkless", .ways = VF_CONTRACT_AER, .has_netdev = true,
	  .answer = PCI_ERS_RESULT_NEED_RESET,
	  .up = vf_contract_up_without_link },
	/* Maps a page many times at once. */
	{ .name = "shares", .ways = VF_CONTRACT_AER,
	  .answer = PCI_ERS_RESULT_NEED_RESET, .bound = vf_contract_share },
	/* Takes the RTNL itself. */
	{ .name = "rtnl", .ways = VF_CONTRACT_AER, .has_netdev = true,
	  .answer = PCI_ERS_RESULT_NEED_RESET,
	  .down = vf_contract_down_under_rtnl,
	  .up = vf_contract_up_under_rtnl },
	/* Comes up when its callbacks have long returned. */
	{ .name = "late", .ways = VF_CONTRACT_AER, .has_netdev = true,
	  .answer = PCI_ERS_RESULT_NEED_RESET, .enables_late = true,
	  .up = vf_contract_up_late },
	/* Does not come up the first time, and does not say so. */
	{ .name = "lies", .ways = VF_CONTRACT_AER, .has_netdev = true,
	  .answer = PCI_ERS_RESULT_NEED_RESET,
	  .up = vf_contract_up_second_time },
	/* Sleeps for seconds while it is taken down. */
	{ .name = "sleeps", .ways = VF_CONTRACT_AER,
	  .answer = PCI_ERS_RESULT_NEED_RESET,
	  .down = vf_contract_down_slowly },
	/* Has power management only. */
	{ .name = "pm", .ways = VF_CONTRACT_PM, .has_netdev = true },
	/* Fails the first time, and says so. */
	{ .name = "fails", .ways = VF_CONTRACT_PM, .has_netdev = true,
	  .up = vf_contract_fail_first },
	/* Has reset_prepare() and reset_done() only. */
	{ .name = "reset", .ways = VF_CONTRACT_RESET, .has_netdev = true },
	/* Comes up after an error, and never after power management. */
	{ .name = "mends", .ways = VF_CONTRACT_PM | VF_CONTRACT_AER,
	  .has_netdev = true, .answer = PCI_ERS_RESULT_NEED_RESET,
	  .up = vf_contract_up_after_error },
	/* Frees its receive ring, and tells the device nothing. */
	{ .name = "frees", .ways = VF_CONTRACT_AER,
	  .answer = PCI_ERS_RESULT_NEED_RESET,
	  .bound = vf_contract_ring_add, .gone = vf_contract_ring_remove,
	  .down = vf_contract_down_free, .up = vf_contract_up_receive },
	/* Answers the host itself, without an agent. */
	{ .name = "speaks", .bound = vf_contract_speak,
	  .gone = vf_contract_be_silent },
	/* Gives its network device up, and makes another. */
	{ .name = "unregisters", .ways = VF_CONTRACT_AER, .has_netdev = true,
	  .answer = PCI_ERS_RESULT_NEED_RESET,
	  .down = vf_contract_down_unregister, .up = vf_contract_up_register },
	/* Never comes up again. */
	{ .name = "dies", .ways = VF_CONTRACT_RESET, .has_netdev = true,
	  .up = vf_contract_up_never },
};

const struct vf_contract_ops *vf_contract_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(contracts); i++)
		if (!strcmp(name, contracts[i].name))
			return contracts + i;
	return NULL;
}
