#include "wire/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace llmgate::wire {
namespace {

constexpr double kLongestSeconds = 1e6;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

std::optional<double> read_number(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::chrono::milliseconds> sane(std::optional<double> seconds) {
  if (!seconds || !(*seconds > 0) || *seconds > kLongestSeconds) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(*seconds * 1000)));
}

std::optional<int> read_int(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}

std::optional<int> read_month(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == name) {
      return static_cast<int>(i) + 1;
    }
  }
  return std::nullopt;
}

// IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7), as seconds of the epoch.
std::optional<std::int64_t> read_http_date(std::string_view text) {
  text = trimmed(text);
  if (text.size() != 29 || text.substr(25) != " GMT" || text.substr(3, 2) != ", ") {
    return std::nullopt;
  }
  const auto day = read_int(text.substr(5, 2));
  const auto month = read_month(text.substr(8, 3));
  const auto year = read_int(text.substr(12, 4));
  const auto hour = read_int(text.substr(17, 2));
  const auto minute = read_int(text.substr(20, 2));
  const auto second = read_int(text.substr(23, 2));
  if (!day || !month || !year || !hour || !minute || !second) {
    return std::nullopt;
  }
  const auto is_within = [](int value, int most) { return value >= 0 && value <= most; };
  if (!is_within(*hour, 23) || !is_within(*minute, 59) || !is_within(*second, 60)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) {
    return std::nullopt;
  }
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return static_cast<std::int64_t>(days) * 86400 + *hour * 3600 + *minute * 60 + *second;
}

std::optional<double> seconds_until(std::string_view date, const net::Headers& headers) {
  const auto now_header = net::find_header(headers, "date");
  const auto then = read_http_date(date);
  const auto now = now_header ? read_http_date(*now_header) : std::nullopt;
  if (!then || !now) {
    return std::nullopt;
  }
  return static_cast<double>(*then - *now);
}

// {"error": {"details": [{"@type": ".../google.rpc.RetryInfo", "retryDelay": "48s"}]}}
std::optional<double> google_delay(json::Value error) {
  for (const json::Value detail : error.find("details").elements()) {
    std::string_view delay = detail.find("retryDelay").escaped();
    if (!delay.empty() && delay.back() == 's') {
      delay.remove_suffix(1);
      return read_number(delay);
    }
  }
  return std::nullopt;
}

struct Unit {
  std::string_view name;
  double seconds;
};
constexpr std::array kUnits = std::to_array<Unit>({
    {"ms", 0.001},
    {"milliseconds", 0.001},
    {"s", 1},
    {"sec", 1},
    {"second", 1},
    {"seconds", 1},
    {"m", 60},
    {"min", 60},
    {"minute", 60},
    {"minutes", 60},
    {"h", 3600},
    {"hour", 3600},
    {"hours", 3600},
});

// "6m1.05s ...", "26 seconds ..." at the beginning of a text; nothing: a number without a unit, or
// none.
std::optional<double> read_duration(std::string_view text) {
  std::optional<double> sum;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    text.remove_prefix(text.starts_with(' ') ? 1 : 0);
    const auto* const last = std::find_if_not(
        text.begin(), text.end(), [](char letter) { return letter >= 'a' && letter <= 'z'; });
    const std::string_view word(text.begin(), last);
    const auto* const unit = std::find_if(kUnits.begin(), kUnits.end(),
                                          [&](const Unit& known) { return known.name == word; });
    if (error != std::errc() || unit == kUnits.end()) {
      return std::nullopt;
    }
    sum = sum.value_or(0) + value * unit->seconds;
    text.remove_prefix(word.size());
  }
  return sum;
}

// "Please try again in 1.05s": OpenAI's and Groq's words, and those of Google and Azure.
std::optional<double> delay_in_words(json::Value error) {
  constexpr std::array<std::string_view, 3> kLeads{"try again in ", "retry in ", "retry after "};
  std::string text = (error.is_string() ? error : error.find("message")).unescaped();
  std::transform(text.begin(), text.end(), text.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  for (const std::string_view lead : kLeads) {
    if (const std::size_t at = text.find(lead); at != std::string::npos) {
      return read_duration(std::string_view(text).substr(at + lead.size()));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> retry_after_of(const net::Headers& headers,
                                                        json::Value error) {
  if (const auto header = net::find_header(headers, "retry-after-ms")) {
    if (const auto milliseconds = read_number(*header)) {
      if (const auto wait = sane(*milliseconds / 1000)) {
        return wait;
      }
    }
  }
  if (const auto header = net::find_header(headers, "retry-after")) {
    const auto seconds = read_number(*header);
    return sane(seconds ? seconds : seconds_until(*header, headers));
  }
  const auto delay = sane(google_delay(error));
  return delay ? delay : sane(delay_in_words(error));
}

std::optional<bool> should_retry_of(const net::Headers& headers) {
  const auto word = net::find_header(headers, "x-should-retry");
  if (word == "true" || word == "false") {
    return word == "true";
  }
  return std::nullopt;
}

}  // namespace llmgate::wire
