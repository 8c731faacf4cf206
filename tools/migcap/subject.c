// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that is known on this host about one VF, see subject.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "attr.h"
#include "keep.h"
#include "subject.h"
#include "tool.h"

#define MODULE_DIR	"/sys/module/" VF_DRIVER
#define CONFIG_SIZE	256

static void read_network(struct subject *subject)
{
	const struct vf *vf = &subject->vf;

	subject->rules = (struct rules)RULES_NONE;
	subject->rules_err = -ENODEV;
	subject->link_err = -ENODEV;
	if (vf->pf[0]) {
		subject->link_err = pf_read_link(vf->pf, &subject->link);
		subject->rules_err = pf_read_rules(vf->pf, vf->index,
						   &subject->rules);
	}
	if (rules_have_mac(&subject->rules) || keep_read(vf, &subject->kept))
		subject->kept = subject->rules;
}

void subject_read(struct subject *subject, const struct vf *vf)
{
	*subject = (struct subject){ .vf = *vf };
	subject->bound = vf_is_bound(vf) && !status_read(vf, &subject->status);
	subject->holder_err = holder_find(vf, &subject->holder);
	read_network(subject);
}

void subject_put(struct subject *subject)
{
	holder_put(&subject->holder);
}

bool subject_is_held(const struct subject *subject)
{
	return subject->bound && status_is_open(&subject->status);
}

/* The size of the MSI-X table; -1 if it cannot be read, 0 if there is none. */
static int read_msix_size(const struct vf *vf)
{
	unsigned char config[CONFIG_SIZE];
	int links = CONFIG_SIZE / 4;
	unsigned int pos;
	size_t len;
	FILE *file;
	char path[ATTR_PATH_MAX];

	snprintf(path, sizeof(path), "%s/config", vf->dir);
	file = fopen(path, "re");
	if (!file)
		return -1;
	len = fread(config, 1, sizeof(config), file);
	fclose(file);
	/* Without rights the kernel shows the header alone. */
	if (len < sizeof(config))
		return -1;
	pos = config[PCI_CAPABILITY_LIST] & ~3;
	while (pos >= PCI_STD_HEADER_SIZEOF && links--) {
		if (config[pos] == PCI_CAP_ID_MSIX)
			return ((config[pos + PCI_MSIX_FLAGS] |
				 config[pos + PCI_MSIX_FLAGS + 1] << 8) &
				PCI_MSIX_FLAGS_QSIZE) + 1;
		pos = config[pos + PCI_CAP_LIST_NEXT] & ~3;
	}
	return 0;
}

static void add_ids(const struct subject *subject, struct identity *identity)
{
	static const char * const names[] = {
		"vendor", "device", "subsystem_vendor", "subsystem_device",
		"class", "revision",
	};
	char value[32];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (attr_read(subject->vf.dir, names[i], value, sizeof(value)))
			snprintf(value, sizeof(value), IDENTITY_UNKNOWN);
		identity_add(identity, names[i], "%s", value);
	}
}

/* An open puts the capability somewhere; before that the operator may have. */
static void add_capability(const struct subject *subject,
			   struct identity *identity)
{
	const struct status *status = &subject->status;
	int msix = read_msix_size(&subject->vf);

	if (subject->bound && strcmp(status->cap_offset, "auto"))
		identity_add(identity, "capability", "%s", status->cap_offset);
	else if (subject->bound && strcmp(status->source, "none"))
		identity_add(identity, "capability", "%#lx", status->offset);
	else
		identity_add(identity, "capability", IDENTITY_UNKNOWN);
	if (msix < 0)
		identity_add(identity, "msix", IDENTITY_UNKNOWN);
	else
		identity_add(identity, "msix", "%d", msix);
}

static void add_rules(const struct subject *subject, struct identity *identity)
{
	char text[RULES_TEXT_SIZE];
	size_t room = sizeof(identity->text) - identity->len;

	if (subject->rules_err)
		return;
	rules_print(&subject->kept, text, sizeof(text));
	identity->len += snprintf(identity->text + identity->len, room, "%s",
				  text);
	identity_add(identity, "mac_in_force", "%s",
		     rules_have_mac(&subject->rules) ? "yes" : "no");
	if (!subject->link_err)
		identity_add(identity, "mtu", "%u", subject->link.mtu);
}

static void add_versions(struct identity *identity)
{
	struct utsname name;
	char value[64];

	if (attr_read(MODULE_DIR, "version", value, sizeof(value)) &&
	    attr_read(MODULE_DIR, "srcversion", value, sizeof(value)))
		snprintf(value, sizeof(value), IDENTITY_UNKNOWN);
	identity_add(identity, "driver", "%s", value);
	if (!uname(&name))
		identity_add(identity, "kernel", "%s", name.release);
}

void subject_identity(const struct subject *subject, struct identity *identity)
{
	char host[64] = "";

	*identity = (struct identity){};
	gethostname(host, sizeof(host) - 1);
	identity_add(identity, "host", "%s", host);
	identity_add(identity, "vf", "%s", subject->vf.bdf);
	identity_add(identity, "role", "%s",
		     subject_is_held(subject) ? "held" : "idle");
	add_ids(subject, identity);
	add_capability(subject, identity);
	add_rules(subject, identity);
	add_versions(identity);
}
