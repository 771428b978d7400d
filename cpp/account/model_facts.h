// What is known about a model at a provider: prices, limits, abilities, and who says so. Read from
// a row of the table, or from what the user registers in LiteLLM's words. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/prices.h"
#include "base/result.h"

namespace llmgate::account {

struct ModelFacts {
  std::string key;       // "openai/gpt-4o", in small letters
  std::string provider;  // "openai"
  std::string model;     // as its provider writes it

  ModelPrices prices;
  std::string price_source;  // "genai-prices", "litellm", "registered"
  std::string price_date;    // since when, or when it was read: "2026-11-22"

  std::optional<std::int64_t> context_window;  // tokens of a prompt
  std::optional<std::int64_t> max_output;      // tokens of an answer
  std::string mode;                            // "chat", "embedding", ...; empty: not known
  std::string deprecation_date;                // empty: none is known
  bool is_deprecated = false;
  std::vector<std::string> can;     // "vision", "function_calling", ...
  std::vector<std::string> cannot;  // what is known to be missing
  std::vector<std::string> inputs;  // "text", "image", ...
  std::vector<std::string> outputs;

  // Whether it can; nothing where nobody has said.
  [[nodiscard]] std::optional<bool> supports(std::string_view ability) const;
};

// One row of the table: its key, and the JSON behind it. An error says what is wrong with it.
Result<ModelFacts> read_fact_row(std::string_view key, std::string_view json);

// Seconds since 1970 at the start of a day in UTC: "2027-01-01". Nothing when it is no date.
std::optional<std::int64_t> day_start(std::string_view date);

}  // namespace llmgate::account
