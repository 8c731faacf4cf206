// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a device take the stream of another one of its kind, and nothing else?
 *
 * Saves on the first VF and loads on the second one, or on the first again if
 * there is only one.
 *
 * Guarantees:
 *  - what was saved can be loaded, in pieces of any size, and then the guest
 *    finds its registers as it left them;
 *  - a stream that is short, spoiled, newer or for another device is refused
 *    with the documented errno, in write() or at RESUMING -> STOP, and the
 *    device can be reset and used;
 *  - the data fd outlives the device and says so.
 */
#include <kselftest_harness.h>

#include <linux/pci_regs.h>

#include "host.h"
#include "../lib/mig_states.h"
#include "../lib/stream_edit.h"

#define UNKNOWN_TAG	0x4242
#define CHOSEN_VECTOR	1

FIXTURE(stream) {
	struct host_vf from;
	struct host_vf second;
	struct host_vf *to;
	struct stream_edit edit;
	int fd;
};

static int save(struct host_vf *vf, struct stream_edit *edit, int *fd)
{
	int ret, end;

	ret = host_stop_copy(vf, fd);
	if (ret)
		return ret;
	edit->size = vfio_mig_read_all(*fd, edit->bytes, STREAM_EDIT_MAX, &end);
	return end;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

FIXTURE_SETUP(stream)
{
	self->fd = -1;
	self->second = (struct host_vf)HOST_VF_CLOSED;
	ASSERT_EQ(0, host_open(&self->from, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->from, MIGCAP_CTRL_DRIVER |
				 MIGCAP_CTRL_IRQ_ENABLE));
	ASSERT_EQ(0, guest_write(&self->from, MIGCAP_IRQ, CHOSEN_VECTOR));
	ASSERT_EQ(0, host_quiesce(&self->from));
	ASSERT_EQ(0, save(&self->from, &self->edit, &self->fd));
	close_fd(&self->fd);
	self->to = &self->from;
	if (host_vf2_name) {
		ASSERT_EQ(0, host_open(&self->second, host_vf2_name));
		self->to = &self->second;
	}
	ASSERT_EQ(0, vfio_mig_set(&self->to->dev, RESUMING, &self->fd));
}

FIXTURE_TEARDOWN(stream)
{
	close_fd(&self->fd);
	host_close(&self->second);
	host_close(&self->from);
}

/* Begin anew, whatever became of the last stream. */
static int resume_again(struct host_vf *vf, int *fd)
{
	int ret;

	close_fd(fd);
	ret = vfio_dev_reset(&vf->dev);
	return ret ? ret : vfio_mig_set(&vf->dev, RESUMING, fd);
}

/* The errno of the refusal, wherever it comes; 0 if there is none. */
static int load(struct host_vf *vf, int fd, const struct stream_edit *edit,
		size_t piece)
{
	ssize_t ret = vfio_mig_write_all(fd, edit->bytes, edit->size, piece);

	return ret < 0 ? ret : vfio_mig_set(&vf->dev, STOP, NULL);
}

static void expect_loaded(struct __test_metadata *_metadata,
			  struct host_vf *vf)
{
	EXPECT_EQ(MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_IRQ_ENABLE,
		  guest_read(vf, MIGCAP_CTRL));
	EXPECT_EQ(CHOSEN_VECTOR, guest_read(vf, MIGCAP_IRQ));
	EXPECT_EQ(MIGCAP_VMM_START, guest_read(vf, MIGCAP_VMM_STATUS));
	EXPECT_EQ(MIGCAP_VF_READY, guest_read(vf, MIGCAP_VF_STATUS));
	EXPECT_TRUE(guest_bus_master(vf));
	EXPECT_FALSE(host_phys_bus_master(vf->bdf));
}

TEST_F(stream, round_trip)
{
	uint8_t epoch = guest_read(&self->from, MIGCAP_EPOCH);

	ASSERT_EQ(0, load(self->to, self->fd, &self->edit, self->edit.size));
	expect_loaded(_metadata, self->to);
	EXPECT_EQ(epoch, guest_read(self->to, MIGCAP_EPOCH));

	ASSERT_EQ(0, vfio_mig_set(&self->to->dev, RUNNING, NULL));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(self->to, MIGCAP_VMM_STATUS));
	EXPECT_EQ((uint8_t)(epoch + 1), guest_read(self->to, MIGCAP_EPOCH));

	ASSERT_EQ(0, guest_write(self->to, MIGCAP_VF_STATUS, MIGCAP_VF_WAIT));
	EXPECT_TRUE(host_phys_bus_master(self->to->bdf));
}

