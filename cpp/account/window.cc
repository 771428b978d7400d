#include "account/window.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace llmgate::account {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_days;

// A century: longer than any budget, short enough to be added to a time.
constexpr std::int64_t kLongestWindow = 100LL * 366 * 86400;

struct Unit {
  std::string_view name;
  std::int64_t seconds;
};
// "1mo" is LiteLLM's spelling; there too it means 30 days.
constexpr std::array<Unit, 6> kUnits{
    {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}, {"mo", 2592000}}};

Error refuse(std::string_view text) {
  return bad_request("$.window", "is \"" + std::string(text.substr(0, 40)) +
                                     "\"; accepted: day, week, month, forever, or a rolling length "
                                     "such as 30s, 15m, 24h, 7d or 1mo, up to 100 years");
}

}  // namespace

Result<Window> read_window(std::string_view text) {
  if (text.empty() || text == "forever") {
    return Window{};
  }
  if (text == "day") {
    return Window{WindowKind::kDay, seconds(0)};
  }
  if (text == "week") {
    return Window{WindowKind::kWeek, seconds(0)};
  }
  if (text == "month") {
    return Window{WindowKind::kMonth, seconds(0)};
  }
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, count);
  if (problem != std::errc() || count <= 0) {
    return refuse(text);
  }
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  for (const Unit& known : kUnits) {
    if (unit == known.name && count <= kLongestWindow / known.seconds) {
      return Window{WindowKind::kRolling, seconds(count * known.seconds)};
    }
  }
  return refuse(text);
}

std::string text_of(const Window& window) {
  switch (window.kind) {
    case WindowKind::kForever:
      return "forever";
    case WindowKind::kDay:
      return "day";
    case WindowKind::kWeek:
      return "week";
    case WindowKind::kMonth:
      return "month";
    case WindowKind::kRolling:
      break;
  }
  for (std::size_t i = 4; i > 0; --i) {  // weeks downwards
    const Unit& unit = kUnits[i];
    if (window.length.count() % unit.seconds == 0) {
      return std::to_string(window.length.count() / unit.seconds) + std::string(unit.name);
    }
  }
  return std::to_string(window.length.count()) + "s";
}

Span span_of(const Window& window, WallTime time) {
  const sys_days today = floor<days>(time);
  switch (window.kind) {
    case WindowKind::kForever:
    case WindowKind::kRolling:
      return {};
    case WindowKind::kDay:
      return {today, today + days(1)};
    case WindowKind::kWeek: {
      const sys_days monday = today - (std::chrono::weekday(today) - std::chrono::Monday);
      return {monday, monday + days(7)};
    }
    case WindowKind::kMonth: {
      const std::chrono::year_month_day date(today);
      const auto first = date.year() / date.month() / std::chrono::day(1);
      return {sys_days(first), sys_days(first + std::chrono::months(1))};
    }
  }
  return {};
}

std::chrono::seconds slice_of(const Window& window) {
  constexpr int kSlices = 60;
  return std::max<seconds>(window.length / kSlices, seconds(1));
}

std::int32_t day_of(WallTime time) {
  return static_cast<std::int32_t>(floor<days>(time).time_since_epoch().count());
}

std::string text_of_day(std::int32_t day) {
  const std::chrono::year_month_day date{sys_days(days(day))};
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", int(date.year()),
                                 unsigned(date.month()), unsigned(date.day()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string text_of(WallTime time) {
  const auto whole = floor<seconds>(time);
  const std::chrono::hh_mm_ss clock(whole - floor<days>(whole));
  std::array<char, 32> text{};
  const int size = std::snprintf(
      text.data(), text.size(), "T%02d:%02d:%02dZ", static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return text_of_day(day_of(time)) + std::string(text.data(), static_cast<std::size_t>(size));
}

}  // namespace llmgate::account
