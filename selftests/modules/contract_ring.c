// SPDX-License-Identifier: GPL-2.0-only
/*
 * A receive ring of the emulated VF, an igbvf, so that the device really does
 * DMA.
 *
 * Memory that a driver has freed belongs to others.  Here it is not freed but
 * filled with a pattern and kept: what the device writes to it after that is
 * found.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "contract.h"

/* Registers of the VF: its own reset, the mailbox to its PF, receive queue 0. */
#define REG_CTRL		0x0000
#define   CTRL_RST		BIT(26)
#define REG_MAILBOX		0x0c40
#define   MAILBOX_REQ		BIT(0)
#define   MAILBOX_ACK		BIT(1)
#define   MAILBOX_VFU		BIT(2)
#define   MAILBOX_PFSTS		BIT(4)
#define REG_MESSAGE		0x0800
#define   MESSAGE_RESET		1
#define   MESSAGE_ACK		BIT(31)
#define REG_RDBAL		0x2800
#define REG_RDBAH		0x2804
#define REG_RDLEN		0x2808
#define REG_SRRCTL		0x280c
#define   SRRCTL_2K_ONEBUF	(2 | BIT(25))
#define REG_RDH			0x2810
#define REG_RDT			0x2818
#define REG_RXDCTL		0x2828
#define   RXDCTL_ENABLE		BIT(25)

#define RX_DONE			BIT(0)
#define RX_BUFFERS		64
#define RING_SIZE		PAGE_SIZE
#define POISON			0x5a
#define REFILL_MS		5
#define RESET_MS		10
#define ANSWER_TRIES		1000

struct vf_contract_rx {
	__le64 addr;
	__le64 done;
};

/**
 * struct vf_contract_ring - a receive ring
 * @vf:		its device
 * @bar:	the device's registers
 * @rx:		the descriptors
 * @rx_addr:	where the device finds them
 * @pages:	the buffers, a page each
 * @addrs:	where the device finds those
 * @next:	descriptor that the device fills next
 * @received:	frames, since the driver was bound
 * @refill:	gives buffers back to the device
 * @graves:	pages that have been "freed"
 */
struct vf_contract_ring {
	struct vf_contract *vf;
	void __iomem *bar;
	struct vf_contract_rx *rx;
	dma_addr_t rx_addr;
	struct page *pages[RX_BUFFERS];
	dma_addr_t addrs[RX_BUFFERS];
	unsigned int next;
	atomic_t received;
	struct delayed_work refill;
	struct list_head graves;
};

static bool vf_contract_is_answered(struct vf_contract_ring *ring)
{
	unsigned int i;

	for (i = 0; i < ANSWER_TRIES; i++) {
		if (ioread32(ring->bar + REG_MAILBOX) & MAILBOX_PFSTS)
			return true;
		usleep_range(1000, 2000);
	}
	return false;
}

/* The PF lets a VF receive when the VF has told it of its reset. */
static int vf_contract_tell_pf(struct vf_contract_ring *ring)
{
	u32 answer;

	iowrite32(ioread32(ring->bar + REG_CTRL) | CTRL_RST,
		  ring->bar + REG_CTRL);
	msleep(RESET_MS);
	iowrite32(MAILBOX_VFU, ring->bar + REG_MAILBOX);
	iowrite32(MESSAGE_RESET, ring->bar + REG_MESSAGE);
	iowrite32(MAILBOX_REQ, ring->bar + REG_MAILBOX);
	if (!vf_contract_is_answered(ring))
		return -ETIMEDOUT;
	answer = ioread32(ring->bar + REG_MESSAGE);
	iowrite32(MAILBOX_ACK, ring->bar + REG_MAILBOX);
	return answer == (MESSAGE_RESET | MESSAGE_ACK) ? 0 : -EIO;
}

static void vf_contract_fill(struct vf_contract_ring *ring, unsigned int i)
{
	ring->rx[i].addr = cpu_to_le64(ring->addrs[i]);
	ring->rx[i].done = 0;
}

static int vf_contract_add_buffer(struct vf_contract_ring *ring, unsigned int i)
{
	struct device *dev = &ring->vf->pdev->dev;

	ring->pages[i] = alloc_page(GFP_KERNEL);
	if (!ring->pages[i])
		return -ENOMEM;
	ring->addrs[i] = dma_map_page(dev, ring->pages[i], 0, PAGE_SIZE,
				      DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, ring->addrs[i])) {
		__free_page(ring->pages[i]);
		ring->pages[i] = NULL;
		return -EIO;
	}
	vf_contract_fill(ring, i);
	return 0;
}

