// From the lower half of a hash to a small value, in one flat array: a look-up among a million
// entries waits for memory once. The half itself is the place, so it must be well mixed; hashes
// that share it are one to the index, and who looks something up compares what it finds. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <utility>
#include <vector>

#include "base/hash.h"

namespace llmgate::cache {

// `Value` is copied freely; one that equals Value() marks an empty place and cannot be kept.
template <typename Value>
class HashIndex {
 public:
  explicit HashIndex(std::pmr::memory_resource* memory) : slots_(memory) {}

  // Value() where there is none.
  [[nodiscard]] Value find(const Hash128& hash) const {
    if (slots_.empty()) {
      return Value();
    }
    for (std::size_t at = home(hash.low);; at = next(at)) {
      if (slots_[at].value == Value() || slots_[at].hash == hash.low) {
        return slots_[at].value;
      }
    }
  }

  // Replaces what is there.
  void set(const Hash128& hash, Value value) {
    if ((size_ + 1) * 10 > slots_.size() * 7) {
      grow();
    }
    std::size_t at = home(hash.low);
    while (!(slots_[at].value == Value()) && !(slots_[at].hash == hash.low)) {
      at = next(at);
    }
    size_ += slots_[at].value == Value() ? 1 : 0;
    slots_[at] = {hash.low, value};
  }

  void erase(const Hash128& hash) {
    if (slots_.empty()) {
      return;
    }
    std::size_t at = home(hash.low);
    while (!(slots_[at].value == Value()) && !(slots_[at].hash == hash.low)) {
      at = next(at);
    }
    if (slots_[at].value == Value()) {
      return;
    }
    --size_;
    close_gap(at);
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t capacity() const { return slots_.size(); }
  [[nodiscard]] std::size_t bytes() const { return slots_.size() * sizeof(Slot); }
  // Asks the processor for the place where a look-up will begin.
  void prefetch(const Hash128& hash) const {
    if (!slots_.empty()) {
      __builtin_prefetch(&slots_[home(hash.low)]);
    }
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    Value value{};
  };

  [[nodiscard]] std::size_t home(std::uint64_t hash) const { return hash & (slots_.size() - 1); }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }

  void grow() {
    std::pmr::vector<Slot> old(slots_.get_allocator());
    old.swap(slots_);
    slots_.resize(old.empty() ? kFirstSlots : old.size() * 2);
    size_ = 0;
    for (const Slot& slot : old) {
      if (!(slot.value == Value())) {
        set({slot.hash, 0}, slot.value);
      }
    }
  }

  // Whoever stands behind the gap and would have stood in it moves up, so that no look-up ends
  // before it should.
  void close_gap(std::size_t gap) {
    for (std::size_t at = next(gap); !(slots_[at].value == Value()); at = next(at)) {
      const std::size_t wanted = home(slots_[at].hash);
      const std::size_t mask = slots_.size() - 1;
      if (((at - wanted) & mask) >= ((at - gap) & mask)) {
        slots_[gap] = slots_[at];
        gap = at;
      }
    }
    slots_[gap] = {};
  }

  static constexpr std::size_t kFirstSlots = 16;
  std::pmr::vector<Slot> slots_;  // a power of two
  std::size_t size_ = 0;
};

}  // namespace llmgate::cache
