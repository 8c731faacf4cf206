// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attributes epoch and guest, read as a story.
 */
#include "migcap.h"
#include "signals.h"

int signals_watch(struct watch *watch, const char *source,
		  const char *destination)
{
	const char *const bdfs[] = { source, destination };
	char dir[PCI_DIR_SIZE];
	int i, err = 0;

	for (i = 0; i < 2 && !err; i++) {
		err = watch_add(watch, migcap_dir(bdfs[i], dir), "epoch");
		if (!err)
			err = watch_add(watch, dir, "guest");
	}
	return err;
}

static long long moment(struct watch *watch, const char *bdf, const char *attr,
			const char *value, long long since)
{
	char dir[PCI_DIR_SIZE];

	return watch_when(watch, migcap_dir(bdf, dir), attr, value, since);
}

/* The destination takes over the source's EPOCH, then END counts one more. */
static long long end_raised(struct watch *watch, const char *destination,
			    long long since)
{
	char epoch[SYSFS_VALUE_MAX];

	if (migcap_read(destination, "epoch", epoch, sizeof(epoch)))
		return 0;
	return moment(watch, destination, "epoch", epoch, since);
}

struct signals signals_find(struct watch *watch, const char *source,
			    const char *destination, long long since)
{
	struct signals signals = {
		.start = moment(watch, source, "epoch", NULL, since),
		.ready = moment(watch, source, "guest", "ready", since),
		.end = end_raised(watch, destination, since),
	};

	if (signals.end)
		signals.up = moment(watch, destination, "guest", "present",
				    signals.end);
	return signals;
}
