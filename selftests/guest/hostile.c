// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inside the guest: does to the VF's configuration space whatever a guest
 * can, at random, until it is killed.  It writes the capability's registers and
 * bytes beside them, flips READY and WAIT, names every interrupt, changes
 * Command, and resets the function.
 *
 * While the file HOSTILE_TAMED exists it behaves, so that the guest can arrive
 * elsewhere: it stops its device and says READY, once.  When it is told to go on,
 * it removes the file.
 *
 *	hostile SEED
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "capdev.h"
#include "../lib/hostile_guest.h"
#include "../lib/random.h"

#define COMMAND		0x04
#define COMMAND_MASTER	0x04
#define COMMAND_WORKS	(COMMAND_MASTER | 0x02)	/* and memory */
#define CAP_EXP		0x10
#define EXP_DEVCTL	8
#define DEVCTL_FLR	0x8000
#define PAUSE_US	3000
#define BURST		16
#define RESET_EACH	300	/* a reset takes as long as hundreds of writes */
#define TAMED_MS	120000

struct device {
	int fd;
	int cap;
	int exp;
	struct random rnd;
};

/* Nobody is interested in whether it can be written. */
static void put(struct device *dev, int at, unsigned int value, int size)
{
	if (pwrite(dev->fd, &value, size, at) != size)
		return;
}

static int find_express(int fd)
{
	unsigned char pos, cap[2];
	int hops = 48;

	if (pread(fd, &pos, 1, CAPDEV_LIST) != 1)
		return 0;
	while (pos >= 0x40 && hops-- && pread(fd, cap, 2, pos) == 2) {
		if (cap[0] == CAP_EXP)
			return pos;
		pos = cap[1];
	}
	return 0;
}

static void write_register(struct device *dev)
{
	static const int registers[] = {
		MIGCAP_CTRL, MIGCAP_VF_STATUS, MIGCAP_IRQ,
	};
	int which = registers[random_below(&dev->rnd, 3)];
	unsigned int value = random_next(&dev->rnd);

	/* Mostly what means something. */
	if (random_below(&dev->rnd, 4) && which != MIGCAP_IRQ)
		value &= which == MIGCAP_CTRL ? 7 : 1;
	put(dev, dev->cap + which, value, 1);
}

/* Wide ones reach across the edges. */
static void write_anywhere(struct device *dev)
{
	static const int sizes[] = { 1, 2, 4 };
	int at = dev->cap - 3 + random_below(&dev->rnd, MIGCAP_LENGTH_VALUE + 6);

	put(dev, at, random_next(&dev->rnd), sizes[random_below(&dev->rnd, 3)]);
}

static void write_command(struct device *dev)
{
	put(dev, COMMAND, random_next(&dev->rnd), 2);
	if (random_below(&dev->rnd, 2))
		usleep(random_below(&dev->rnd, PAUSE_US));
	if (random_below(&dev->rnd, 4))
		put(dev, COMMAND, COMMAND_WORKS, 2);
}

static void reset(struct device *dev)
{
	unsigned short control;

	if (!dev->exp || random_below(&dev->rnd, RESET_EACH) ||
	    pread(dev->fd, &control, 2, dev->exp + EXP_DEVCTL) != 2)
		return;
	put(dev, dev->exp + EXP_DEVCTL, control | DEVCTL_FLR, 2);
}

static void act(struct device *dev)
{
	switch (random_below(&dev->rnd, 8)) {
	case 0:
		write_anywhere(dev);
		break;
	case 1:
		write_command(dev);
		break;
	case 2:
		reset(dev);
		break;
	default:
		write_register(dev);
	}
}

/* Wait until the host has said it, but not for ever. */
static void await(struct device *dev, int status)
{
	unsigned char is;
	int ms;

	for (ms = 0; ms < TAMED_MS; ms++) {
		if (pread(dev->fd, &is, 1, dev->cap + MIGCAP_VMM_STATUS) == 1 &&
		    is == status)
			return;
		usleep(1000);
	}
}

static void behave(struct device *dev)
{
	put(dev, dev->cap + MIGCAP_VF_STATUS, 0, 1);
	put(dev, COMMAND, COMMAND_WORKS, 2);
	put(dev, dev->cap + MIGCAP_CTRL, MIGCAP_CTRL_DRIVER, 1);
	await(dev, MIGCAP_VMM_START);
	put(dev, COMMAND, COMMAND_WORKS & ~COMMAND_MASTER, 2);
	put(dev, dev->cap + MIGCAP_VF_STATUS, MIGCAP_VF_READY, 1);
	await(dev, MIGCAP_VMM_END);
	unlink(HOSTILE_TAMED);
}

int main(int argc, char **argv)
{
	struct device dev;
	int burst;

	dev.rnd = random_from(argc > 1 ? strtoul(argv[1], NULL, 0) : 0);
	dev.fd = capdev_open(&dev.cap);
	if (dev.fd < 0) {
		fprintf(stderr, "hostile: no device has the capability\n");
		return 1;
	}
	dev.exp = find_express(dev.fd);
	for (;;) {
		if (!access(HOSTILE_TAMED, F_OK))
			behave(&dev);
		for (burst = random_below(&dev.rnd, BURST); burst; burst--)
			act(&dev);
		usleep(random_below(&dev.rnd, PAUSE_US));
	}
}