/* QEMU writes the guest's Command register while the device is resumed. */
TEST_F(stream, command_register_comes_before_the_stream)
{
	ASSERT_EQ(0, guest_set_bus_master(self->to, true));
	EXPECT_FALSE(host_phys_bus_master(self->to->bdf));
	ASSERT_EQ(0, load(self->to, self->fd, &self->edit, self->edit.size));
	expect_loaded(_metadata, self->to);
}

TEST_F(stream, command_register_comes_after_the_stream)
{
	ASSERT_LT(0, vfio_mig_write_all(self->fd, self->edit.bytes,
					self->edit.size, self->edit.size));
	ASSERT_EQ(0, guest_set_bus_master(self->to, true));
	EXPECT_FALSE(host_phys_bus_master(self->to->bdf));
	ASSERT_EQ(0, vfio_mig_set(&self->to->dev, STOP, NULL));
	ASSERT_EQ(0, guest_set_bus_master(self->to, true));
	expect_loaded(_metadata, self->to);
}

TEST_F(stream, starts_with_the_preamble)
{
	struct migcap_vfio_stream_preamble preamble;

	ASSERT_LE(sizeof(preamble), self->edit.size);
	memcpy(&preamble, self->edit.bytes, sizeof(preamble));
	EXPECT_EQ(MIGCAP_STREAM_MAGIC, le64_to_cpu(preamble.magic));
	EXPECT_EQ(MIGCAP_STREAM_MAJOR, le16_to_cpu(preamble.major));
}

TEST_F(stream, names_the_device)
{
	size_t at = stream_edit_find(&self->edit, MIGCAP_STREAM_IDENT);
	u8 *ident = self->edit.bytes + at + STREAM_HEADER_SIZE;

	ASSERT_NE(0, at);
	EXPECT_EQ(vfio_dev_cfg_read16(&self->from.dev, PCI_VENDOR_ID),
		  get_unaligned_le16(ident));
	EXPECT_EQ(vfio_dev_cfg_read16(&self->from.dev, PCI_DEVICE_ID),
		  get_unaligned_le16(ident + 2));
}

TEST_F(stream, in_pieces)
{
	static const size_t pieces[] = { 1, 3, 7, 24 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		ASSERT_EQ(0, resume_again(self->to, &self->fd));
		ASSERT_EQ(0, load(self->to, self->fd, &self->edit, pieces[i]));
		expect_loaded(_metadata, self->to);
	}
}

TEST_F(stream, precopy_and_stop_copy_are_one_stream)
{
	size_t first;
	int end;

	ASSERT_EQ(0, vfio_dev_reset(&self->from.dev));
	ASSERT_EQ(0, guest_start(&self->from, MIGCAP_CTRL_DRIVER |
				 MIGCAP_CTRL_IRQ_ENABLE));
	guest_write(&self->from, MIGCAP_IRQ, CHOSEN_VECTOR);
	ASSERT_EQ(0, host_quiesce(&self->from));
	close_fd(&self->fd);
	ASSERT_EQ(0, vfio_mig_set(&self->from.dev, PRE_COPY, &self->fd));
	first = vfio_mig_read_all(self->fd, self->edit.bytes, STREAM_EDIT_MAX,
				  &end);
	ASSERT_EQ(-ENOMSG, end);
	ASSERT_EQ(0, vfio_mig_set(&self->from.dev, STOP_COPY, NULL));
	self->edit.size = first +
			  vfio_mig_read_all(self->fd, self->edit.bytes + first,
					    STREAM_EDIT_MAX - first, &end);
	ASSERT_EQ(0, end);
	ASSERT_EQ(0, resume_again(self->to, &self->fd));
	ASSERT_EQ(0, load(self->to, self->fd, &self->edit, self->edit.size));
	expect_loaded(_metadata, self->to);
}

