// SPDX-License-Identifier: GPL-2.0-only
/*
 * A whole migration on one device, see trip.h.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../lib/failure.h"
#include "trip.h"

#define CTRL		(MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_IRQ_ENABLE)

int trip_begin(struct host_vf *vf)
{
	int ret;

	ret = vfio_dev_reset(&vf->dev);
	if (ret)
		return failure(ret, "reset: %s", strerror(-ret));
	ret = guest_start(vf, CTRL);
	if (ret)
		return failure(ret, "guest starts: %s", strerror(-ret));
	ret = host_quiesce(vf);
	if (ret)
		return failure(ret, "quiesce: %s, %s", strerror(-ret),
			       host_attr(vf, "last_error"));
	return 0;
}

int trip_read(int fd, struct trip_stream *stream)
{
	int end;

	stream->size = vfio_mig_read_all(fd, stream->bytes,
					 sizeof(stream->bytes), &end);
	return end;
}

static int save(struct host_vf *vf, struct trip_stream *stream)
{
	int ret, fd;

	ret = host_stop_copy(vf, &fd);
	if (ret)
		return failure(ret, "stop_copy: %s", strerror(-ret));
	ret = trip_read(fd, stream);
	close(fd);
	return ret ? failure(ret, "read: %s", strerror(-ret)) : 0;
}

static int load(struct host_vf *vf, const struct trip_stream *stream)
{
	ssize_t done;
	int ret, fd;

	ret = vfio_mig_set(&vf->dev, VFIO_DEVICE_STATE_RESUMING, &fd);
	if (ret)
		return failure(ret, "resuming: %s", strerror(-ret));
	done = vfio_mig_write_all(fd, stream->bytes, stream->size,
				  stream->size);
	close(fd);
	if (done < 0)
		return failure(done, "write: %s", strerror(-done));
	ret = vfio_mig_set(&vf->dev, VFIO_DEVICE_STATE_RUNNING, NULL);
	return ret ? failure(ret, "running: %s", strerror(-ret)) : 0;
}

/* The guest comes back on "another" device. */
static int come_back(struct host_vf *vf)
{
	if (guest_read(vf, MIGCAP_VMM_STATUS) != MIGCAP_VMM_END ||
	    guest_read(vf, MIGCAP_CTRL) != CTRL)
		return failure(-EIO, "the guest's registers are not what they were");
	if (guest_write(vf, MIGCAP_VF_STATUS, MIGCAP_VF_WAIT) ||
	    !host_phys_bus_master(vf->bdf))
		return failure(-EIO, "the device cannot do DMA again");
	return 0;
}

int trip_round(struct host_vf *vf)
{
	struct trip_stream stream;
	int ret;

	ret = trip_begin(vf);
	if (!ret)
		ret = save(vf, &stream);
	if (!ret)
		ret = load(vf, &stream);
	return ret ? ret : come_back(vf);
}
