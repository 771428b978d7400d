// What a name of a Gemini model says: which generation, how it is told to think, what it refuses.
// And the path that a request for it goes to. Render step of a request's path. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace llmgate::wire {

// "Gemini thinking" (ai.google.dev/gemini-api/docs/thinking, read 2026-11): a budget in tokens up
// to 2.5, a level from 3 on.
enum class GeminiThinking : std::uint8_t { kNone, kBudget, kLevel };

struct GeminiModel {
  GeminiThinking thinking = GeminiThinking::kNone;
  bool is_pro = false;
  bool is_lite = false;
  bool has_no_medium = false;  // 3 Pro knows low and high alone
  // From 3 on a function call of the current turn is refused without its thought signature, and a
  // function's result may hold media.
  bool is_third_generation = false;
  bool wants_signatures = false;
  bool fetches_urls = true;  // 2.0 and older take files of the Files API alone
};

GeminiModel describe_gemini_model(std::string_view model);

// "/models/gemini-3-flash:generateContent", or the same for a stream; a model that is a resource's
// name already ("tunedModels/x", "projects/...") stays as it is.
Result<std::string> gemini_path(std::string_view model, bool is_stream);

}  // namespace llmgate::wire
