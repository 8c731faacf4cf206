// SPDX-License-Identifier: GPL-2.0-only
/*
 * The main job, shown: a guest with a virtual function of an SR-IOV NIC moves
 * from one stock QEMU to another and its network connections come along.
 *
 * A child process does the work, so that its parent can clean up whatever
 * becomes of it: the QEMUs die with the child, the VFs are taken away here.
 * The last line of the output is the verdict.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "../lib/nl.h"
#include "../lib/scenario.h"
#include "../lib/trouble.h"
#include "progress.h"
#include "story.h"

#define QUIESCE_MS	30000
#define MIGRATE_MS	180000
#define NETWORK_MS	30000
#define BEFORE_BYTES	(1024 * 1024)
#define AFTER_BYTES	(1024 * 1024)

static pid_t worker;
static int interrupted;		/* by that signal; written atomically */

static int make_vfs(struct scenario *s)
{
	int err;

	progress_step("making virtual functions");
	err = scenario_prepare_vfs(s);
	if (err)
		return err;
	progress_detail("NIC %s (%s); VF 0 %s and VF 2 %s, MAC " WIRE_MAC,
			s->wire.pf.bdf, s->wire.pf.netdev, s->wire.vfs[0],
			s->wire.vfs[1]);
	progress_detail("bound to " MIGCAP_DRIVER " by driver_override");
	return 0;
}

static void tell_versions(struct scenario *s)
{
	json_t *version, *qemu;
	struct utsname uts;

	uname(&uts);
	if (qmp_command(&scenario_vm(s)->qmp, "query-version", NULL, &version))
		return;
	qemu = json_object_get(version, "qemu");
	progress_detail("host kernel %s, stock QEMU %lld.%lld.%lld",
			uts.release,
			json_integer_value(json_object_get(qemu, "major")),
			json_integer_value(json_object_get(qemu, "minor")),
			json_integer_value(json_object_get(qemu, "micro")));
	json_decref(version);
}

static int boot_guest(struct scenario *s)
{
	int err;

	progress_step("booting the guest on VF 0");
	err = scenario_boot(s);
	if (err)
		return err;
	tell_versions(s);
	progress_step("ping every 10 ms and a TCP stream through the VF");
	err = scenario_traffic(s);
	if (!err)
		err = stream_wait(s->stream, BEFORE_BYTES, NETWORK_MS);
	return err;
}

/* By whether the guest must be quiesced first, and whether it tracks DMA. */
static const char *const ways[2][2] = {
	{ "the host logs all DMA: memory is sent again when the NIC is down",
	  "the guest keeps account of its NIC's DMA: memory is sent once" },
	{ "nobody knows what the NIC writes: it is stopped first",
	  "the guest keeps account, but the host wants the NIC stopped first" },
};

/*
 * Some kernels cannot log what a device writes: quiesce first there, unless the
 * guest keeps account of it.
 */
static int learn_the_way(struct scenario *s, struct story *story)
{
	progress_step("asking guest and driver how to migrate");
	story->tracked = scenario_tracks_dma(s);
	if (story->tracked < 0)
		return story->tracked;
	s->needs_quiesce = migration_needs_quiesce(scenario_vm(s));
	if (s->needs_quiesce < 0)
		return -EIO;
	progress_detail("%s", ways[s->needs_quiesce][story->tracked]);
	return 0;
}

static int migrate(struct scenario *s, struct story *story)
{
	int err = 0;

	progress_step("migrating to VF 2");
	story->migration = scenario_migration(s);
	story->bytes_before = stream_bytes(s->stream);
	story->asked = now_ns();
	if (s->needs_quiesce)
		err = migcap_quiesce(scenario_vf(s), QUIESCE_MS);
	if (!err)
		err = migration_begin(&story->migration);
	if (!err)
		err = migration_finish(&story->migration, MIGRATE_MS);
	return err;
}

static int wait_for_network(struct scenario *s, struct story *story)
{
	int err;

	progress_step("waiting for the network");
	scenario_moved(s);
	story->back = probe_first_answer(s->probe, story->migration.resumed,
					 NETWORK_MS);
	if (!story->back)
		return failure(-ETIMEDOUT,
			       "no ping is answered after the migration");
	err = stream_wait(s->stream, AFTER_BYTES, NETWORK_MS);
	story->bytes_after = stream_bytes(s->stream) - story->bytes_before;
	story->gap = probe_longest_gap(s->probe, story->asked, now_ns());
	return err;
}

static int run(struct scenario *s, struct story *story, struct watch *watch)
{
	int err;

	err = make_vfs(s);
	if (!err)
		err = boot_guest(s);
	if (!err)
		err = learn_the_way(s, story);
	if (!err) {
		progress_step("starting the QEMU that takes the guest, on VF 2");
		err = scenario_start_destination(s);
	}
	story->source = s->wire.vfs[0];
	story->destination = s->wire.vfs[1];
	if (!err)
		err = signals_watch(watch, story->source,
				    story->destination);
	if (!err)
		err = migrate(s, story);
	if (!err)
		err = wait_for_network(s, story);
	if (!err)
		err = scenario_healthy(s);
	progress_end(err);
	story->signals = signals_find(watch, story->source, story->destination,
				      story->asked);
	return err;
}

static int work(void)
{
	struct scenario s = { .name = "demo", .kind = GUEST_WITH_AGENT };
	struct story story = { .asked = 0 };
	struct watch *watch = watch_start();
	char reason[512];
	int err;

	note_quietly();
	s.kernel_log = trouble_watch_kernel();
	err = watch ? run(&s, &story, watch) : -ENOMEM;
	if (err)
		scenario_explain(&s);
	snprintf(reason, sizeof(reason), "%s", failure_reason());
	if (story.asked)
		story_tell(&story);
	watch_stop(watch);
	scenario_teardown(&s);
	if (err)
		printf("demo: FAIL %s\n", reason[0] ? reason : strerror(-err));
	else
		printf("demo: PASS outage=%.0f total=%.0f downtime=%lld tcp=kept\n",
		       ns_to_ms(story.gap.to - story.gap.from),
		       story_total_ms(&story), story.migration.downtime_ms);
	fflush(stdout);
	return err ? 1 : 0;
}

static void on_signal(int signal)
{
	__atomic_store_n(&interrupted, signal, __ATOMIC_RELAXED);
	if (worker > 0)
		kill(worker, SIGKILL);
}

static void catch_signals(void)
{
	const struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

/* For a worker that could not do it itself; waits until QEMU lets go. */
static void clean_up(void)
{
	struct pci_pf pf;

	if (!pci_find_pf(&pf)) {
		pci_remove_vfs(&pf);
		nl_address_del(pf.netdev, WIRE_HOST_ADDRESS "/24");
	}
}

int main(void)
{
	int status;

	note_quietly();
	catch_signals();
	worker = fork();
	if (worker == 0) {
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		exit(work());
	}
	while (waitpid(worker, &status, 0) < 0 && errno == EINTR)
		;
	clean_up();
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	printf("\ndemo: FAIL %s %d\n", interrupted ? "interrupted by signal" :
	       "died of signal", interrupted ? : WTERMSIG(status));
	return 1;
}
