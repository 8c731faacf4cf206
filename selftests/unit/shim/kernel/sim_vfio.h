/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Userspace stand-in: files, PCI, VFIO and what goes with dirty memory.
 */
#ifndef SHIM_SIM_VFIO_H
#define SHIM_SIM_VFIO_H

/* Files. */
struct inode;
struct file;
typedef unsigned int __poll_t;
typedef struct {
	int unused;
} poll_table;

struct file_operations {
	void *owner;
	ssize_t (*read)(struct file *filp, char __user *buf, size_t len,
			loff_t *pos);
	ssize_t (*write)(struct file *filp, const char __user *buf, size_t len,
			 loff_t *pos);
	__poll_t (*poll)(struct file *filp, poll_table *table);
	long (*unlocked_ioctl)(struct file *filp, unsigned int cmd,
			       unsigned long arg);
	long (*compat_ioctl)(struct file *filp, unsigned int cmd,
			     unsigned long arg);
	int (*release)(struct inode *inode, struct file *filp);
};

struct file {
	const struct file_operations *f_op;
	void *private_data;
	unsigned int f_flags;
	int count;
};

#define compat_ptr_ioctl	NULL
#define poll_wait(filp, w, t)	((void)(w))
#define stream_open(inode, filp)	((void)(filp))
#define file_inode(filp)	NULL
#define get_file(filp)		((filp)->count++)
struct file *anon_inode_getfile(const char *name,
				const struct file_operations *ops, void *data,
				int flags);
void fput(struct file *filp);

/* PCI.  A device of no class is no network device. */
#define PCI_BASE_CLASS_NETWORK	0x02

struct pci_dev {
	struct device dev;
	u16 vendor;
	u16 device;
	u16 subsystem_vendor;
	u16 subsystem_device;
	u32 class;
	bool is_virtfn;
};

struct pci_device_id;

struct pci_error_handlers {
	void (*reset_done)(struct pci_dev *pdev);
	void *error_detected;
};

struct pci_driver {
	const char *name;
	int (*probe)(struct pci_dev *pdev, const struct pci_device_id *id);
	void (*remove)(struct pci_dev *pdev);
	const struct pci_error_handlers *err_handler;
	bool driver_managed_dma;
};

#define to_pci_dev(d)		container_of(d, struct pci_dev, dev)
#define pci_err(pdev, ...)	((void)(pdev))
#define pci_msix_vec_count(pdev)	((void)(pdev), 3)
int pci_register_driver(struct pci_driver *driver);
void pci_unregister_driver(struct pci_driver *driver);
void pci_set_master(struct pci_dev *pdev);
void pci_clear_master(struct pci_dev *pdev);
bool pci_wait_for_pending_transaction(struct pci_dev *pdev);
int pci_read_config_word(struct pci_dev *pdev, int where, u16 *val);

/* Dirty memory. */
typedef u64 dma_addr_t;

struct page;

struct interval_tree_node {
	unsigned long start;
	unsigned long last;
	struct interval_tree_node *next;
};

struct rb_root_cached {
	struct interval_tree_node *first;
};

struct interval_tree_node *
interval_tree_iter_first(struct rb_root_cached *tree, unsigned long start,
			 unsigned long last);
struct interval_tree_node *
interval_tree_iter_next(struct interval_tree_node *node, unsigned long start,
			unsigned long last);

struct iova_bitmap;
void iova_bitmap_set(struct iova_bitmap *bitmap, unsigned long iova,
		     size_t length);

#define IOMMU_READ			1
#define IOMMU_CAP_DIRTY_TRACKING	1
#define device_iommu_capable(dev, cap)	((void)(dev), false)

/* VFIO. */
struct iommufd_ctx;
struct vm_area_struct;
struct vfio_device;

struct vfio_migration_ops {
	struct file *(*migration_set_state)(struct vfio_device *vdev,
					    enum vfio_device_mig_state state);
	int (*migration_get_state)(struct vfio_device *vdev,
				   enum vfio_device_mig_state *state);
	int (*migration_get_data_size)(struct vfio_device *vdev,
				       unsigned long *size);
};

struct vfio_log_ops {
	int (*log_start)(struct vfio_device *vdev,
			 struct rb_root_cached *ranges, u32 nr_ranges,
			 u64 *page_size);
	int (*log_stop)(struct vfio_device *vdev);
	int (*log_read_and_clear)(struct vfio_device *vdev, unsigned long iova,
				  unsigned long length,
				  struct iova_bitmap *dirty);
};

