// SPDX-License-Identifier: GPL-2.0-only
/*
 * The extra vector.
 *
 * Some VF drivers take every MSI-X vector that their device has, and nothing
 * is left for the agent in the guest.  An operator can add one at the end of
 * the table.  Owns what makes it visible (Message Control, PCI Express Base
 * Specification 6.0, section 7.7.2.2, and VFIO_DEVICE_GET_IRQ_INFO) and keeps
 * it from vfio-pci core, who knows nothing of it.  Raising it is the mailbox's
 * work, like any other vector's.
 */
#include <linux/err.h>
#include <linux/mman.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vfio_pci_core.h>

#include "mailbox.h"
#include "report.h"
#include "vector.h"

#define MSIX_MAX_VECTORS	(PCI_MSIX_FLAGS_QSIZE + 1)
/* Pending bits come in words of 64 (section 7.7.2.7). */
#define MSIX_PBA_WORD		8
#define MSIX_PBA_BITS		64

struct msix_layout {
	u8 table_bar;
	u32 table_start;
	u32 table_end;
	u8 pba_bar;
	u32 pba_start;
	u32 pba_end;
};

static void get_layout(struct pci_dev *pdev, u16 nr_vectors,
		       struct msix_layout *layout)
{
	u32 table, pba;

	pci_read_config_dword(pdev, pdev->msix_cap + PCI_MSIX_TABLE, &table);
	pci_read_config_dword(pdev, pdev->msix_cap + PCI_MSIX_PBA, &pba);
	layout->table_bar = table & PCI_MSIX_TABLE_BIR;
	layout->table_start = table & PCI_MSIX_TABLE_OFFSET;
	layout->table_end = layout->table_start +
			    nr_vectors * PCI_MSIX_ENTRY_SIZE;
	layout->pba_bar = pba & PCI_MSIX_PBA_BIR;
	layout->pba_start = pba & PCI_MSIX_PBA_OFFSET;
	layout->pba_end = layout->pba_start +
			  DIV_ROUND_UP(nr_vectors, MSIX_PBA_BITS) *
			  MSIX_PBA_WORD;
}

/* A table that grows must not run into its pending bits or out of its BAR. */
static bool has_room(struct pci_dev *pdev, u16 nr_vectors)
{
	struct msix_layout layout;

	if (nr_vectors > MSIX_MAX_VECTORS)
		return false;
	get_layout(pdev, nr_vectors, &layout);
	if (layout.table_end > pci_resource_len(pdev, layout.table_bar) ||
	    layout.pba_end > pci_resource_len(pdev, layout.pba_bar))
		return false;
	return layout.table_bar != layout.pba_bar ||
	       layout.table_end <= layout.pba_start ||
	       layout.pba_end <= layout.table_start;
}

/**
 * migcap_vector_init() - look at the device's MSI-X table
 * @vector: filled in
 * @core: the device, enabled and not yet in use
 * @mailbox: raises the extra vector
 * @report: takes the refusal
 * @extra: the operator wants one more vector than there are
 *
 * Return: 0, or -ENOSPC if the table cannot grow.
 */
int migcap_vector_init(struct migcap_vector *vector,
		       struct vfio_pci_core_device *core,
		       struct migcap_mailbox *mailbox,
		       struct migcap_report *report, bool extra)
{
	int count = pci_msix_vec_count(core->pdev);

	vector->core = core;
	vector->mailbox = mailbox;
	vector->nr_vectors = count < 0 ? 0 : count;
	vector->extra = extra;
	if (!extra)
		return 0;
	if (!vector->nr_vectors ||
	    !has_room(core->pdev, vector->nr_vectors + 1))
		return migcap_refuse(report, -ENOSPC,
				     "no room for an extra MSI-X vector");
	vector->nr_vectors++;
	return 0;
}

/**
 * migcap_vector_patch_config() - show the extra vector in Message Control
 * @vector: the table, with an extra vector
 * @buf: what has been read from the device
 * @count: its length in bytes
 * @pos: its offset in configuration space
 *
 * Return: 0 or -EFAULT.
 */
int migcap_vector_patch_config(const struct migcap_vector *vector,
			       char __user *buf, size_t count, loff_t pos)
{
	loff_t flags = vector->core->pdev->msix_cap + PCI_MSIX_FLAGS;
	u16 size = vector->nr_vectors - 1;
	int i;

	for (i = 0; i < 2; i++, flags++) {
		u8 mask = PCI_MSIX_FLAGS_QSIZE >> (8 * i);
		u8 __user *at = (u8 __user *)buf + (flags - pos);
		u8 byte;

		if (flags < pos || flags >= pos + count)
			continue;
		if (get_user(byte, at))
			return -EFAULT;
		byte = (byte & ~mask) | ((size >> (8 * i)) & mask);
		if (put_user(byte, at))
			return -EFAULT;
	}
	return 0;
}

