// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA mapping operations that keep account of what a device may write to.
 *
 * They do what the kernel's direct mapping does where neither an IOMMU, nor an
 * offset, nor a bounce buffer is in the way: the device uses physical
 * addresses.  So the two go together, and the kernel's own can take over at
 * any moment: it unmaps and frees what was mapped and allocated here.  That is
 * what happens as soon as something is asked for that cannot be tracked; the
 * driver does not notice.
 *
 * Coherent memory counts as mapped for writing from its allocation to its
 * release.
 *
 * members_lock: devices join and leave one at a time.  When the last one has
 * left, what it had mapped is written off before the next one joins, for the
 * account does not say whose a mapping is.
 * tracked_lock: the list of tracked devices, and their dma_ops.
 */
#include <linux/cc_platform.h>
#include <linux/delay.h>
#include <linux/dma-map-ops.h>
#include <linux/iommu-dma.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rcupdate.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/swiotlb.h>

#include "dma_ops.h"
#include "dirty_pages.h"

#define DRAIN_PAUSE_MS	10

static DEFINE_MUTEX(members_lock);
static DEFINE_SPINLOCK(tracked_lock);
static LIST_HEAD(tracked);
static const struct dma_map_ops migcap_guest_dma_map_ops;

/* How many operations are under way that may sleep. */
static atomic_t sleepers;

static bool migcap_guest_has_ops(struct device *dev)
{
	return get_dma_ops(dev) == &migcap_guest_dma_map_ops;
}

/* The caller goes on with the kernel's own operations. */
static void migcap_guest_dma_ops_give_up(struct device *dev, const char *why)
{
	struct migcap_guest_dma_ops *dma;
	unsigned long flags;

	spin_lock_irqsave(&tracked_lock, flags);
	if (migcap_guest_has_ops(dev))
		set_dma_ops(dev, NULL);
	list_for_each_entry(dma, &tracked, node)
		if (dma->dev == dev)
			dma->lost(dma, why);
	spin_unlock_irqrestore(&tracked_lock, flags);
}

static bool migcap_guest_in_reach(struct device *dev, u64 mask,
				  phys_addr_t phys, size_t size)
{
	return phys + size - 1 <= min_not_zero(mask, dev->bus_dma_limit);
}

static bool migcap_guest_may_write(enum dma_data_direction dir,
				   unsigned long attrs)
{
	return dir != DMA_TO_DEVICE && !(attrs & DMA_ATTR_MMIO);
}

static void migcap_guest_count(struct device *dev, phys_addr_t phys,
			       size_t size)
{
	if (unlikely(!migcap_guest_dirty_pages_map(phys, size)))
		migcap_guest_dma_ops_give_up(dev,
					     "mapped memory that cannot be accounted for");
}

static void migcap_guest_uncount(struct device *dev, phys_addr_t phys,
				 size_t size)
{
	if (unlikely(!migcap_guest_dirty_pages_unmap(phys, size)))
		migcap_guest_dma_ops_give_up(dev,
					     "unmapped what was not mapped");
}

static dma_addr_t migcap_guest_map(struct device *dev, phys_addr_t phys,
				   size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	if (unlikely(!migcap_guest_in_reach(dev, dma_get_mask(dev), phys,
					    size))) {
		migcap_guest_dma_ops_give_up(dev,
					     "memory out of the device's reach");
		return dma_map_phys(dev, phys, size, dir, attrs);
	}
	if (migcap_guest_may_write(dir, attrs))
		migcap_guest_count(dev, phys, size);
	return phys;
}

static void migcap_guest_unmap(struct device *dev, dma_addr_t addr, size_t size,
			       enum dma_data_direction dir, unsigned long attrs)
{
	if (migcap_guest_may_write(dir, attrs))
		migcap_guest_uncount(dev, addr, size);
}