TEST_F_TIMEOUT(stream, short_stream, 120)
{
	size_t size = self->edit.size;
	long errors;

	while (size--) {
		errors = host_counter(self->to, "load_errors");
		self->edit.size = size;
		ASSERT_EQ(-EINVAL, load(self->to, self->fd, &self->edit, 4096))
			TH_LOG("%zu bytes", size);
		EXPECT_EQ(errors + 1, host_counter(self->to, "load_errors"));
		ASSERT_EQ(0, resume_again(self->to, &self->fd));
	}
	EXPECT_EQ(RESUMING, vfio_mig_get(&self->to->dev));
}

/* All but the registers: those may have any value that the guest may give. */
TEST_F_TIMEOUT(stream, flipped_bits, 240)
{
	size_t state = stream_edit_find(&self->edit, MIGCAP_STREAM_STATE);
	size_t end = state + stream_edit_length(&self->edit, state), byte;
	int bit, ret;

	ASSERT_NE(0, state);
	state += STREAM_HEADER_SIZE;
	for (byte = 0; byte < self->edit.size; byte++)
		for (bit = 0; bit < 8; bit += 3) {
			if ((byte >= state && byte < end) ||
			    stream_edit_may_flip(&self->edit, byte, bit))
				continue;
			self->edit.bytes[byte] ^= 1 << bit;
			ret = load(self->to, self->fd, &self->edit, 4096);
			EXPECT_TRUE(ret == -EINVAL || ret == -EOPNOTSUPP ||
				    ret == -EOVERFLOW)
				TH_LOG("bit %d of byte %zu: %d", bit, byte,
				       ret);
			self->edit.bytes[byte] ^= 1 << bit;
			ASSERT_EQ(0, resume_again(self->to, &self->fd));
		}
	EXPECT_EQ(0, load(self->to, self->fd, &self->edit, 4096));
}

TEST_F(stream, other_device)
{
	size_t at = stream_edit_find(&self->edit, MIGCAP_STREAM_IDENT);

	ASSERT_NE(0, at);
	self->edit.bytes[at + STREAM_HEADER_SIZE + 2] ^= 1;
	/* Said as soon as it is known, not at the end. */
	self->edit.size = at + stream_edit_length(&self->edit, at);
	EXPECT_EQ(-EINVAL, vfio_mig_write_all(self->fd, self->edit.bytes,
					      self->edit.size, 4096));
	EXPECT_EQ(-EINVAL, atoi(host_attr(self->to, "last_error")));
}

TEST_F(stream, version)
{
	u8 *version = self->edit.bytes +
		      offsetof(struct migcap_vfio_stream_preamble, major);

	put_unaligned_le16(MIGCAP_STREAM_MAJOR + 1, version);
	EXPECT_EQ(-EOPNOTSUPP, load(self->to, self->fd, &self->edit, 4096));
	ASSERT_EQ(0, resume_again(self->to, &self->fd));
	put_unaligned_le16(MIGCAP_STREAM_MAJOR, version);
	put_unaligned_le16(MIGCAP_STREAM_MINOR + 1, version + 2);
	EXPECT_EQ(0, load(self->to, self->fd, &self->edit, 4096));
}

TEST_F(stream, unknown_records)
{
	struct stream_edit spoiled = self->edit;

	stream_edit_insert(&spoiled, STREAM_PREAMBLE_SIZE, UNKNOWN_TAG, 0, 100,
			   100);
	EXPECT_EQ(0, load(self->to, self->fd, &spoiled, 4096));
	expect_loaded(_metadata, self->to);

	ASSERT_EQ(0, resume_again(self->to, &self->fd));
	spoiled = self->edit;
	stream_edit_insert(&spoiled, STREAM_PREAMBLE_SIZE, UNKNOWN_TAG,
			   MIGCAP_STREAM_MANDATORY, 100, 100);
	EXPECT_EQ(-EOPNOTSUPP, load(self->to, self->fd, &spoiled, 4096));

	ASSERT_EQ(0, resume_again(self->to, &self->fd));
	spoiled = self->edit;
	stream_edit_insert(&spoiled, STREAM_PREAMBLE_SIZE, UNKNOWN_TAG, 0,
			   0xfffffff0, 0);
	EXPECT_EQ(-EOVERFLOW, load(self->to, self->fd, &spoiled, 4096));
}