/**
 * migcap_vector_get_irq_info() - VFIO_DEVICE_GET_IRQ_INFO
 * @vector: the table
 * @arg: the ioctl's argument
 *
 * Return: what core says, with one more vector for MSI-X.
 */
long migcap_vector_get_irq_info(const struct migcap_vector *vector,
				struct vfio_irq_info __user *arg)
{
	u32 index;
	long ret;

	ret = vfio_pci_core_ioctl(&vector->core->vdev,
				  VFIO_DEVICE_GET_IRQ_INFO,
				  (unsigned long)arg);
	if (ret || !vector->extra)
		return ret;
	if (get_user(index, &arg->index))
		return -EFAULT;
	if (index != VFIO_PCI_MSIX_IRQ_INDEX)
		return 0;
	return put_user(vector->nr_vectors, &arg->count);
}

/*
 * Core takes its argument from user memory.  The caller's own must not be
 * changed, another thread may be looking at it; so core gets a copy.
 */
static long core_set_irqs(const struct migcap_vector *vector,
			  const struct vfio_irq_set *hdr,
			  const struct vfio_irq_set __user *arg)
{
	size_t minsz = offsetofend(struct vfio_irq_set, count);
	size_t size = PAGE_ALIGN(hdr->argsz);
	struct vfio_irq_set __user *copy;
	unsigned long addr;
	long ret = -EFAULT;
	void *data;

	data = memdup_user(arg->data, hdr->argsz - minsz);
	if (IS_ERR(data))
		return PTR_ERR(data);
	addr = vm_mmap(NULL, 0, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR_VALUE(addr)) {
		kfree(data);
		return addr;
	}
	copy = (struct vfio_irq_set __user *)addr;
	if (!copy_to_user(copy, hdr, minsz) &&
	    !copy_to_user(copy->data, data, hdr->argsz - minsz))
		ret = vfio_pci_core_ioctl(&vector->core->vdev,
					  VFIO_DEVICE_SET_IRQS, addr);
	vm_munmap(addr, size);
	kfree(data);
	return ret;
}

static size_t data_size(const struct vfio_irq_set *hdr)
{
	switch (hdr->flags & VFIO_IRQ_SET_DATA_TYPE_MASK) {
	case VFIO_IRQ_SET_DATA_BOOL:
		return hdr->count * sizeof(u8);
	case VFIO_IRQ_SET_DATA_EVENTFD:
		return hdr->count * sizeof(s32);
	default:
		return 0;
	}
}

/* The VMM triggers a vector by hand: by its number, or by a list of flags. */
static long trigger_extra(const struct migcap_vector *vector,
			  const struct vfio_irq_set *hdr,
			  const struct vfio_irq_set __user *arg)
{
	u8 flag = hdr->flags & VFIO_IRQ_SET_DATA_NONE;

	if ((hdr->flags & VFIO_IRQ_SET_DATA_BOOL) &&
	    get_user(flag, &arg->data[hdr->count - 1]))
		return -EFAULT;
	if (flag)
		migcap_mailbox_signal(vector->mailbox, vector->nr_vectors - 1);
	return 0;
}

/* A request that is in order and ends with the extra vector. */
static bool takes_extra(const struct migcap_vector *vector,
			const struct vfio_irq_set *hdr)
{
	size_t minsz = offsetofend(struct vfio_irq_set, count);

	return vector->extra && hdr->index == VFIO_PCI_MSIX_IRQ_INDEX &&
	       (hdr->flags & VFIO_IRQ_SET_ACTION_TRIGGER) &&
	       hdr->count && hdr->count <= vector->nr_vectors &&
	       hdr->start == vector->nr_vectors - hdr->count &&
	       hdr->argsz >= minsz && hdr->argsz - minsz >= data_size(hdr);
}

/**
 * migcap_vector_set_irqs() - VFIO_DEVICE_SET_IRQS, less the extra vector
 * @vector: the table
 * @hdr: the request
 * @arg: the ioctl's argument, which it is from
 *
 * Return: what core says to the rest of the request.
 */
long migcap_vector_set_irqs(const struct migcap_vector *vector,
			    const struct vfio_irq_set *hdr,
			    struct vfio_irq_set __user *arg)
{
	struct vfio_irq_set rest;
	long ret = 0;

	if (!takes_extra(vector, hdr))
		return vfio_pci_core_ioctl(&vector->core->vdev,
					   VFIO_DEVICE_SET_IRQS,
					   (unsigned long)arg);
	rest = *hdr;
	rest.argsz = offsetofend(struct vfio_irq_set, count) + data_size(hdr);
	rest.count--;
	/* A request for no vector at all means something else to core. */
	if (rest.count)
		ret = core_set_irqs(vector, &rest, arg);
	if (!ret)
		ret = trigger_extra(vector, hdr, arg);
	return ret;
}
