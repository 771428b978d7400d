#include "account/litellm_field.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/nearest.h"

namespace llmgate::account {
namespace {

using Row = std::pair<std::string_view, Price>;

constexpr std::array kPrices = std::to_array<Row>({
    {"input_cost_per_token", Price::kInput},
    {"output_cost_per_token", Price::kOutput},
    {"cache_read_input_token_cost", Price::kCacheRead},
    {"cache_creation_input_token_cost", Price::kCacheWrite},
    {"cache_creation_input_token_cost_above_1hr", Price::kCacheWriteLong},
    {"output_cost_per_reasoning_token", Price::kReasoning},
    {"citation_cost_per_token", Price::kCitation},
    {"input_cost_per_audio_token", Price::kAudioInput},
    {"output_cost_per_audio_token", Price::kAudioOutput},
    {"cache_read_input_audio_token_cost", Price::kAudioCacheRead},
    {"input_cost_per_image_token", Price::kImageInput},
    {"output_cost_per_image_token", Price::kImageOutput},
    {"cache_read_input_image_token_cost", Price::kImageCacheRead},
    {"input_cost_per_video_token", Price::kVideoInput},
    {"output_cost_per_video_token", Price::kVideoOutput},
    {"input_cost_per_request", Price::kRequest},
    {"input_cost_per_query", Price::kQuery},
    {"output_cost_per_image", Price::kImage},
    {"input_cost_per_image", Price::kInputImage},
    {"input_cost_per_second", Price::kInputSecond},
    {"output_cost_per_second", Price::kOutputSecond},
    {"input_cost_per_character", Price::kInputCharacter},
    {"output_cost_per_character", Price::kOutputCharacter},
    {"ocr_cost_per_page", Price::kPage},
    {"google_maps_grounding_cost_per_query", Price::kMapSearch},
});

constexpr std::array kModes = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"_batches", "batch"},
    {"_priority", "priority"},
    {"_flex", "flex"},
    {"_ultrafast", "ultrafast"},
    {"_balanced", "balanced"},
});

// Read for no purpose here: where a fact stands, limits of pace, prices of what is no chat.
constexpr std::array kOthers = std::to_array<std::string_view>({
    "aliases",
    "annotation_cost_per_page",
    "cache_creation_input_audio_token_cost",
    "code_interpreter_cost_per_session",
    "comment",
    "cost_per_second",
    "default_reasoning_effort",
    "file_search_cost_per_1k_calls",
    "file_search_cost_per_gb_per_day",
    "id",
    "input_cost_per_audio_per_second",
    "input_cost_per_pixel",
    "input_cost_per_token_cache_hit",
    "input_cost_per_video_per_second",
    "input_dbu_cost_per_token",
    "key",
    "max_audio_length_hours",
    "max_audio_per_prompt",
    "max_images_per_prompt",
    "max_pdf_size_mb",
    "max_query_tokens",
    "max_video_length",
    "max_videos_per_prompt",
    "metadata",
    "off_peak_pricing",
    "output_cost_per_pixel",
    "output_cost_per_video_per_second",
    "output_dbu_cost_per_token",
    "output_vector_size",
    "prompt_cache_min_tokens",
    "provider_specific_entry",
    "reasoning_effort_levels",
    "rpm",
    "source",
    "supported_endpoints",
    "supported_openai_params",
    "supported_regions",
    "thinking_always_on",
    "tool_use_system_prompt_tokens",
    "tpm",
    "vector_store_cost_per_gb_per_day",
    "web_search_billing_unit",
});

constexpr std::array kPlain = std::to_array<std::string_view>({
    "deprecation_date",
    "litellm_provider",
    "max_input_tokens",
    "max_output_tokens",
    "max_tokens",
    "mode",
    "search_context_cost_per_query",
    "supported_modalities",
    "supported_output_modalities",
    "supports_function_calling",
    "supports_prompt_caching",
    "supports_reasoning",
    "supports_response_schema",
    "supports_system_messages",
    "supports_tool_choice",
    "supports_vision",
    "supports_web_search",
    "tiered_pricing",
});

// Takes "_above_200k_tokens" off the end. Null when there is no number in it.
std::optional<std::int64_t> take_tier(std::string_view& name) {
  constexpr std::string_view kEnd = "k_tokens";
  constexpr std::string_view kBegin = "_above_";
  const std::size_t at = name.rfind(kBegin);
  if (!name.ends_with(kEnd) || at == std::string_view::npos) {
    return 0;
  }
  const std::string_view digits =
      name.substr(at + kBegin.size(), name.size() - at - kBegin.size() - kEnd.size());
  std::int64_t thousands = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9' || thousands > 1'000'000) {
      return std::nullopt;
    }
    thousands = thousands * 10 + (digit - '0');
  }
  name = name.substr(0, at);
  return thousands * 1000;
}

}  // namespace

std::optional<LitellmField> litellm_field(std::string_view name) {
  LitellmField field;
  for (const auto& [end, mode] : kModes) {
    if (name.ends_with(end)) {
      field.mode = mode;
      name.remove_suffix(end.size());
      break;
    }
  }
  const auto above = take_tier(name);
  const auto* const found = std::find_if(kPrices.begin(), kPrices.end(),
                                         [name](const Row& row) { return row.first == name; });
  if (!above || found == kPrices.end()) {
    return std::nullopt;
  }
  field.above = *above;
  field.price = found->second;
  return field;
}

bool is_other_litellm_field(std::string_view name) {
  return std::find(kOthers.begin(), kOthers.end(), name) != kOthers.end();
}

std::string_view nearest_litellm_field(std::string_view name) {
  std::vector<std::string_view> names(kPlain.begin(), kPlain.end());
  names.insert(names.end(), kOthers.begin(), kOthers.end());
  for (const Row& row : kPrices) {
    names.push_back(row.first);
  }
  return nearest_name(name, names);
}

}  // namespace llmgate::account