static int migcap_guest_map_sg(struct device *dev, struct scatterlist *sgl,
			       int nents, enum dma_data_direction dir,
			       unsigned long attrs)
{
	struct scatterlist *sg;
	int i, ret = -EIO;

	for_each_sg(sgl, sg, nents, i) {
		if (is_pci_p2pdma_page(sg_page(sg))) {
			ret = -EREMOTEIO;
			goto unmap;
		}
		sg->dma_address = migcap_guest_map(dev, sg_phys(sg), sg->length,
						   dir, attrs);
		if (sg->dma_address == DMA_MAPPING_ERROR)
			goto unmap;
		sg_dma_len(sg) = sg->length;
	}
	return nents;

unmap:
	dma_unmap_sg_attrs(dev, sgl, i, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
	return ret;
}

static void migcap_guest_unmap_sg(struct device *dev, struct scatterlist *sgl,
				  int nents, enum dma_data_direction dir,
				  unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		migcap_guest_unmap(dev, sg->dma_address, sg_dma_len(sg), dir,
				   attrs);
}

static gfp_t migcap_guest_zone(u64 mask)
{
	if (mask < DMA_BIT_MASK(32))
		return GFP_DMA;
	return mask == DMA_BIT_MASK(32) ? GFP_DMA32 : 0;
}

/* ERR_PTR(): let the kernel try, which has memory of other kinds. */
static struct page *migcap_guest_take_pages(struct device *dev, size_t size,
					    enum dma_data_direction dir,
					    gfp_t gfp)
{
	u64 mask = min_not_zero(dev->coherent_dma_mask, dev->bus_dma_limit);
	unsigned int order = get_order(size);
	struct page *page;

	page = alloc_pages_node(dev_to_node(dev),
				gfp | migcap_guest_zone(mask) | __GFP_ZERO,
				order);
	if (!page)
		return IS_ENABLED(CONFIG_DMA_CMA) ? ERR_PTR(-ENOMEM) : NULL;
	if (!migcap_guest_in_reach(dev, mask, page_to_phys(page), size)) {
		__free_pages(page, order);
		return ERR_PTR(-ERANGE);
	}
	if (migcap_guest_may_write(dir, 0))
		migcap_guest_count(dev, page_to_phys(page), size);
	return page;
}

static void *migcap_guest_alloc_tracked(struct device *dev, size_t size,
					dma_addr_t *addr, gfp_t gfp,
					unsigned long attrs)
{
	struct page *page;

	if (attrs & DMA_ATTR_NO_WARN)
		gfp |= __GFP_NOWARN;
	page = migcap_guest_take_pages(dev, size, DMA_BIDIRECTIONAL, gfp);
	if (IS_ERR(page)) {
		migcap_guest_dma_ops_give_up(dev,
					     "needs memory of a special kind");
		return dma_alloc_attrs(dev, size, addr, gfp, attrs);
	}
	if (!page)
		return NULL;

	*addr = page_to_phys(page);
	/* The page pointer stands for memory that the CPU does not access. */
	return attrs & DMA_ATTR_NO_KERNEL_MAPPING ? (void *)page :
						    page_address(page);
}

static void *migcap_guest_alloc(struct device *dev, size_t size,
				dma_addr_t *addr, gfp_t gfp,
				unsigned long attrs)
{
	void *vaddr;

	atomic_inc(&sleepers);
	vaddr = migcap_guest_alloc_tracked(dev, size, addr, gfp, attrs);
	atomic_dec(&sleepers);
	return vaddr;
}

static void migcap_guest_free_pages(struct device *dev, size_t size,
				    struct page *page, dma_addr_t addr,
				    enum dma_data_direction dir)
{
	if (migcap_guest_may_write(dir, 0))
		migcap_guest_uncount(dev, addr, size);
	__free_pages(page, get_order(size));
}

static void migcap_guest_free(struct device *dev, size_t size, void *vaddr,
			      dma_addr_t addr, unsigned long attrs)
{
	migcap_guest_free_pages(dev, size, pfn_to_page(PHYS_PFN(addr)), addr,
				DMA_BIDIRECTIONAL);
}

static struct page *migcap_guest_alloc_pages(struct device *dev, size_t size,
					     dma_addr_t *addr,
					     enum dma_data_direction dir,
					     gfp_t gfp)
{
	struct page *page;

	atomic_inc(&sleepers);
	page = migcap_guest_take_pages(dev, size, dir, gfp);
	if (IS_ERR(page)) {
		migcap_guest_dma_ops_give_up(dev,
					     "needs memory of a special kind");
		page = dma_alloc_pages(dev, size, addr, dir, gfp);
	} else if (page) {
		*addr = page_to_phys(page);
	}
	atomic_dec(&sleepers);
	return page;
}

/* Coherent memory in user space or with another device stays accounted for. */
static int migcap_guest_mmap(struct device *dev, struct vm_area_struct *vma,
			     void *vaddr, dma_addr_t addr, size_t size,
			     unsigned long attrs)
{
	unsigned long wanted = vma_pages(vma), count = PFN_UP(size);
	int ret;

	if (vma->vm_pgoff >= count || wanted > count - vma->vm_pgoff)
		return -ENXIO;
	atomic_inc(&sleepers);
	ret = remap_pfn_range(vma, vma->vm_start,
			      PHYS_PFN(addr) + vma->vm_pgoff,
			      wanted << PAGE_SHIFT, vma->vm_page_prot);
	atomic_dec(&sleepers);
	return ret;
}

static int migcap_guest_get_sgtable(struct device *dev, struct sg_table *sgt,
				    void *vaddr, dma_addr_t addr, size_t size,
				    unsigned long attrs)
{
	int ret;

	atomic_inc(&sleepers);
	ret = sg_alloc_table(sgt, 1, GFP_KERNEL);
	if (!ret)
		sg_set_page(sgt->sgl, pfn_to_page(PHYS_PFN(addr)),
			    PAGE_ALIGN(size), 0);
	atomic_dec(&sleepers);
	return ret;
}

static u64 migcap_guest_required_mask(struct device *dev)
{
	return DMA_BIT_MASK(fls64(migcap_guest_dirty_pages_end() - 1));
}

/* A driver that has to live with bounce buffers wants to know their size. */
static size_t migcap_guest_max_mapping_size(struct device *dev)
{
	if (migcap_guest_in_reach(dev, dma_get_mask(dev), 0,
				  migcap_guest_dirty_pages_end()))
		return SIZE_MAX;
	migcap_guest_dma_ops_give_up(dev, "memory out of the device's reach");
	return dma_max_mapping_size(dev);
}

#define MIGCAP_COMPAT_MAP	migcap_guest_map
#define MIGCAP_COMPAT_UNMAP	migcap_guest_unmap
#include "../../compat/map_ops.h"

/* Nothing to synchronise: the device is coherent and nothing bounces. */
static const struct dma_map_ops migcap_guest_dma_map_ops = {
	MIGCAP_COMPAT_MAP_OPS
	.map_sg			= migcap_guest_map_sg,
	.unmap_sg		= migcap_guest_unmap_sg,
	.alloc			= migcap_guest_alloc,
	.free			= migcap_guest_free,
	MIGCAP_COMPAT_ALLOC_PAGES(migcap_guest_alloc_pages)
	.free_pages		= migcap_guest_free_pages,
	.mmap			= migcap_guest_mmap,
	.get_sgtable		= migcap_guest_get_sgtable,
	.get_required_mask	= migcap_guest_required_mask,
	.max_mapping_size	= migcap_guest_max_mapping_size,
};

/*
 * Drivers that hand the device to user space, as those of UIO, have none: they
 * know nothing of what goes on with it.
 */
static bool migcap_guest_has_callbacks(const struct pci_driver *drv)
{
	return drv->err_handler || drv->driver.pm || drv->suspend;
}

static const char *migcap_guest_dma_ops_obstacle(struct device *dev)
{
	struct pci_driver *drv = to_pci_driver(dev->driver);

	if (cc_platform_has(CC_ATTR_MEM_ENCRYPT))
		return "memory is encrypted";
	if (use_dma_iommu(dev))
		return "the device is behind an IOMMU";
	if (get_dma_ops(dev))
		return "the device has DMA operations of its own";
	if (!dev_is_dma_coherent(dev) || dev->dma_range_map)
		return "the device does not use physical addresses";
	if (is_swiotlb_force_bounce(dev) || is_swiotlb_for_alloc(dev))
		return "bounce buffers are forced";
	if (migcap_compat_managed_dma(drv) || !migcap_guest_has_callbacks(drv))
		return "the driver may have its DMA done by others";
	return NULL;
}

/**
 * migcap_guest_dma_ops_install() - keep account of a device from now on
 * @dma:	the device; @dma->node is an empty list head
 *
 * Context: device_lock held; the driver is known and has not begun yet.
 * Return: NULL, or a constant text that says why not.
 */
const char *migcap_guest_dma_ops_install(struct migcap_guest_dma_ops *dma)
{
	struct device *dev = dma->dev;
	const char *obstacle;
	unsigned long flags;

	device_lock_assert(dev);

	obstacle = migcap_guest_dma_ops_obstacle(dev);
	if (obstacle)
		return obstacle;
	guard(mutex)(&members_lock);
	if (migcap_guest_dirty_pages_populate())
		return "no memory for the account";

	spin_lock_irqsave(&tracked_lock, flags);
	set_dma_ops(dev, &migcap_guest_dma_map_ops);
	if (migcap_guest_has_ops(dev))
		list_add(&dma->node, &tracked);
	else
		obstacle = "the kernel has no DMA operations per device";
	spin_unlock_irqrestore(&tracked_lock, flags);
	return obstacle;
}

/**
 * migcap_guest_dma_ops_remove() - no longer keep account of a device
 * @dma:	the device
 *
 * The driver may be bound and have memory mapped: the kernel takes over.
 *
 * Context: device_lock held, may sleep.
 */
void migcap_guest_dma_ops_remove(struct migcap_guest_dma_ops *dma)
{
	unsigned long flags;
	bool last;

	device_lock_assert(dma->dev);

	guard(mutex)(&members_lock);
	if (list_empty(&dma->node))
		return;
	spin_lock_irqsave(&tracked_lock, flags);
	if (migcap_guest_has_ops(dma->dev))
		set_dma_ops(dma->dev, NULL);
	list_del_init(&dma->node);
	last = list_empty(&tracked);
	spin_unlock_irqrestore(&tracked_lock, flags);
	if (last)
		migcap_guest_dirty_pages_retire();
}

/* Beyond this no one is in an operation that does not sleep. */
static void migcap_guest_dma_ops_sync(void)
{
	synchronize_rcu_tasks();
	synchronize_rcu();
}

/**
 * migcap_guest_dma_ops_drain() - wait until no one executes an operation any more
 *
 * Context: may sleep; all devices have been removed.
 */
void migcap_guest_dma_ops_drain(void)
{
	migcap_guest_dma_ops_sync();
	while (atomic_read(&sleepers))
		msleep(DRAIN_PAUSE_MS);
	migcap_guest_dma_ops_sync();
}
