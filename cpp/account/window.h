// The span of time that a budget is for: calendar spans in UTC, or the last so many seconds.
// Account step of a request's path. Pure functions of wall time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace llmgate::account {

enum class WindowKind : std::uint8_t { kForever, kDay, kWeek, kMonth, kRolling };

struct Window {
  WindowKind kind = WindowKind::kForever;
  std::chrono::seconds length{0};  // of a rolling one
};

// "day", "week" (from Monday), "month", "forever", or a length such as "30s", "15m", "24h", "7d",
// "1mo" (30 days): a rolling window.
Result<Window> read_window(std::string_view text);
std::string text_of(const Window& window);

// The calendar span that holds `time`: its first moment and the first one behind it. Forever and a
// rolling window have one span without an end.
struct Span {
  WallTime begin = WallTime::min();
  WallTime end = WallTime::max();
};
Span span_of(const Window& window, WallTime time);
// A rolling window forgets in steps of this length; never earlier than it should.
std::chrono::seconds slice_of(const Window& window);

// Days since 1970 in UTC, and as "2026-11-22".
std::int32_t day_of(WallTime time);
std::string text_of_day(std::int32_t day);
// "2026-11-22T13:04:05Z"
std::string text_of(WallTime time);

}  // namespace llmgate::account
