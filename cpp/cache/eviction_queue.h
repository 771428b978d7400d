// Which entries of a shard stay: S3-FIFO in bytes. New entries go through a small queue; who is
// asked for there again moves to the main one, all others leave soon and are remembered for a while
// as hashes, so that one that comes back goes to the main queue at once. Large entries must be
// asked for more often to stay. A look-up only counts. Not thread-safe: the shard's lock guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace llmgate::cache {

enum class QueueName : std::uint8_t { kNone, kSmall, kMain };

// What an entry carries along; derive from it.
struct Queued {
  Queued* older = nullptr;
  Queued* newer = nullptr;
  std::uint64_t fingerprint = 0;
  std::size_t bytes = 0;
  QueueName queue = QueueName::kNone;
  std::uint8_t uses = 0;  // since it came or was last looked at; counts to 3
};

// Hashes of those that left the small queue, as many as the last time it was told.
class Ghosts {
 public:
  void add(std::uint64_t fingerprint, std::size_t keep);
  // Forgets it, too.
  bool take(std::uint64_t fingerprint);

 private:
  struct Slot {
    std::uint32_t mark = 0;
    std::uint32_t added = 0;
  };
  Slot& slot_of(std::uint64_t fingerprint);
  static std::uint32_t mark_of(std::uint64_t fingerprint) {
    return static_cast<std::uint32_t>(fingerprint >> 32U) | 1U;
  }
  std::vector<Slot> slots_;  // direct-mapped; a power of two
  std::size_t keep_ = 0;
  std::uint32_t added_ = 0;
};

class EvictionQueue {
 public:
  explicit EvictionQueue(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  void add(Queued& entry);
  static void touch(Queued& entry) {
    if (entry.uses < kMostUses) {
      ++entry.uses;
    }
  }
  void remove(Queued& entry);  // deleted or expired: not remembered
  void resize(Queued& entry, std::size_t bytes);
  void replace(Queued& known, Queued& fresh);  // which takes its place and its uses
  // Takes out who leaves next while there are too many bytes; null: nobody has to.
  Queued* evict();
  [[nodiscard]] std::size_t bytes() const { return small_.bytes + main_.bytes; }
  // Newest first, the small queue before the main one. `visit` may remove what it is given.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (Queued* entry : {small_.newest, main_.newest}) {
      while (entry != nullptr) {
        Queued* const older = entry->older;
        visit(*entry);
        entry = older;
      }
    }
  }

 private:
  static constexpr std::uint8_t kMostUses = 3;
  struct List {
    Queued* newest = nullptr;
    Queued* oldest = nullptr;
    std::size_t bytes = 0;
    std::size_t count = 0;
  };
  List& list_of(const Queued& entry) { return entry.queue == QueueName::kSmall ? small_ : main_; }
  static void push(List& list, QueueName name, Queued& entry);
  static void unlink(List& list, Queued& entry);
  [[nodiscard]] std::uint8_t price_of(const Queued& entry) const;
  Queued* evict_small();
  Queued* evict_main();

  std::size_t most_bytes_;
  List small_;
  List main_;
  Ghosts ghosts_;
};

}  // namespace llmgate::cache