/* Fields of STATE are one byte each, in the order of the capability. */
TEST_F(stream, unknown_bits_do_not_reach_the_guest)
{
	size_t at = stream_edit_find(&self->edit, MIGCAP_STREAM_STATE);
	u8 *state = self->edit.bytes + at + STREAM_HEADER_SIZE;

	ASSERT_NE(0, at);
	state[0] = 0xff;
	state[5] = 0xff;
	ASSERT_EQ(0, load(self->to, self->fd, &self->edit, 4096));
	EXPECT_EQ(MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_IRQ_ENABLE |
		  MIGCAP_CTRL_DMA_TRACKED, guest_read(self->to, MIGCAP_CTRL));
	EXPECT_EQ(0, guest_read(self->to, MIGCAP_EVENT) &
		     ~(MIGCAP_EVENT_DEVICE_RESET | MIGCAP_EVENT_TRACKING));
}

TEST_F(stream, nothing_is_taken_after_a_refusal)
{
	struct stream_edit spoiled = self->edit;

	spoiled.bytes[0] ^= 1;
	EXPECT_EQ(-EINVAL, vfio_mig_write_all(self->fd, spoiled.bytes,
					      spoiled.size, 4096));
	EXPECT_GT(0, vfio_mig_write_all(self->fd, self->edit.bytes,
					self->edit.size, 4096));
	EXPECT_EQ(-EINVAL, vfio_mig_set(&self->to->dev, STOP, NULL));
	ASSERT_EQ(0, resume_again(self->to, &self->fd));
	EXPECT_EQ(0, load(self->to, self->fd, &self->edit, 4096));
}

TEST_F(stream, huge_and_bad_writes)
{
	size_t huge = 64UL << 20;
	void *zeros = mmap(NULL, huge, PROT_READ,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	ASSERT_NE(MAP_FAILED, zeros);
	EXPECT_EQ(-EINVAL, vfio_mig_write_all(self->fd, zeros, huge, huge));
	ASSERT_EQ(0, resume_again(self->to, &self->fd));
	EXPECT_EQ(0, write(self->fd, zeros, 0));
	EXPECT_EQ(0, load(self->to, self->fd, &self->edit, 4096));

	ASSERT_EQ(0, resume_again(self->to, &self->fd));
	ASSERT_EQ(0, mprotect(zeros, huge, PROT_NONE));
	EXPECT_EQ(-1, write(self->fd, zeros, 16));
	EXPECT_EQ(EFAULT, errno);
}

TEST_F(stream, reset_ends_the_session)
{
	char byte;

	ASSERT_EQ(0, vfio_dev_reset(&self->to->dev));
	EXPECT_EQ(-1, write(self->fd, self->edit.bytes, 1));
	EXPECT_EQ(ENODEV, errno);

	close_fd(&self->fd);
	ASSERT_EQ(0, vfio_dev_reset(&self->from.dev));
	ASSERT_EQ(0, guest_start(&self->from, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, host_quiesce(&self->from));
	ASSERT_EQ(0, vfio_mig_set(&self->from.dev, PRE_COPY, &self->fd));
	ASSERT_EQ(0, vfio_dev_reset(&self->from.dev));
	EXPECT_EQ(-1, read(self->fd, &byte, 1));
	EXPECT_EQ(ENODEV, errno);
}

TEST_F(stream, data_fd_outlives_the_device)
{
	vfio_dev_close(&self->to->dev);
	EXPECT_EQ(-1, write(self->fd, self->edit.bytes, 1));
	EXPECT_EQ(ENODEV, errno);
	ASSERT_EQ(0, host_open(self->to, self->to->bdf));
	EXPECT_EQ(-1, write(self->fd, self->edit.bytes, 1));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(RUNNING, vfio_mig_get(&self->to->dev));
}

HOST_TEST_MAIN
