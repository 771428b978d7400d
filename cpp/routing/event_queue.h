// What happens next in virtual time: a heap of small plain events, those of the same moment in the
// order in which they were added. No allocation once it has grown. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace llmgate::routing {

enum class EventKind : std::uint8_t { kArrival, kRetry, kHedge, kContent, kEnd, kDeadline };

struct Event {
  TimePoint at;
  std::uint64_t order = 0;   // set by the queue
  std::uint32_t call = 0;    // its place among the calls under way
  std::uint32_t serial = 0;  // of what the event belongs to: another one there by now ignores it
  EventKind kind = EventKind::kArrival;
  std::uint8_t attempt = 0;  // 0: the first, 1: the hedge
};

class EventQueue {
 public:
  void push(Event event) {
    event.order = ++pushed_;
    events_.push_back(event);
    std::push_heap(events_.begin(), events_.end(), is_later);
  }
  Event pop() {
    std::pop_heap(events_.begin(), events_.end(), is_later);
    const Event event = events_.back();
    events_.pop_back();
    return event;
  }
  [[nodiscard]] bool empty() const { return events_.empty(); }

 private:
  static bool is_later(const Event& left, const Event& right) {
    return left.at != right.at ? left.at > right.at : left.order > right.order;
  }

  std::vector<Event> events_;
  std::uint64_t pushed_ = 0;
};

}  // namespace llmgate::routing
