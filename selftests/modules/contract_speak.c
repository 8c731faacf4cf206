// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that answers the host itself, with a vector of its own, as
 * Documentation/porting.md has it.  No agent is in the guest.
 *
 * The interrupt and a timer do no more than have the registers looked at.
 */
#include <linux/interrupt.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/migcap_regs.h>

#include "contract.h"

/* Without an interrupt, and while the device is down. */
#define LOOK_MS		100
#define LOOK_DOWN_MS	1

#define SAID_CTRL	(MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_IRQ_ENABLE)

/**
 * struct vf_contract_speaker - who answers the host
 * @vf:		the device
 * @pos:	of the capability
 * @epoch:	EPOCH at the last look
 * @is_down:	the device was stopped for a START
 * @interrupts:	how often the mailbox vector was raised
 * @look:	looks at the registers; all else is its own
 */
struct vf_contract_speaker {
	struct vf_contract *vf;
	u8 pos;
	u8 epoch;
	bool is_down;
	atomic_t interrupts;
	struct delayed_work look;
};

static u8 vf_contract_find_cap(struct pci_dev *pdev)
{
	u8 pos = pci_find_capability(pdev, PCI_CAP_ID_VNDR);
	__le32 signature;
	u32 value;

	for (; pos; pos = pci_find_next_capability(pdev, pos,
						   PCI_CAP_ID_VNDR)) {
		pci_read_config_dword(pdev, pos + MIGCAP_SIGNATURE, &value);
		signature = cpu_to_le32(value);
		if (!memcmp(&signature, MIGCAP_SIGNATURE_VALUE,
			    MIGCAP_SIGNATURE_SIZE))
			return pos;
	}
	return 0;
}

/* Vector 0 is the mailbox. */
static void vf_contract_say(struct vf_contract_speaker *speaker, u8 ctrl,
			    u8 status)
{
	pci_write_config_dword(speaker->vf->pdev, speaker->pos + MIGCAP_CTRL,
			       ctrl | status << 16);
}

static void vf_contract_speaker_down(struct vf_contract_speaker *speaker)
{
	vf_contract_ring_stop(speaker->vf);
	pci_clear_master(speaker->vf->pdev);
	speaker->is_down = true;
	atomic_inc(&speaker->vf->down);
	vf_contract_say(speaker, SAID_CTRL, MIGCAP_VF_READY);
}

static void vf_contract_speaker_up(struct vf_contract_speaker *speaker)
{
	int ret;

	vf_contract_say(speaker, SAID_CTRL, MIGCAP_VF_WAIT);
	pci_set_master(speaker->vf->pdev);
	ret = vf_contract_ring_start(speaker->vf);
	if (ret)
		pci_err(speaker->vf->pdev, "vf_contract: not up: %d\n", ret);
	speaker->is_down = false;
	atomic_inc(&speaker->vf->resumed);
}

/* The device was reset behind the driver, or is another one. */
static void vf_contract_speaker_recover(struct vf_contract_speaker *speaker)
{
	if (speaker->is_down)
		return;
	vf_contract_ring_stop(speaker->vf);
	vf_contract_speaker_up(speaker);
}

static void vf_contract_speaker_act(struct vf_contract_speaker *speaker,
				    bool start, u8 status)
{
	if (start && !speaker->is_down)
		vf_contract_speaker_down(speaker);
	else if (start && status == MIGCAP_VF_WAIT)
		vf_contract_say(speaker, SAID_CTRL, MIGCAP_VF_READY);
	else if (!start && speaker->is_down)
		vf_contract_speaker_up(speaker);
}

static void vf_contract_look(struct work_struct *work)
{
	struct vf_contract_speaker *speaker =
		container_of(work, struct vf_contract_speaker, look.work);
	struct pci_dev *pdev = speaker->vf->pdev;
	u32 progress, status;
	u8 epoch;

	pci_read_config_dword(pdev, speaker->pos + MIGCAP_EPOCH, &progress);
	pci_read_config_dword(pdev, speaker->pos + MIGCAP_CTRL, &status);
	if (PCI_POSSIBLE_ERROR(status))
		return;

	epoch = progress & 0xff;
	if ((status & 0xff) != SAID_CTRL ||
	    (progress >> 8 & MIGCAP_EVENT_DEVICE_RESET &&
	     epoch != speaker->epoch))
		vf_contract_speaker_recover(speaker);
	vf_contract_speaker_act(speaker,
				(status >> 8 & 0xff) == MIGCAP_VMM_START,
				status >> 16 & 0xff);
	speaker->epoch = epoch;
	queue_delayed_work(system_wq, &speaker->look,
			   msecs_to_jiffies(speaker->is_down ? LOOK_DOWN_MS :
							       LOOK_MS));
}

static irqreturn_t vf_contract_mailbox(int irq, void *data)
{
	struct vf_contract_speaker *speaker = data;

	atomic_inc(&speaker->interrupts);
	mod_delayed_work(system_wq, &speaker->look, 0);
	return IRQ_HANDLED;
}

static int vf_contract_take_vector(struct vf_contract_speaker *speaker)
{
	struct pci_dev *pdev = speaker->vf->pdev;
	int ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSIX);

	if (ret < 0)
		return ret;
	ret = request_irq(pci_irq_vector(pdev, 0), vf_contract_mailbox, 0,
			  "vf_contract", speaker);
	if (ret)
		pci_free_irq_vectors(pdev);
	return ret;
}

int vf_contract_speak(struct vf_contract *vf)
{
	struct vf_contract_speaker *speaker;
	u8 pos = vf_contract_find_cap(vf->pdev);
	int ret;

	if (!pos)
		return -ENODEV;
	speaker = kzalloc(sizeof(*speaker), GFP_KERNEL);
	if (!speaker)
		return -ENOMEM;
	speaker->vf = vf;
	speaker->pos = pos;
	INIT_DELAYED_WORK(&speaker->look, vf_contract_look);
	pci_read_config_byte(vf->pdev, pos + MIGCAP_EPOCH, &speaker->epoch);
	ret = vf_contract_ring_add(vf);
	if (ret)
		goto free_speaker;
	ret = vf_contract_take_vector(speaker);
	if (ret)
		goto remove_ring;
	vf->speaker = speaker;
	vf_contract_say(speaker, SAID_CTRL, MIGCAP_VF_WAIT);
	mod_delayed_work(system_wq, &speaker->look, 0);
	return 0;

remove_ring:
	vf_contract_ring_remove(vf);
free_speaker:
	kfree(speaker);
	return ret;
}

void vf_contract_be_silent(struct vf_contract *vf)
{
	struct vf_contract_speaker *speaker = vf->speaker;

	vf_contract_say(speaker, 0, MIGCAP_VF_WAIT);
	free_irq(pci_irq_vector(vf->pdev, 0), speaker);
	cancel_delayed_work_sync(&speaker->look);
	pci_free_irq_vectors(vf->pdev);
	vf_contract_ring_remove(vf);
	vf->speaker = NULL;
	kfree(speaker);
}

int vf_contract_interrupts(struct vf_contract *vf)
{
	return vf->speaker ? atomic_read(&vf->speaker->interrupts) : 0;
}
