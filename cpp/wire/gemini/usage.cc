#include "wire/gemini/usage.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "chat/usage.h"
namespace llmgate::wire {
namespace {

using json::Value;
using enum chat::FinishReason;

// What is known of the two together; counts come from outside, sums that do not fit are unknown.
std::optional<std::int64_t> sum(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  std::int64_t result = 0;
  if (!a || !b) {
    return a ? a : b;
  }
  return __builtin_add_overflow(*a, *b, &result) ? std::nullopt : std::optional(result);
}

struct Row {
  std::string_view word;
  chat::FinishReason reason;
};
// "FinishReason" in the references of both hosts (read 2026-11); in brackets the enum's number,
// which Vertex sends when it is asked to.
constexpr std::array kRows = std::to_array<Row>({
    {"STOP", kStop},
    {"MAX_TOKENS", kLength},
    {"SAFETY", kContentFilter},
    {"RECITATION", kContentFilter},
    {"BLOCKLIST", kContentFilter},
    {"PROHIBITED_CONTENT", kContentFilter},
    {"SPII", kContentFilter},
    {"MODEL_ARMOR", kContentFilter},
    {"IMAGE_SAFETY", kContentFilter},
    {"IMAGE_PROHIBITED_CONTENT", kContentFilter},
    {"IMAGE_RECITATION", kContentFilter},
    {"1", kStop},
    {"2", kLength},
    {"3", kContentFilter},
    {"4", kContentFilter},
    {"6", kContentFilter},
    {"7", kContentFilter},
    {"8", kContentFilter},
});

bool read_number(std::string_view text, std::size_t at, std::size_t size, int& number) {
  if (text.size() < at + size) {
    return false;
  }
  const auto read = std::from_chars(text.data() + at, text.data() + at + size, number);
  return read.ec == std::errc() && read.ptr == text.data() + at + size && number >= 0;
}

// Days since 1970-01-01 in the Gregorian calendar, counted in eras of 400 years.
std::int64_t days_since_1970(int year, int month, int day) {
  constexpr int kEra = 400;
  constexpr int kDaysOfEra = 146097;
  constexpr int kDaysTo1970 = 719468;
  const int shifted = year - (month <= 2 ? 1 : 0);
  const int era = shifted / kEra;
  const int year_of_era = shifted - era * kEra;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return std::int64_t{era} * kDaysOfEra + day_of_era - kDaysTo1970;
}

}  // namespace

chat::Usage read_gemini_usage(Value metadata) {
  std::optional<std::int64_t> tools;
  std::optional<std::int64_t> candidates;
  chat::Usage usage;
  usage.has_own_names = metadata.is_object();
  for (const json::Member member : metadata.members()) {
    const std::string_view name = member.name.escaped();
    const auto count = member.value.as_int();
    if (name == "promptTokenCount") {
      usage.prompt_tokens = count;
    } else if (name == "candidatesTokenCount") {
      candidates = count;
    } else if (name == "totalTokenCount") {
      usage.total_tokens = count;
    } else if (name == "thoughtsTokenCount") {
      usage.reasoning_tokens = count;
    } else if (name == "toolUsePromptTokenCount") {
      tools = count;
    } else if (name == "cachedContentTokenCount") {
      usage.cached_tokens = count;
    } else if (chat::is_openai_count(name)) {
      usage.has_own_names = false;
    }
  }
  usage.prompt_tokens = sum(usage.prompt_tokens, tools);
  usage.completion_tokens = sum(candidates, usage.reasoning_tokens);
  usage.native = metadata.raw();
  return usage;
}

std::int64_t gemini_time_s(std::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  const bool is_time = read_number(text, 0, 4, year) && read_number(text, 5, 2, month) &&
                       read_number(text, 8, 2, day) && read_number(text, 11, 2, hour) &&
                       read_number(text, 14, 2, minute) && read_number(text, 17, 2, second) &&
                       text.ends_with('Z') && month >= 1 && month <= 12 && year >= 1970;
  if (!is_time) {
    return 0;
  }
  return ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

chat::FinishReason gemini_finish_reason(std::string_view word) {
  const auto* row = std::find_if(kRows.begin(), kRows.end(),
                                 [word](const Row& known) { return known.word == word; });
  return row == kRows.end() ? kUnknown : row->reason;
}

}  // namespace llmgate::wire
