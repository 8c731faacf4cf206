// SPDX-License-Identifier: GPL-2.0-only
/*
 * What every test of the host driver starts from, see host.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "host.h"

#define ATTR_SIZE	4096
#define ATTR_BUFS	8
#define QUERIES_MAX	50

const char *host_vf_name;
const char *host_vf2_name;

/* Options of the harness start with a dash and take a word each. */
static void take_addresses(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (argv[i][0] == '-') {
			i++;
			continue;
		}
		if (!host_vf_name)
			host_vf_name = argv[i];
		else if (!host_vf2_name)
			host_vf2_name = argv[i];
	}
}

bool host_args(int argc, char **argv)
{
	take_addresses(argc, argv);
	if (!host_vf_name)
		host_vf_name = getenv("MIGCAP_VF");
	if (!host_vf2_name)
		host_vf2_name = getenv("MIGCAP_VF2");
	if (host_vf_name && *host_vf_name)
		return true;
	printf("TAP version 13\n1..0 # SKIP no VF given: argument or MIGCAP_VF\n");
	return false;
}

/* The vendor specific capability with our signature. */
static unsigned int find_capability(struct vfio_dev *dev)
{
	unsigned int pos = vfio_dev_cfg_read8(dev, PCI_CAPABILITY_LIST);
	char sig[MIGCAP_SIGNATURE_SIZE];
	int left = 48;

	for (; pos && left; left--) {
		vfio_dev_cfg_read(dev, pos + MIGCAP_SIGNATURE, sig, sizeof(sig));
		if (vfio_dev_cfg_read8(dev, pos) == MIGCAP_ID_VALUE &&
		    !memcmp(sig, MIGCAP_SIGNATURE_VALUE, sizeof(sig)))
			return pos;
		pos = vfio_dev_cfg_read8(dev, pos + PCI_CAP_LIST_NEXT);
	}
	return 0;
}

int host_open_bound(struct host_vf *vf, const char *bdf)
{
	int ret;

	*vf = (struct host_vf)HOST_VF_CLOSED;
	vf->bdf = bdf;
	ret = vfio_dev_open(&vf->dev, bdf);
	if (ret)
		return ret;
	vf->cap = find_capability(&vf->dev);
	return 0;
}

int host_open(struct host_vf *vf, const char *bdf)
{
	int ret;

	*vf = (struct host_vf)HOST_VF_CLOSED;
	ret = host_bind(bdf, MIGCAP_DRIVER);
	if (ret)
		return ret;
	ret = host_open_bound(vf, bdf);
	if (ret)
		return ret;
	if (vf->cap)
		return 0;
	host_close(vf);
	return -ENXIO;
}

void host_close(struct host_vf *vf)
{
	char bound[PCI_NAME_SIZE];

	vfio_dev_close(&vf->dev);
	if (!vf->bdf || pci_driver(vf->bdf, bound, sizeof(bound)) ||
	    strcmp(bound, MIGCAP_DRIVER))
		return;
	host_set_reset(vf->bdf, true);
	host_attr_write(vf, "ready_timeout_ms", "10000");
	host_attr_write(vf, "quiesced_limit_ms", "30000");
	host_attr_write(vf, "on_timeout", "abort");
	host_attr_write(vf, "cap_offset", "auto");
}

const char *host_attr(struct host_vf *vf, const char *name)
{
	static char bufs[ATTR_BUFS][ATTR_SIZE];
	static unsigned int turn;
	char *buf = bufs[turn++ % ATTR_BUFS];
	int ret;

	ret = migcap_read(vf->bdf, name, buf, ATTR_SIZE);
	if (ret)
		snprintf(buf, ATTR_SIZE, "-errno %d", -ret);
	return buf;
}

int host_attr_write(struct host_vf *vf, const char *name, const char *val)
{
	return migcap_write(vf->bdf, name, val);
}

/* By reading again and again: whether poll() wakes is a question of its own. */
bool host_attr_becomes(struct host_vf *vf, const char *name, const char *want,
		       int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);

	while (strcmp(host_attr(vf, name), want)) {
		if (!ms_until(deadline))
			return false;
		sleep_ms(5);
	}
	return true;
}

