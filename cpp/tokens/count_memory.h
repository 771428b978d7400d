// Counts of texts that were counted before, so that a conversation costs its newest message. Keyed
// by a fingerprint that others cannot choose (seeded per process) and the text's length. Bounded:
// a newer text takes an older one's place. Thread-safe.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"

namespace llmgate::tokens {

class CountMemory {
 public:
  struct Key {
    std::uint64_t fingerprint = 0;
    std::uint64_t size = 0;  // in bytes or characters, but always the same
    friend bool operator==(const Key&, const Key&) = default;
  };

  // `slots` is rounded up to a power of two.
  explicit CountMemory(std::size_t slots = kSlots) : slots_(std::bit_ceil(slots)) {}
  CountMemory(const CountMemory&) = delete;
  CountMemory& operator=(const CountMemory&) = delete;

  [[nodiscard]] std::optional<std::size_t> find(const Key& key) const {
    const MutexLock lock(mutex_);
    const Slot& slot = slots_[place_of(key)];
    return slot.used && slot.key == key ? std::optional(slot.count) : std::nullopt;
  }
  void remember(const Key& key, std::size_t count) {
    const MutexLock lock(mutex_);
    slots_[place_of(key)] = {key, count, true};
  }

 private:
  static constexpr std::size_t kSlots = 8192;

  struct Slot {
    Key key;
    std::size_t count = 0;
    bool used = false;
  };

  [[nodiscard]] std::size_t place_of(const Key& key) const LLMGATE_REQUIRES(mutex_) {
    return (key.fingerprint ^ (key.size * 0x9E3779B97F4A7C15)) & (slots_.size() - 1);
  }

  mutable Mutex mutex_;
  std::vector<Slot> slots_ LLMGATE_GUARDED_BY(mutex_);
};

}  // namespace llmgate::tokens
