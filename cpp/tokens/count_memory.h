// Counts of texts that were counted before, so that a conversation costs its newest message. Keyed
// by a fingerprint that others cannot choose (seeded per process) and the text's length. Bounded:
// a newer text takes an older one's place. Thread-safe, without locks.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace llmgate::tokens {

class CountMemory {
 public:
  struct Key {
    std::uint64_t fingerprint = 0;
    std::uint64_t size = 0;  // in bytes or characters, but always the same
  };

  // `slots` is rounded up to a power of two.
  explicit CountMemory(std::size_t slots = kSlots) : slots_(std::bit_ceil(slots)) {}
  CountMemory(const CountMemory&) = delete;
  CountMemory& operator=(const CountMemory&) = delete;

  [[nodiscard]] std::optional<std::size_t> find(const Key& key) const {
    const Slot& slot = slots_[place_of(key)];
    const std::uint64_t value = slot.value.load(std::memory_order_relaxed);
    const std::uint64_t check = slot.check.load(std::memory_order_relaxed);
    const bool is_known =
        value != 0 && (check ^ value) == key.fingerprint && value >> 32U == half(key.size);
    return is_known ? std::optional<std::size_t>(half(value)) : std::nullopt;
  }
  void remember(const Key& key, std::size_t count) {
    if (count != half(count)) {
      return;
    }
    const std::uint64_t value = half(key.size) << 32U | count;
    Slot& slot = slots_[place_of(key)];
    slot.value.store(value, std::memory_order_relaxed);
    slot.check.store(key.fingerprint ^ value, std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t kSlots = 8192;

  // The two words belong together only if the one, taken out of the other, gives the fingerprint:
  // halves of two writers at the same time do not.
  struct Slot {
    std::atomic<std::uint64_t> value{0};  // size and count, 32 bits each
    std::atomic<std::uint64_t> check{0};
  };

  static std::uint64_t half(std::uint64_t value) { return value & 0xFFFFFFFFU; }
  [[nodiscard]] std::size_t place_of(const Key& key) const {
    return (key.fingerprint ^ (key.size * 0x9E3779B97F4A7C15)) & (slots_.size() - 1);
  }

  std::vector<Slot> slots_;
};

}  // namespace llmgate::tokens