long host_number(struct host_vf *vf, const char *attr, const char *name)
{
	const char *line = host_attr(vf, attr);
	size_t len = strlen(name);

	while (line) {
		if (!strncmp(line, name, len) && strchr(" =", line[len]))
			return strtol(line + len + 1, NULL, 0);
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return -ENOENT;
}

long host_counter(struct host_vf *vf, const char *name)
{
	return host_number(vf, "counters", name);
}

int host_bind(const char *bdf, const char *driver)
{
	char bound[PCI_NAME_SIZE];
	int ret = pci_driver(bdf, bound, sizeof(bound));

	if (ret || !strcmp(bound, driver))
		return ret;
	return pci_bind(bdf, driver);
}

int host_reopen(struct host_vf *vf)
{
	const char *bdf = vf->bdf;
	int ret;

	host_close(vf);
	ret = pci_unbind(bdf);
	return ret ? ret : host_open(vf, bdf);
}

int host_set_reset(const char *bdf, bool can)
{
	char dir[PCI_DIR_SIZE];

	return sysfs_write(pci_dir(bdf, dir), "reset_method",
			   can ? "default" : "\n");
}

ssize_t host_phys_read(const char *bdf, unsigned int offset, void *buf,
		       size_t len)
{
	char path[PCI_DIR_SIZE + sizeof("/config")], dir[PCI_DIR_SIZE];
	ssize_t ret;
	int fd;

	snprintf(path, sizeof(path), "%s/config", pci_dir(bdf, dir));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = pread(fd, buf, len, offset);
	if (ret < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int host_phys_write(const char *bdf, unsigned int offset, uint8_t value)
{
	char path[PCI_DIR_SIZE + sizeof("/config")], dir[PCI_DIR_SIZE];
	int fd, ret = 0;

	snprintf(path, sizeof(path), "%s/config", pci_dir(bdf, dir));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (pwrite(fd, &value, 1, offset) != 1)
		ret = -errno;
	close(fd);
	return ret;
}

bool host_phys_bus_master(const char *bdf)
{
	uint16_t cmd = 0;

	host_phys_read(bdf, PCI_COMMAND, &cmd, sizeof(cmd));
	return cmd & PCI_COMMAND_MASTER;
}

bool host_logs_dma(struct host_vf *vf)
{
	return vfio_mig_logs_dma(&vf->dev);
}

uint8_t guest_read(struct host_vf *vf, unsigned int reg)
{
	return vfio_dev_cfg_read8(&vf->dev, vf->cap + reg);
}

int guest_write(struct host_vf *vf, unsigned int reg, uint8_t val)
{
	return vfio_dev_cfg_write8(&vf->dev, vf->cap + reg, val);
}

bool guest_bus_master(struct host_vf *vf)
{
	return vfio_dev_cfg_read16(&vf->dev, PCI_COMMAND) & PCI_COMMAND_MASTER;
}

int guest_set_bus_master(struct host_vf *vf, bool on)
{
	uint16_t cmd = vfio_dev_cfg_read16(&vf->dev, PCI_COMMAND);

	cmd &= ~PCI_COMMAND_MASTER;
	if (on)
		cmd |= PCI_COMMAND_MASTER;
	return vfio_dev_cfg_write16(&vf->dev, PCI_COMMAND, cmd);
}

int guest_flr(struct host_vf *vf)
{
	unsigned int exp = vfio_dev_find_cap(&vf->dev, PCI_CAP_ID_EXP);
	uint16_t ctl;

	if (!exp || !(vfio_dev_cfg_read32(&vf->dev, exp + PCI_EXP_DEVCAP) &
		      PCI_EXP_DEVCAP_FLR))
		return -EOPNOTSUPP;
	ctl = vfio_dev_cfg_read16(&vf->dev, exp + PCI_EXP_DEVCTL);
	return vfio_dev_cfg_write16(&vf->dev, exp + PCI_EXP_DEVCTL,
				    ctl | PCI_EXP_DEVCTL_BCR_FLR);
}

int guest_start(struct host_vf *vf, uint8_t ctrl)
{
	int ret = guest_set_bus_master(vf, true);

	return ret ? ret : guest_write(vf, MIGCAP_CTRL, ctrl);
}

int host_quiesce(struct host_vf *vf)
{
	int ret = host_attr_write(vf, "quiesce", "1");

	if (ret)
		return ret;
	ret = guest_write(vf, MIGCAP_VF_STATUS, MIGCAP_VF_READY);
	if (ret)
		return ret;
	return host_attr_becomes(vf, "quiesce", "quiesced", 1000) ? 0 :
								    -ETIMEDOUT;
}

int host_stop_copy(struct host_vf *vf, int *fd)
{
	uint64_t size;
	int ret;

	ret = vfio_mig_set(&vf->dev, VFIO_DEVICE_STATE_STOP, NULL);
	if (!ret)
		ret = vfio_mig_data_size(&vf->dev, &size);
	return ret ? ret : vfio_mig_set(&vf->dev, VFIO_DEVICE_STATE_STOP_COPY,
					fd);
}

int host_ask(struct host_vf *vf)
{
	uint64_t size;
	int queries, ret;

	/* The first ones may have been slow. */
	for (queries = 0; queries < QUERIES_MAX; queries++) {
		ret = vfio_mig_data_size(&vf->dev, &size);
		if (ret || guest_read(vf, MIGCAP_VMM_STATUS) == MIGCAP_VMM_START)
			return ret;
	}
	return -ETIME;
}
