// A descriptor that another thread makes readable: how an event loop that is not ours (asyncio's)
// is woken. wake() is thread-safe; the rest belongs to one thread.
#pragma once

namespace llmgate {

class WakeDescriptor {
 public:
  WakeDescriptor();  // is_open() tells whether the system gave one
  ~WakeDescriptor();
  WakeDescriptor(const WakeDescriptor&) = delete;
  WakeDescriptor& operator=(const WakeDescriptor&) = delete;

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  void wake();
  void clear();  // not readable until the next wake()

 private:
  int descriptor_;
};

}  // namespace llmgate
