#include "base/wake_descriptor.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace llmgate {

WakeDescriptor::WakeDescriptor() : descriptor_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

WakeDescriptor::~WakeDescriptor() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

// The counter cannot overflow in practice; a full one is readable already, so a failed write is no
// loss.
void WakeDescriptor::wake() { [[maybe_unused]] const int result = eventfd_write(descriptor_, 1); }

void WakeDescriptor::clear() {
  eventfd_t count = 0;
  [[maybe_unused]] const int result = eventfd_read(descriptor_, &count);
}

}  // namespace llmgate
