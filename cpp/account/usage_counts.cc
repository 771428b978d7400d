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

// A member of the native object: in which object it stands, its name, and where its value begins.
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

std::string_view value_behind(std::string_view native, std::size_t colon) {
  do {
    ++colon;
  } while (colon < native.size() && is_space(native[colon]));
  return native.substr(colon);
}

// What a name ends with before this colon, its quote included; empty where the colon stands in a
// text.
std::string_view until_name(std::string_view native, std::size_t colon) {
  while (colon > 0 && is_space(native[colon - 1])) {
    --colon;
  }
  const bool is_name = colon >= 2 && native[colon - 1] == '"' && native[colon - 2] != '\\';
  return is_name ? native.substr(0, colon) : std::string_view();
}

// The name that `until` ends with.
std::string_view last_name(std::string_view until) {
  const std::size_t end = until.size() - 1;
  std::size_t begin = end;  // names are short: nothing is faster than looking at each byte
  while (begin > 0 && until[begin - 1] != '"') {
    --begin;
  }
  return begin == 0 ? std::string_view() : until.substr(begin, end - begin);
}

// The object that the name at the end of `until` stands in, where it was entered behind `entered`
// and has not been left since.
std::string_view object_around(std::string_view entered, std::string_view until) {
  const bool is_left =
      entered.empty() || until.substr(entered.size()).find_first_of("}]") != std::string_view::npos;
  return is_left ? std::string_view() : last_name(entered);
}

// In the normalised counts already.
bool is_normalised(std::string_view until) {
  return until.ends_with("\"prompt_tokens\"") || until.ends_with("\"completion_tokens\"") ||
         until.ends_with("\"total_tokens\"");
}

bool is_zero(std::string_view value) {
  return value.size() > 1 && value[0] == '0' && (value[1] == ',' || value[1] == '}');
}

// Walks over the members of an object that has been read as JSON before, from colon to colon: a
// second reading would cost as much as all the rest. Most counts are zero or known, and pass at a
// glance.
void read_native(std::string_view native, UsageCounts& counts) {
  std::string_view entered;  // all before the object that was entered last
  bool has_modalities = false;
  for (std::size_t colon = native.find(':'); colon != std::string_view::npos;
       colon = native.find(':', colon + 1)) {
    const std::string_view value = value_behind(native, colon);
    if (is_zero(value)) {
      continue;
    }
    const std::string_view until = until_name(native, colon);
    if (until.empty() || is_normalised(until)) {
      continue;
    }
    if (value.starts_with('{')) {
      entered = until;
      continue;
    }
    const Pair pair{object_around(entered, until), last_name(until), value};
    has_modalities = has_modalities || (pair.name == "modality" && word(value) != "TEXT");
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
