// What a user registers about a model in the words of LiteLLM's table, laid over what is known.
// Each entry is a part: what it does not say stays. Read once; plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "account/model_facts.h"
#include "base/result.h"
#include "json/document.h"

namespace llmgate::account {

struct RegisteredFacts {
  ModelPrices prices;
  std::optional<std::int64_t> context_window;
  std::optional<std::int64_t> max_output;
  std::optional<std::string> mode;
  std::optional<std::string> deprecation_date;
  std::vector<std::pair<std::string, bool>> abilities;
  std::optional<std::vector<std::string>> inputs;
  std::optional<std::vector<std::string>> outputs;
  std::string provider;              // litellm_provider; empty: not said
  std::vector<std::string> unknown;  // fields that neither has, with the nearest known one

  void lay_on(ModelFacts& facts) const;
  // A later registration of the same model over this one.
  void lay(const RegisteredFacts& over);
};

// One entry: an object of LiteLLM's fields. `path` is where it stands. Refuses prices that are
// negative, no numbers or too high to be true.
Result<RegisteredFacts> read_registered(const std::string& path, json::Value entry);

}  // namespace llmgate::account
