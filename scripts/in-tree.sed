# SPDX-License-Identifier: GPL-2.0-only
# What differs in the kernel's own tree, where there is one kernel and the uAPI
# headers are the kernel's: the macros of drivers/compat in their newest form, and
# where the tests find headers and sources.

s/^(\t*)MIGCAP_COMPAT_REGION_INFO$/\1.get_region_info_caps = vfio_pci_ioctl_get_region_info,/
s/^(\t*)MIGCAP_COMPAT_MATCH_TOKEN$/\1.match_token_uuid = vfio_pci_core_match_token_uuid,/
s/^(\t*)MIGCAP_COMPAT_PASID$/\1.pasid_attach_ioas = vfio_iommufd_physical_pasid_attach_ioas,\n\1.pasid_detach_ioas = vfio_iommufd_physical_pasid_detach_ioas,/
s/MIGCAP_COMPAT_NS_IOMMUFD/"IOMMUFD"/
s/migcap_compat_precopy_v2\(&(.*)\);/\1.precopy_info_v2;/

s/migcap_compat_set_pci_ops\(&(\w+)->core\);/\1->core.pci_ops = \&migcap_vfio_pci_ops;/
/^static int migcap_vfio_probe\(/i\
static const struct vfio_pci_device_ops migcap_vfio_pci_ops = {\
	.get_dmabuf_phys = vfio_pci_core_get_dmabuf_phys,\
};\

/^MODULE_VERSION\(/d

s/migcap_compat_managed_dma\((\w+)\)/\1->driver_managed_dma/
s/MIGCAP_COMPAT_ALLOC_PAGES\((\w+)\)/.alloc_pages_op\t\t= \1,/
s/MIGCAP_COMPAT_COR_ERROR\((\w+)\)/.cor_error_detected\t= \1,/
/^static void __maybe_unused$/{N;s/ __maybe_unused\n/ /}
s/^\tmigcap_compat_cor_error\((.*\)), pdev\);/\tconst struct pci_error_handlers *handlers =\n\t\t\1;\n\n\tif (handlers->cor_error_detected)\n\t\thandlers->cor_error_detected(pdev);/
s/migcap_compat_assign_str\((\w+), .*\);/__assign_str(\1);/
s/ && !defined\(MIGCAP_COMPAT_UNTRACKED\)//

/^#define MIGCAP_COMPAT_(MAP|UNMAP)\t/d
/^#include "..\/..\/compat\/map_ops.h"$/,/^$/d
s/^(\t*)MIGCAP_COMPAT_MAP_OPS$/\1.map_phys\t\t= migcap_guest_map,\n\1.unmap_phys\t\t= migcap_guest_unmap,/

s|^top := \.\./\.\.$|top := ../../../../..|
s|-I(\.\./\.\.\|\$\(top\))/include/uapi|-isystem ../../../../../usr/include|
s|^(KSELFTEST \?=).*|\1 $(abspath ../..)|
