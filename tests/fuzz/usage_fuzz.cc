// Reads any bytes as a provider's usage object. Counts are never negative, money that a provider
// tells is never negative, and what is priced by them never exceeds the bound of the same sizes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "account/cost.h"

namespace {

using namespace llmgate::account;  // NOLINT(google-build-using-namespace)

void expect(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "%s\n", what);
    std::abort();
  }
}

Facts made_up_facts() {
  return std::make_shared<ModelFacts>(
      read_fact_row("a/m", R"({"input":"2","output":"8","cache_read":"0.2","cache_write":"2.5",)"
                           R"("cache_write_1h":"4","audio_input":"30","audio_output":"60",)"
                           R"("image_input":"3","image_output":"20","video_input":"5",)"
                           R"("video_output":"6","citation":"0","web_search":"0"})")
          .value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Facts facts = made_up_facts();
  llmgate::chat::Usage usage;
  usage.native.assign(reinterpret_cast<const char*>(data), size);
  usage.prompt_tokens = static_cast<std::int64_t>(size % 1000);
  usage.completion_tokens = static_cast<std::int64_t>(size % 77);
  const UsageCounts counts = read_usage_counts(usage);
  for (const std::int64_t count :
       {counts.cached, counts.cache_write, counts.cache_write_long, counts.reasoning,
        counts.citation, counts.audio_input, counts.audio_output, counts.audio_cached,
        counts.image_input, counts.image_output, counts.image_cached, counts.video_input,
        counts.video_output, counts.web_searches}) {
    expect(count >= 0, "a count is negative");
  }
  expect(!counts.told.total || *counts.told.total >= Usd(), "a told cost is negative");
  const auto cost = price(facts, usage, {.provider = "openai"});
  expect(cost.has_value(), "no cost");
  Usd sum;
  for (const Usd part : cost->parts) {
    expect(part >= Usd(), "a part is negative");
    sum += part;
  }
  expect(sum == cost->total, "the parts are not the total");
  const BoundOptions options{.has_audio = true, .has_images = true, .has_long_cache = true};
  const auto bound = cost_bound(*facts, counts.prompt, counts.completion, options);
  expect(bound && cost->total <= *bound, "the cost is above its bound");
  const auto told = price(facts, usage, {.provider = "openrouter"});
  expect(told.has_value(), "no cost");
  return 0;
}
