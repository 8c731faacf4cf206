// SPDX-License-Identifier: GPL-2.0-only
/*
 * The account of DMA.
 *
 * Owns the answer to one question: which memory may the device have written
 * without the VMM being told?  Rules:
 *
 * 1. The device may write unless the gate is closed and drained, or the guest
 *    has Bus Master Enable clear and every change of that bit is seen.  Each
 *    change from "may not" to "may" is counted, whatever made it: the guest, the
 *    gate, a reset, a return from D3hot, a new guest, an arc.
 * 2. What the VMM is told covers every page that the device wrote since the VMM
 *    began to track, at the latest with the report that follows the stop of the
 *    device.  "Nothing to report" needs a reason that has held without a break
 *    over all of that time: the device could not write, or the guest tracked.
 *    A guest has tracked only once it is READY: its promise is to write every
 *    page before that answer.
 * 3. A migration for which rule 2 cannot be kept fails in read(), or at
 *    STOP -> STOP_COPY, with a reason.  It never succeeds with a hole.
 * 4. A device that is cut off without its guest's consent is one that may have
 *    written until that moment, whatever the guest had promised: an answer that
 *    was not given keeps no promise.  It is cut off only where the VMM still has
 *    to look after that, and only for a migration that does not depend on the
 *    guest.  Its guest is told with the END that lets it run again, whichever
 *    host that is on.
 *
 * The counters are compared, never looked at alone, so a change that came and
 * went between two looks is seen.
 *
 * Does not own the events: guest_state.c calls here after each of them.  Does not own
 * the reports: dirty_log.c; nor the container's: dirty_pinned.c.
 */
#include <linux/types.h>

#include "account.h"

/**
 * migcap_vfio_account_set() - take in how things are after an event
 * @account: the account
 * @may_write: nothing keeps the device from writing
 * @ready: VF_STATUS is READY
 * @tracked: CTRL.DMA_TRACKED and EVENT.TRACKING are set
 *
 * To be called after each event, before its effects can be seen by anybody else.
 */
void migcap_vfio_account_set(struct migcap_vfio_account *account,
			     bool may_write, bool ready, bool tracked)
{
	if (may_write && !account->may_write)
		account->writes++;
	if (!tracked && account->tracked)
		account->breaks++;
	account->may_write = may_write;
	account->ready = ready;
	account->tracked = tracked;
}

/**
 * migcap_vfio_account_restart() - nothing that was known holds any longer
 * @account: the account
 *
 * The device was opened, closed or reset.
 */
void migcap_vfio_account_restart(struct migcap_vfio_account *account)
{
	account->writes++;
	account->breaks++;
}

/**
 * migcap_vfio_account_mark() - remember the account of now
 * @account: the account
 *
 * Return: the mark, to be compared with the account later.
 */
struct migcap_vfio_account_mark
migcap_vfio_account_mark(const struct migcap_vfio_account *account)
{
	return (struct migcap_vfio_account_mark){
		.still = !account->may_write,
		.tracked = account->tracked,
		.writes = account->writes,
		.breaks = account->breaks,
	};
}

/**
 * migcap_vfio_account_still() - whether the device wrote nothing since a mark
 * @account: the account
 * @since: the mark
 *
 * Return: true if it could not write at any time since then.
 */
bool migcap_vfio_account_still(const struct migcap_vfio_account *account,
			       const struct migcap_vfio_account_mark *since)
{
	return since->still && !account->may_write &&
	       account->writes == since->writes;
}

/**
 * migcap_vfio_account_tracked() - whether the guest accounts for all since a mark
 * @account: the account
 * @since: the mark
 *
 * Return: true if the guest has tracked since then without a break, and is READY.
 */
bool migcap_vfio_account_tracked(const struct migcap_vfio_account *account,
				 const struct migcap_vfio_account_mark *since)
{
	return since->tracked && account->ready &&
	       account->breaks == since->breaks;
}

/**
 * migcap_vfio_account_broken() - whether a migration can no longer be accounted for
 * @account: the account
 * @basis: what the migration rests on
 *
 * Return: why not, a string literal, or NULL if it still can.
 */
const char *
migcap_vfio_account_broken(const struct migcap_vfio_account *account,
			   const struct migcap_vfio_account_basis *basis)
{
	switch (basis->kind) {
	case MIGCAP_ACCOUNT_REPORTED:
		break;
	case MIGCAP_ACCOUNT_TRACKED:
		if (!basis->mark.tracked ||
		    account->breaks != basis->mark.breaks)
			return "guest ceased to track its device's DMA";
		break;
	case MIGCAP_ACCOUNT_STILL:
		if (!migcap_vfio_account_still(account, &basis->mark))
			return "guest used its device during the migration";
		break;
	}
	return NULL;
}

/**
 * migcap_vfio_account_settled() - whether the account would bear the VM's stop now
 * @account: the account
 * @basis: what the migration rests on
 *
 * Return: true if the device cannot write, and what it has written is known to
 * the VMM or will be with its next report.
 */
bool migcap_vfio_account_settled(const struct migcap_vfio_account *account,
				 const struct migcap_vfio_account_basis *basis)
{
	if (account->may_write || migcap_vfio_account_broken(account, basis))
		return false;
	return basis->kind != MIGCAP_ACCOUNT_TRACKED ||
	       migcap_vfio_account_tracked(account, &basis->mark);
}
