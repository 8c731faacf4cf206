// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inside the guest: reads and writes the virtual migration capability
 * through configuration space, as setpci would, so that a test can play a
 * guest that behaves badly, or one that has no agent.
 *
 *	capreg			print all fields as name=value
 *	capreg NAME		print one field
 *	capreg NAME=VALUE ...	write fields, in that order
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capdev.h"

static const struct {
	const char *name;
	int offset;
} fields[] = {
	{ "ctrl", MIGCAP_CTRL },
	{ "vmm_status", MIGCAP_VMM_STATUS },
	{ "vf_status", MIGCAP_VF_STATUS },
	{ "irq", MIGCAP_IRQ },
	{ "epoch", MIGCAP_EPOCH },
	{ "event", MIGCAP_EVENT },
	{ NULL, 0 }
};

static int field_offset(const char *name, size_t len)
{
	size_t i;

	for (i = 0; fields[i].name; i++)
		if (strlen(fields[i].name) == len &&
		    !strncmp(fields[i].name, name, len))
			return fields[i].offset;
	fprintf(stderr, "capreg: no field %.*s\n", (int)len, name);
	exit(2);
}

static int read_field(int fd, int offset)
{
	unsigned char value;

	if (pread(fd, &value, 1, offset) != 1) {
		perror("capreg: read");
		exit(1);
	}
	return value;
}

static void write_field(int fd, int offset, const char *text)
{
	unsigned char value = strtol(text, NULL, 0);

	if (pwrite(fd, &value, 1, offset) != 1) {
		perror("capreg: write");
		exit(1);
	}
}

static void print_all(int fd, int base)
{
	size_t i;

	for (i = 0; fields[i].name; i++)
		printf("%s=0x%02x\n", fields[i].name,
		       read_field(fd, base + fields[i].offset));
}

static void obey(int fd, int base, const char *argument)
{
	size_t len = strcspn(argument, "=");
	int offset = base + field_offset(argument, len);

	if (argument[len])
		write_field(fd, offset, argument + len + 1);
	else
		printf("0x%02x\n", read_field(fd, offset));
}

int main(int argc, char **argv)
{
	int fd, base, i;

	fd = capdev_open(&base);
	if (fd < 0) {
		fprintf(stderr, "capreg: no device has the capability\n");
		return 1;
	}
	if (argc == 1)
		print_all(fd, base);
	for (i = 1; i < argc; i++)
		obey(fd, base, argv[i]);
	return 0;
}
