# SPDX-License-Identifier: GPL-2.0-only

# The whole driver on a simulated kernel, with a log and without.
MODELS := account_model_log account_model_container
account_model_log := -DCONFIG_IOMMUFD_DRIVER=1
account_model_container :=
# Files that need a real kernel, or stand in for one here.
model_without := capinfo cap_place host_regs irq_trigger trace cap_gap
model_driver := $(filter-out $(model_without),\
		  $(basename $(notdir $(wildcard $(pure)/*.c))))

MODEL_CFLAGS := $(ALL_CFLAGS) -D_GNU_SOURCE -DMIGCAP_COMPAT_VFIO
# The driver and the simulated kernel see the shim's headers, the model not.
KERNEL_CFLAGS := -Ishim/kernel $(MODEL_CFLAGS) \
		 -include $(top)/drivers/compat/compat.h

define model_rule
$(OUT)/obj/$(1)/%.o: $(pure)/%.c $(headers)
	@mkdir -p $$(@D)
	$$(CC) $$(KERNEL_CFLAGS) $($(1)) -c -o $$@ $$<

$(OUT)/obj/$(1)/sim_%.o: sim/%.c $(headers)
	@mkdir -p $$(@D)
	$$(CC) $$(KERNEL_CFLAGS) $($(1)) -c -o $$@ $$<

$(OUT)/obj/$(1)/model_%.o: ../model/%.c $(headers)
	@mkdir -p $$(@D)
	$$(CC) $$(MODEL_CFLAGS) -c -o $$@ $$<

$(OUT)/$(1): account_model.c $(headers) \
		$(addprefix $(OUT)/obj/$(1)/,$(addsuffix .o,$(model_driver) \
		$(patsubst sim/%.c,sim_%,$(wildcard sim/*.c)) \
		$(patsubst ../model/%.c,model_%,$(wildcard ../model/*.c))))
	$$(CC) $$(MODEL_CFLAGS) $$(LDFLAGS) -o $$@ $$(filter %.c %.o,$$^)
endef
$(foreach model,$(MODELS),$(eval $(call model_rule,$(model))))
