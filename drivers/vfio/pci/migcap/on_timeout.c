// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of a migration without the guest's consent, as an operator says it.
 *
 * Owns the names, and the module parameter for devices that are bound from now on.
 * Does not own what follows: guest_state.c, save.c, basis.c.
 */
#include <linux/module.h>
#include <linux/string.h>

#include "on_timeout.h"

static char *on_timeout = "abort";
module_param(on_timeout, charp, 0444);
MODULE_PARM_DESC(on_timeout, "What becomes of a migration that the guest does not consent to: abort, force or force-lost; for new devices (default abort)");

static const char * const migcap_vfio_on_timeout_names[] = {
	[MIGCAP_ON_TIMEOUT_ABORT] = "abort",
	[MIGCAP_ON_TIMEOUT_FORCE] = "force",
	[MIGCAP_ON_TIMEOUT_FORCE_LOST] = "force-lost",
};

static_assert(ARRAY_SIZE(migcap_vfio_on_timeout_names) ==
	      MIGCAP_NR_ON_TIMEOUT);

static enum migcap_vfio_on_timeout migcap_vfio_on_timeout_initial;

/**
 * migcap_vfio_on_timeout_name() - how it is called
 * @policy: what becomes of such a migration
 *
 * Return: a constant string.
 */
const char *migcap_vfio_on_timeout_name(enum migcap_vfio_on_timeout policy)
{
	return migcap_vfio_on_timeout_names[policy];
}

/**
 * migcap_vfio_on_timeout_parse() - what an operator has written
 * @text: a name, with a newline or without
 *
 * Return: an enum migcap_vfio_on_timeout, or -EINVAL.
 */
int migcap_vfio_on_timeout_parse(const char *text)
{
	return sysfs_match_string(migcap_vfio_on_timeout_names, text);
}

/**
 * migcap_vfio_on_timeout_default() - what a device begins with
 *
 * Return: what the module parameter says.
 */
enum migcap_vfio_on_timeout migcap_vfio_on_timeout_default(void)
{
	return migcap_vfio_on_timeout_initial;
}

/**
 * migcap_vfio_on_timeout_module_init() - read the module parameter
 *
 * Return: 0, or -EINVAL if it makes no sense.
 */
int migcap_vfio_on_timeout_module_init(void)
{
	int policy = migcap_vfio_on_timeout_parse(on_timeout);

	if (policy < 0) {
		pr_err("migcap_vfio_pci: on_timeout is abort, force or force-lost\n");
		return policy;
	}
	migcap_vfio_on_timeout_initial = policy;
	return 0;
}
