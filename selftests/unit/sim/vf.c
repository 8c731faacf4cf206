// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simulated VF: the driver's own operations, called as core calls them.
 *
 * Owns what core checks before it calls, and the VMM's file.
 */
#include "../../model/model.h"
#include "../../model/vf.h"
#include "sim.h"

#define RANGES_MAX	16

struct vf_traits vf_traits = {
	.logs_dma = IS_ENABLED(CONFIG_IOMMUFD_DRIVER),
	.container_pages = VF_ALL_PAGES,
	.sleep_ms = 60000,
	.exact = true,
};

static struct vfio_device *vf_vdev(void)
{
	return &sim.mvdev->core.vdev;
}

void *sim_alloc_device(size_t size, struct device *dev,
		       const struct vfio_device_ops *ops)
{
	struct vfio_device *vdev = calloc(1, size);

	vdev->dev = dev;
	vdev->ops = ops;
	container_of(vdev, struct vfio_pci_core_device, vdev)->pdev =
		to_pci_dev(dev);
	ops->init(vdev);
	return vdev;
}

void vfio_put_device(struct vfio_device *vdev)
{
	free(vdev);
}

void vfio_pci_core_release_dev(struct vfio_device *vdev)
{
}

int vfio_pci_core_register_device(struct vfio_pci_core_device *core)
{
	return 0;
}

static void vf_bind(void)
{
	sim.pdev.is_virtfn = true;
	sim.driver->probe(&sim.pdev, NULL);
	sim.mvdev = container_of(dev_get_drvdata(&sim.pdev.dev),
				 struct migcap_vfio_device, core);
}

int vf_open(void)
{
	int ret;

	if (!sim.driver)
		sim_module_init();
	if (!sim.mvdev)
		vf_bind();
	ret = vf_vdev()->ops->open_device(vf_vdev());
	sim.is_open = !ret;
	model.other_awaited = false;
	if (!ret)
		ret = migcap_vfio_sibling_join(&sim.other_device,
					       &sim.others_look);
	return ret;
}

void vf_close(void)
{
	migcap_vfio_sibling_leave(&sim.other_device);
	sim.is_open = false;
	vf_vdev()->ops->close_device(vf_vdev());
}

void vf_end(void)
{
	vf_file_close();
	if (sim.is_open)
		vf_close();
	sim.driver->remove(&sim.pdev);
	sim.mvdev = NULL;
}

int vf_rebind(void)
{
	vf_end();
	sim.tracks = false;
	sim.pinned_scope = false;
	sim.pinned_dirty = 0;
	return vf_open();
}

int vf_reset(void)
{
	return vf_vdev()->ops->ioctl(vf_vdev(), VFIO_DEVICE_RESET, 0);
}

/* Core lets the driver see a feature that it does not know. */
int vf_low_power(void)
{
	return vf_vdev()->ops->device_feature(vf_vdev(), 0, NULL, 0);
}

int vf_set_state(uint32_t state)
{
	struct file *filp;

	if (state == VFIO_DEVICE_STATE_ERROR || state >= VFIO_DEVICE_STATE_NR)
		return -EINVAL;
	filp = vf_vdev()->mig_ops->migration_set_state(vf_vdev(), state);
	if (IS_ERR(filp))
		return PTR_ERR(filp);
	if (filp) {
		vf_file_close();
		sim.filp = filp;
		if (one_in(4))
			filp->f_flags |= O_NONBLOCK;
	}
	return 0;
}

int vf_get_state(void)
{
	enum vfio_device_mig_state state;

	vf_vdev()->mig_ops->migration_get_state(vf_vdev(), &state);
	return state;
}

int vf_data_size(uint64_t *size)
{
	unsigned long bytes;
	int ret = vf_vdev()->mig_ops->migration_get_data_size(vf_vdev(),
							      &bytes);

	*size = bytes;
	return ret;
}

ssize_t vf_file_read(void *buf, size_t len)
{
	if (!sim.filp || !sim.filp->f_op->read)
		return -EBADF;
	return sim.filp->f_op->read(sim.filp, buf, len, NULL);
}

ssize_t vf_file_write(const void *buf, size_t len)
{
	if (!sim.filp || !sim.filp->f_op->write)
		return -EBADF;
	return sim.filp->f_op->write(sim.filp, buf, len, NULL);
}

int vf_precopy_info(uint64_t *initial_bytes)
{
	struct vfio_precopy_info info = { .argsz = sizeof(info) };
	int ret;

	if (!sim.filp || !sim.filp->f_op->unlocked_ioctl)
		return -EBADF;
	ret = sim.filp->f_op->unlocked_ioctl(sim.filp, VFIO_MIG_GET_PRECOPY_INFO,
					    (unsigned long)&info);
	*initial_bytes = info.initial_bytes;
	return ret;
}

void vf_file_close(void)
{
	if (sim.filp)
		fput(sim.filp);
	sim.filp = NULL;
}

