# SPDX-License-Identifier: GPL-2.0-only

# Those of the tool.
tool := $(top)/tools/migcap
tool_identity_test := identity attr
tool_pure_test := phase qemu rules trace_line
TOOL_TESTS := tool_identity_test tool_pure_test

# They are C of user space and do without the shim.
define tool_rule
$(OUT)/$(1): $(1).c $(addprefix $(tool)/,$(addsuffix .c,$($(1)))) \
		$(wildcard $(tool)/*.h) | $(OUT)
	$$(CC) $$(CFLAGS) $$(SANITIZE) -Wall -Wextra -Wno-unused-parameter \
		-Wno-sign-compare -Wno-format-truncation -Wno-format-overflow \
		-Wno-missing-field-initializers -isystem $(KSELFTEST) -I$(tool) \
		$$(LDFLAGS) -o $$@ $$(filter %.c,$$^) -ljansson
endef
$(foreach test,$(TOOL_TESTS),$(eval $(call tool_rule,$(test))))
