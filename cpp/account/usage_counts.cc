#include "account/usage_counts.h"

#include <algorithm>
#include <charconv>

#include "json/document.h"

namespace llmgate::account {
namespace {

using json::Value;

// Counts come from outside: no sum of what is let through leaves 64 bits.
constexpr std::int64_t kMostTokens = 1'000'000'000'000'000;

std::int64_t within(std::int64_t tokens) {
  return std::clamp<std::int64_t>(tokens, 0, kMostTokens);
}

bool is_space(char byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

// One member of the native object: in which object it stands, its name, and where its value begins.
struct Pair {
  std::string_view inside;
  std::string_view name;
  std::string_view value;  // and all behind it
};

std::int64_t count(std::string_view value) {
  std::int64_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return within(number);
}

// Of a number, or of a string that holds one.
std::optional<Usd> money(std::string_view value) {
  if (value.starts_with('"')) {
    value.remove_prefix(1);
  }
  const auto end = std::min(value.find_first_not_of("0123456789.eE+-"), value.size());
  auto usd = Usd::from_text(value.substr(0, end), Rounding::kNearest);
  return usd && *usd >= Usd() ? std::optional(*usd) : std::nullopt;
}

std::string_view word(std::string_view value) {
  return value.starts_with('"') ? value.substr(1, value.find('"', 1) - 1) : std::string_view();
}

bool is_of_answer(std::string_view inside) {
  return inside.starts_with("completion") || inside.starts_with("output");
}

void read_cost(const Pair& pair, ToldCost& told) {
  if (pair.name == "cost") {
    told.total = pair.value.starts_with('{') ? told.total : money(pair.value);
  } else if (pair.name == "cost_in_usd_ticks") {
    // xAI counts in ten-billionths of a dollar.
    constexpr Int128 kTick = 100'000'000;
    std::int64_t ticks = 0;
    std::from_chars(pair.value.data(), pair.value.data() + pair.value.size(), ticks);
    told.total = Usd::from_atto(kTick) * std::max<std::int64_t>(ticks, 0);
  } else if (pair.name == "upstream_inference_cost") {
    told.upstream = money(pair.value);
  } else if (pair.inside != "cost") {
    return;
  } else if (pair.name == "total_cost") {
    told.total = money(pair.value);
  } else if (pair.name == "input_tokens_cost") {
    told.input = money(pair.value).value_or(Usd());
  } else if (pair.name == "output_tokens_cost") {
    told.output = money(pair.value).value_or(Usd());
  } else if (pair.name == "reasoning_tokens_cost") {
    told.reasoning = money(pair.value).value_or(Usd());
  } else if (pair.name == "request_cost") {
    told.request = money(pair.value).value_or(Usd());
  } else if (pair.name == "search_queries_cost") {
    told.search = money(pair.value).value_or(Usd());
  }
}

void read_count(const Pair& pair, UsageCounts& counts) {
  const std::string_view name = pair.name;
  if (name == "prompt_tokens" || name == "completion_tokens" || name == "total_tokens") {
    return;  // in the normalised counts
  }
  if (name == "audio_tokens") {
    (is_of_answer(pair.inside) ? counts.audio_output : counts.audio_input) = count(pair.value);
  } else if (name == "image_tokens") {
    (is_of_answer(pair.inside) ? counts.image_output : counts.image_input) = count(pair.value);
  } else if (name == "cache_write_tokens" || name == "cache_creation_tokens") {
    counts.cache_write = std::max(counts.cache_write, count(pair.value));
  } else if (name == "ephemeral_1h_input_tokens") {
    counts.cache_write_long = count(pair.value);
  } else if (name == "citation_tokens") {
    counts.citation = count(pair.value);
  } else if (name == "web_search_requests" || name == "web_search_calls") {
    counts.web_searches = count(pair.value);
  } else if (name == "service_tier" || name == "serviceTier") {
    counts.service_tier = word(pair.value);
  } else if (name == "speed" && word(pair.value) == "fast") {
    counts.service_tier = "fast";
  } else if (name == "is_byok") {
    counts.told.is_own_key = pair.value.starts_with('t');
  } else if (name.find("cost") != std::string_view::npos) {
    read_cost(pair, counts.told);
  }
}

// Lists of counts by modality: Gemini's.
void read_modalities(Value details, std::int64_t& audio, std::int64_t& image, std::int64_t* video) {
  for (const Value part : details.elements()) {
    const std::int64_t tokens = within(part.find("tokenCount").as_int().value_or(0));
    const Value modality = part.find("modality");
    audio = within(audio + (modality.says("AUDIO") ? tokens : 0));
    image = within(image + (modality.says("IMAGE") ? tokens : 0));
    if (video != nullptr && modality.says("VIDEO")) {
      *video = within(*video + tokens);
    }
  }
}

void read_modalities(std::string_view native, UsageCounts& counts) {
  json::Document document;
  if (document.read(native)) {
    return;
  }
  const Value root = document.root();
  read_modalities(root.find("promptTokensDetails"), counts.audio_input, counts.image_input,
                  &counts.video_input);
  read_modalities(root.find("candidatesTokensDetails"), counts.audio_output, counts.image_output,
                  &counts.video_output);
  read_modalities(root.find("cacheTokensDetails"), counts.audio_cached, counts.image_cached,
                  nullptr);
}

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) {
    ++at;
  }
  return at;
}

// The name before this colon; empty where it stands in a text.
std::string_view name_before(std::string_view native, std::size_t colon) {
  std::size_t end = colon;
  while (end > 0 && is_space(native[end - 1])) {
    --end;
  }
  if (end < 2 || native[end - 1] != '"' || native[end - 2] == '\\') {
    return {};
  }
  std::size_t begin = end - 1;  // names are short: nothing is faster than looking at each byte
  while (begin > 0 && native[begin - 1] != '"') {
    --begin;
  }
  return begin == 0 ? std::string_view() : native.substr(begin, end - 1 - begin);
}

bool is_zero(std::string_view value) {
  return value.size() > 1 && value[0] == '0' && (value[1] == ',' || value[1] == '}');
}

// Walks over the members of an object that has been read as JSON before, from colon to colon: a
// second reading would cost as much as all the rest. Most counts are zero, and pass at a glance.
void read_native(std::string_view native, UsageCounts& counts) {
  Pair pair;
  bool has_modalities = false;
  for (std::size_t colon = native.find(':'); colon != std::string_view::npos;
       colon = native.find(':', colon + 1)) {
    pair.value = native.substr(skip_spaces(native, colon + 1));
    if (is_zero(pair.value)) {
      continue;
    }
    pair.name = name_before(native, colon);
    if (pair.name.empty()) {
      continue;
    }
    if (pair.value.starts_with('{')) {
      pair.inside = pair.name;
      continue;
    }
    const char* const inside = pair.inside.data();
    if (inside != nullptr &&
        std::string_view(inside, static_cast<std::size_t>(pair.name.data() - inside))
                .find_first_of("}]") != std::string_view::npos) {
      pair.inside = {};  // that object has been left
    }
    has_modalities = has_modalities || (pair.name == "modality" && word(pair.value) != "TEXT");
    read_count(pair, counts);
  }
  if (has_modalities) {
    read_modalities(native, counts);
  }
}

}  // namespace

UsageCounts read_usage_counts(const chat::Usage& usage) {
  const auto known = [](std::optional<std::int64_t> number) { return within(number.value_or(0)); };
  UsageCounts counts;
  counts.has_prompt = usage.prompt_tokens.has_value();
  counts.has_completion = usage.completion_tokens.has_value();
  counts.prompt = known(usage.prompt_tokens);
  counts.completion = known(usage.completion_tokens);
  counts.cached = known(usage.cached_tokens);
  counts.cache_write = known(usage.cache_write_tokens);
  counts.reasoning = known(usage.reasoning_tokens);
  read_native(usage.native, counts);
  // Mistral counts audio beside the prompt's tokens, seen by the total.
  if (counts.audio_input > 0 && usage.total_tokens &&
      within(*usage.total_tokens) - counts.audio_input == counts.prompt + counts.completion) {
    counts.prompt += counts.audio_input;
  }
  return counts;
}

}  // namespace llmgate::account