struct vfio_device_ops {
	const char *name;
	int (*init)(struct vfio_device *vdev);
	void (*release)(struct vfio_device *vdev);
	int (*open_device)(struct vfio_device *vdev);
	void (*close_device)(struct vfio_device *vdev);
	long (*ioctl)(struct vfio_device *vdev, unsigned int cmd,
		      unsigned long arg);
	int (*device_feature)(struct vfio_device *vdev, u32 flags,
			      void __user *arg, size_t argsz);
	ssize_t (*read)(struct vfio_device *vdev, char __user *buf,
			size_t count, loff_t *ppos);
	ssize_t (*write)(struct vfio_device *vdev, const char __user *buf,
			 size_t count, loff_t *ppos);
	void (*dma_unmap)(struct vfio_device *vdev, u64 iova, u64 length);
	void *mmap;
	void *request;
	void *match;
	void *bind_iommufd;
	void *unbind_iommufd;
	void *attach_ioas;
	void *detach_ioas;
};

struct vfio_device {
	struct device *dev;
	struct device device;
	const struct vfio_device_ops *ops;
	const struct vfio_migration_ops *mig_ops;
	const struct vfio_log_ops *log_ops;
	u32 migration_flags;
};

struct vfio_pci_core_device {
	struct vfio_device vdev;
	struct pci_dev *pdev;
};

#define VFIO_PCI_OFFSET_SHIFT	40
#define VFIO_PCI_OFFSET_MASK	((1ULL << VFIO_PCI_OFFSET_SHIFT) - 1)
#define VFIO_PCI_OFFSET_TO_INDEX(off)	((off) >> VFIO_PCI_OFFSET_SHIFT)
#define VFIO_PCI_INDEX_TO_OFFSET(index)	((u64)(index) << VFIO_PCI_OFFSET_SHIFT)

#define vfio_pci_core_mmap			NULL
#define vfio_pci_core_match			NULL
#define vfio_iommufd_physical_bind		NULL
#define vfio_iommufd_physical_unbind		NULL
#define vfio_iommufd_physical_attach_ioas	NULL
#define vfio_iommufd_physical_detach_ioas	NULL
#define vfio_pci_core_aer_err_detected		NULL
#define vfio_pci_core_finish_enable(core)	((void)(core))
#define vfio_pci_core_unregister_device(core)	((void)(core))
#define vfio_pci_core_init_dev(vdev)		0
#define vfio_alloc_device(type, member, dev, ops)			\
	((struct type *)sim_alloc_device(sizeof(struct type), dev, ops))
void *sim_alloc_device(size_t size, struct device *dev,
		       const struct vfio_device_ops *ops);
void vfio_put_device(struct vfio_device *vdev);
void vfio_pci_core_release_dev(struct vfio_device *vdev);
int vfio_pci_core_register_device(struct vfio_pci_core_device *core);
int vfio_pci_core_enable(struct vfio_pci_core_device *core);
void vfio_pci_core_disable(struct vfio_pci_core_device *core);
void vfio_pci_core_close_device(struct vfio_device *vdev);
ssize_t vfio_pci_core_read(struct vfio_device *vdev, char __user *buf,
			   size_t count, loff_t *ppos);
ssize_t vfio_pci_core_write(struct vfio_device *vdev, const char __user *buf,
			    size_t count, loff_t *ppos);
long vfio_pci_core_ioctl(struct vfio_device *vdev, unsigned int cmd,
			 unsigned long arg);
/* A VMM that is asked for the device takes no notice here. */
#define vfio_pci_core_request(vdev, count)	((void)(count))
int vfio_pci_core_ioctl_feature(struct vfio_device *vdev, u32 flags,
				void __user *arg, size_t argsz);
int vfio_mig_get_next_state(struct vfio_device *vdev,
			    enum vfio_device_mig_state from,
			    enum vfio_device_mig_state to,
			    enum vfio_device_mig_state *next);
int vfio_pin_pages(struct vfio_device *vdev, dma_addr_t iova, int npage,
		   int prot, struct page **pages);
void vfio_unpin_pages(struct vfio_device *vdev, dma_addr_t iova, int npage);

#endif
