// What of a usage is priced apart: the normalised counts, and what only the provider's own object
// tells - audio, images, long-lived cache entries, searches, and what the provider itself says that
// the call cost. Account step of a request's path. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "account/usd.h"
#include "chat/turn.h"

namespace llmgate::account {

// What a provider says that a call cost, as its usage says it.
struct ToldCost {
  std::optional<Usd> total;
  std::optional<Usd> upstream;  // what the vendor behind a relay charges
  bool is_own_key = false;      // the relay used the caller's key: the vendor bills it apart
  // Where it is told in parts.
  Usd input;
  Usd output;
  Usd reasoning;
  Usd request;
  Usd search;
};

struct UsageCounts {
  std::int64_t prompt = 0;  // with all that is below and was sent
  std::int64_t completion = 0;
  bool has_prompt = false;
  bool has_completion = false;
  std::int64_t cached = 0;
  std::int64_t cache_write = 0;  // with the long-lived ones
  std::int64_t cache_write_long = 0;
  std::int64_t reasoning = 0;
  std::int64_t citation = 0;
  std::int64_t audio_input = 0;
  std::int64_t audio_output = 0;
  std::int64_t audio_cached = 0;
  std::int64_t image_input = 0;
  std::int64_t image_output = 0;
  std::int64_t image_cached = 0;
  std::int64_t video_input = 0;
  std::int64_t video_output = 0;
  std::int64_t web_searches = 0;
  std::string_view service_tier{};  // of the usage's native object, which must outlive it
  ToldCost told;
};

UsageCounts read_usage_counts(const chat::Usage& usage);

}  // namespace llmgate::account