static void vf_contract_program(struct vf_contract_ring *ring)
{
	void __iomem *bar = ring->bar;

	iowrite32(0, bar + REG_RXDCTL);
	iowrite32(lower_32_bits(ring->rx_addr), bar + REG_RDBAL);
	iowrite32(upper_32_bits(ring->rx_addr), bar + REG_RDBAH);
	iowrite32(RX_BUFFERS * sizeof(*ring->rx), bar + REG_RDLEN);
	iowrite32(SRRCTL_2K_ONEBUF, bar + REG_SRRCTL);
	iowrite32(0, bar + REG_RDH);
	iowrite32(0, bar + REG_RDT);
	iowrite32(RXDCTL_ENABLE, bar + REG_RXDCTL);
	ring->next = 0;
	iowrite32(RX_BUFFERS - 1, bar + REG_RDT);
}

static void vf_contract_refill(struct work_struct *work)
{
	struct vf_contract_ring *ring =
		container_of(work, struct vf_contract_ring, refill.work);
	unsigned int last = ring->next;

	while (le64_to_cpu(READ_ONCE(ring->rx[ring->next].done)) & RX_DONE) {
		atomic_inc(&ring->received);
		last = ring->next;
		vf_contract_fill(ring, last);
		ring->next = (last + 1) % RX_BUFFERS;
	}
	if (last != ring->next)
		iowrite32(last, ring->bar + REG_RDT);
	schedule_delayed_work(&ring->refill, msecs_to_jiffies(REFILL_MS));
}

static void vf_contract_bury(struct vf_contract_ring *ring, struct page *page)
{
	memset(page_address(page), POISON, PAGE_SIZE);
	list_add(&page->lru, &ring->graves);
}

/* Without a word to the device. */
void vf_contract_ring_free(struct vf_contract *vf)
{
	struct vf_contract_ring *ring = vf->ring;
	struct device *dev = &vf->pdev->dev;
	unsigned int i;

	cancel_delayed_work_sync(&ring->refill);
	for (i = 0; i < RX_BUFFERS && ring->pages[i]; i++) {
		dma_unmap_page(dev, ring->addrs[i], PAGE_SIZE, DMA_FROM_DEVICE);
		vf_contract_bury(ring, ring->pages[i]);
		ring->pages[i] = NULL;
	}
}

int vf_contract_ring_start(struct vf_contract *vf)
{
	struct vf_contract_ring *ring = vf->ring;
	int ret = vf_contract_tell_pf(ring);
	unsigned int i;

	for (i = 0; i < RX_BUFFERS && !ret; i++)
		ret = vf_contract_add_buffer(ring, i);
	if (ret) {
		vf_contract_ring_free(vf);
		return ret;
	}
	vf_contract_program(ring);
	schedule_delayed_work(&ring->refill, 0);
	return 0;
}

/* In good order. */
void vf_contract_ring_stop(struct vf_contract *vf)
{
	iowrite32(0, vf->ring->bar + REG_RXDCTL);
	ioread32(vf->ring->bar + REG_RXDCTL);
	usleep_range(10000, 20000);
	vf_contract_ring_free(vf);
}

int vf_contract_ring_add(struct vf_contract *vf)
{
	struct vf_contract_ring *ring = kzalloc(sizeof(*ring), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!ring)
		return ret;
	ring->vf = vf;
	INIT_LIST_HEAD(&ring->graves);
	INIT_DELAYED_WORK(&ring->refill, vf_contract_refill);
	ring->rx = dma_alloc_coherent(&vf->pdev->dev, RING_SIZE,
				      &ring->rx_addr, GFP_KERNEL);
	if (!ring->rx)
		goto free_ring;
	ring->bar = pci_iomap(vf->pdev, 0, 0);
	if (!ring->bar)
		goto free_rx;
	vf->ring = ring;
	ret = vf_contract_ring_start(vf);
	if (!ret)
		return 0;
	vf->ring = NULL;
	pci_iounmap(vf->pdev, ring->bar);
free_rx:
	dma_free_coherent(&vf->pdev->dev, RING_SIZE, ring->rx, ring->rx_addr);
free_ring:
	kfree(ring);
	return ret;
}

void vf_contract_ring_remove(struct vf_contract *vf)
{
	struct vf_contract_ring *ring = vf->ring;
	struct page *page, *next;

	vf_contract_ring_stop(vf);
	pci_clear_master(vf->pdev);
	list_for_each_entry_safe(page, next, &ring->graves, lru)
		__free_page(page);
	pci_iounmap(vf->pdev, ring->bar);
	dma_free_coherent(&vf->pdev->dev, RING_SIZE, ring->rx, ring->rx_addr);
	vf->ring = NULL;
	kfree(ring);
}

int vf_contract_ring_received(struct vf_contract *vf)
{
	return vf->ring ? atomic_read(&vf->ring->received) : 0;
}

/* Pages that somebody has written to after they were "freed". */
int vf_contract_ring_spoiled(struct vf_contract *vf)
{
	struct page *page;
	int spoiled = 0;

	if (!vf->ring)
		return 0;
	list_for_each_entry(page, &vf->ring->graves, lru)
		if (memchr_inv(page_address(page), POISON, PAGE_SIZE))
			spoiled++;
	return spoiled;
}
