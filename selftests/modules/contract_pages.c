// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many requests read into the same pages, as an unprivileged user can ask for.
 */
#include <linux/dma-mapping.h>
#include <linux/list.h>
#include <linux/mm.h>

#include "contract.h"

#define SHARED_PAGES	512
#define SHARED_TIMES	100

static int vf_contract_map(struct vf_contract *vf, struct page *page)
{
	dma_addr_t addr = DMA_MAPPING_ERROR;
	int times;

	for (times = 0; times < SHARED_TIMES; times++) {
		addr = dma_map_page(&vf->pdev->dev, page, 0, PAGE_SIZE,
				    DMA_FROM_DEVICE);
		if (dma_mapping_error(&vf->pdev->dev, addr))
			return -EIO;
	}
	while (times--)
		dma_unmap_page(&vf->pdev->dev, addr, PAGE_SIZE,
			       DMA_FROM_DEVICE);
	return 0;
}

int vf_contract_share(struct vf_contract *vf)
{
	struct page *page, *next;
	LIST_HEAD(pages);
	int i, ret = 0;

	for (i = 0; i < SHARED_PAGES && !ret; i++) {
		page = alloc_page(GFP_KERNEL);
		if (!page) {
			ret = -ENOMEM;
			break;
		}
		list_add(&page->lru, &pages);
		ret = vf_contract_map(vf, page);
	}
	list_for_each_entry_safe(page, next, &pages, lru)
		__free_page(page);
	return ret;
}
