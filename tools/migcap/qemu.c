// SPDX-License-Identifier: GPL-2.0-only
/*
 * What QEMU's command line says of a VFIO device, see qemu.h.
 *
 * -device comes in two forms: words "driver,name=value,..." and, from libvirt,
 * a JSON object.
 */
#define _GNU_SOURCE
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "qemu.h"

#define PROPERTY	"enable-migration"
#define VALUE_SIZE	128

/* The value of "name=value" among words that commas part. */
static bool option_value(const char *words, const char *name, char *value)
{
	size_t len = strlen(name);

	while (words) {
		if (!strncmp(words, name, len) && words[len] == '=') {
			words += len + 1;
			snprintf(value, VALUE_SIZE, "%.*s",
				 (int)strcspn(words, ","), words);
			return true;
		}
		words = strchr(words, ',');
		if (words)
			words++;
	}
	return false;
}

/* A value of a -device of either form. */
static bool device_value(const char *device, const char *name, char *value)
{
	json_t *object, *member;
	bool found = true;

	if (device[0] != '{')
		return option_value(device, name, value);
	object = json_loads(device, 0, NULL);
	member = json_object_get(object, name);
	if (json_is_string(member))
		snprintf(value, VALUE_SIZE, "%s", json_string_value(member));
	else if (json_is_boolean(member))
		snprintf(value, VALUE_SIZE, "%s",
			 json_is_true(member) ? "on" : "off");
	else
		found = false;
	json_decref(object);
	return found;
}

/* An address may lack its domain, and sysfsdev= is a path that ends with it. */
static bool is_device(const char *device, const char *bdf)
{
	char value[VALUE_SIZE], *base;

	if (device_value(device, "host", value))
		return !strcasecmp(value, bdf) ||
		       (!strncmp(bdf, "0000:", 5) && !strcasecmp(value, bdf + 5));
	if (!device_value(device, "sysfsdev", value))
		return false;
	base = strrchr(value, '/');
	return base && !strcasecmp(base + 1, bdf);
}

static enum qemu_migration spelled(const char *value)
{
	if (!strcasecmp(value, "on") || !strcasecmp(value, "yes") ||
	    !strcasecmp(value, "true"))
		return QEMU_MIGRATION_ON;
	if (!strcasecmp(value, "off") || !strcasecmp(value, "no") ||
	    !strcasecmp(value, "false"))
		return QEMU_MIGRATION_OFF;
	return QEMU_MIGRATION_AUTO;
}

/* -global driver.property=value, or driver=,property=,value=. */
static bool global_value(const char *global, char *value)
{
	static const char start[] = "vfio-pci." PROPERTY "=";

	if (!strncmp(global, start, strlen(start))) {
		snprintf(value, VALUE_SIZE, "%s", global + strlen(start));
		return true;
	}
	return option_value(global, "driver", value) &&
	       !strcmp(value, "vfio-pci") &&
	       option_value(global, "property", value) &&
	       !strcmp(value, PROPERTY) && option_value(global, "value", value);
}

static bool is_option(const char *arg, const char *name)
{
	return arg[0] == '-' &&
	       !strcmp(arg + (arg[1] == '-' ? 2 : 1), name);
}

enum qemu_migration qemu_migration(char * const *args, const char *bdf)
{
	enum qemu_migration device = QEMU_MIGRATION_UNSEEN;
	enum qemu_migration global = QEMU_MIGRATION_UNSEEN;
	char value[VALUE_SIZE];

	for (; args[0] && args[1]; args++) {
		if (is_option(args[0], "global") && global_value(args[1], value))
			global = spelled(value);
		if (!is_option(args[0], "device") || !is_device(args[1], bdf))
			continue;
		device = QEMU_MIGRATION_AUTO;
		if (device_value(args[1], PROPERTY, value))
			return spelled(value);
	}
	return global == QEMU_MIGRATION_UNSEEN ? device : global;
}

bool qemu_is_incoming(char * const *args)
{
	for (; args && *args; args++)
		if (is_option(*args, "incoming"))
			return true;
	return false;
}

void qemu_guest(char * const *args, char *name, size_t size)
{
	char value[VALUE_SIZE];

	name[0] = 0;
	for (; args && args[0] && args[1]; args++) {
		if (!is_option(args[0], "name"))
			continue;
		if (!option_value(args[1], "guest", value))
			snprintf(value, sizeof(value), "%.*s",
				 (int)strcspn(args[1], ","), args[1]);
		snprintf(name, size, "%s", value);
	}
}