/* What core asks of the ranges; then they are sorted, and may not overlap. */
static int vf_sort_ranges(struct interval_tree_node *nodes,
			  const struct vf_range *ranges, unsigned int nr,
			  uint64_t page_size, struct rb_root_cached *tree)
{
	struct interval_tree_node **at;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (ranges[i].iova % page_size || ranges[i].length % page_size)
			return -EINVAL;
		if (ranges[i].iova + ranges[i].length < ranges[i].iova)
			return -EOVERFLOW;
		nodes[i].start = ranges[i].iova;
		nodes[i].last = ranges[i].iova + ranges[i].length - 1;
		for (at = &tree->first; *at; at = &(*at)->next) {
			if (nodes[i].last < (*at)->start)
				break;
			if (nodes[i].start <= (*at)->last)
				return -EINVAL;
		}
		nodes[i].next = *at;
		*at = &nodes[i];
	}
	return 0;
}

int vf_log_start(const struct vf_range *ranges, unsigned int nr,
		 uint64_t page_size)
{
	struct interval_tree_node nodes[RANGES_MAX];
	struct rb_root_cached tree = {};
	u64 size = page_size;
	int ret;

	if (!vf_vdev()->log_ops)
		return -ENOTTY;
	if (page_size < VF_PAGE_SIZE || !is_power_of_2(page_size))
		return -EINVAL;
	ret = vf_sort_ranges(nodes, ranges, nr, page_size, &tree);
	if (ret)
		return ret;
	return vf_vdev()->log_ops->log_start(vf_vdev(), &tree, nr, &size);
}

int vf_log_stop(void)
{
	if (!vf_vdev()->log_ops)
		return -ENOTTY;
	return vf_vdev()->log_ops->log_stop(vf_vdev());
}

int vf_log_report(const struct vf_range *query, uint64_t page_size,
		  uint64_t *pages)
{
	struct iova_bitmap bitmap;
	int ret;

	*pages = 0;
	if (!vf_vdev()->log_ops)
		return -ENOTTY;
	if (page_size < VF_PAGE_SIZE || !is_power_of_2(page_size))
		return -EINVAL;
	if (query->iova + query->length < query->iova)
		return -EOVERFLOW;
	sim_iova_bitmap(&bitmap, query->iova, query->length, page_size);
	ret = vf_vdev()->log_ops->log_read_and_clear(vf_vdev(), query->iova,
						     query->length, &bitmap);
	*pages = bitmap.first_bytes & bitmap.last_bytes;
	return ret;
}

int vf_container_track(bool on)
{
	if (on && !sim.tracks)
		sim.pinned_dirty = 0;
	sim.tracks = on;
	return 0;
}

/* Without pinned scope all that is mapped may have been written. */
int vf_container_report(uint64_t *pages)
{
	if (!sim.tracks)
		return -EINVAL;
	*pages = sim.pinned_scope ? sim.pinned_dirty : VF_ALL_PAGES;
	sim.pinned_dirty = 0;
	return 0;
}

int vf_cfg_read(unsigned int offset, void *buf, size_t len)
{
	loff_t pos = offset +
		VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX);

	return vf_vdev()->ops->read(vf_vdev(), buf, len, &pos);
}

int vf_cfg_write(unsigned int offset, const void *buf, size_t len)
{
	loff_t pos = offset +
		VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX);

	return vf_vdev()->ops->write(vf_vdev(), buf, len, &pos);
}

unsigned int vf_capability(void)
{
	return SIM_CAP;
}

int vf_flr(void)
{
	u16 control = PCI_EXP_DEVCTL_BCR_FLR;

	return vf_cfg_write(SIM_EXP + PCI_EXP_DEVCTL, &control,
			    sizeof(control));
}

int vf_power(bool on)
{
	u16 control = on ? 0 : 3;

	return vf_cfg_write(SIM_PM + PCI_PM_CTRL, &control, sizeof(control));
}

static struct device_attribute *vf_find_attr(const char *name)
{
	struct attribute **attr = sim.pdev.dev.kobj.group->attrs;

	while (strcmp((*attr)->name, name))
		attr++;
	return container_of(*attr, struct device_attribute, attr);
}

const char *vf_attr(const char *name)
{
	struct device_attribute *attr = vf_find_attr(name);
	static char text[PAGE_SIZE];
	ssize_t len = attr->show(&sim.pdev.dev, attr, text);

	text[len - 1] = '\0';
	return text;
}

int vf_attr_write(const char *name, const char *val)
{
	struct device_attribute *attr = vf_find_attr(name);
	ssize_t ret = attr->store(&sim.pdev.dev, attr, val, strlen(val));

	return ret < 0 ? ret : 0;
}

bool vf_bus_master(void)
{
	return sim.config[PCI_COMMAND] & PCI_COMMAND_MASTER;
}

uint64_t vf_now(void)
{
	return sim_now_ns / NSEC_PER_MSEC;
}

void vf_sleep(uint64_t ms)
{
	if (one_in(2))
		sim.work_is_late = false;
	sim_run_work();
	sim_advance(ms);
}

int vf_other_device(bool due, bool awaited)
{
	migcap_vfio_sibling_tell(&sim.other_device, due, awaited);
	return 0;
}

int vf_asker(void)
{
	return sim.mvdev->guest.handshake.asker;
}
