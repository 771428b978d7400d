// Gemini's generationConfig out of what a canonical request says in a dozen of its fields, and of
// what the caller gave under Gemini's own names. Render step of a request's path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/disposition.h"
#include "json/document.h"
#include "json/writer.h"
#include "wire/gemini/model.h"

namespace llmgate::wire {

// How a member of generationConfig is made from the field.
enum class GeminiSetting : std::uint8_t {
  kSame,
  kStop,
  kModalities,
  kAudio,
  kResponseFormat,
  kEffort,
  kThinking,
};

struct GeminiField {
  std::string_view name;    // in the canonical request
  std::string_view target;  // in generationConfig
  std::string_view snake;   // the same in snake case
  GeminiSetting setting = GeminiSetting::kSame;
};

// The field of that name whose value belongs into generationConfig; null if there is none.
const GeminiField* find_gemini_field(std::string_view name);
std::span<const GeminiField> gemini_fields();

class GeminiConfig {
 public:
  // `hints` is the top level's form: how the members were spelt.
  GeminiConfig(const GeminiModel& model, json::Value hints, chat::Dispositions& dispositions)
      : model_(model), hints_(hints), dispositions_(dispositions) {}

  void take(const GeminiField& field, json::Value value);
  // The caller's own object: what it says counts.
  void give(std::string_view name, json::Value given);

  // `"generationConfig": {...}`, unless there is nothing in it.
  Failure write(json::Writer& out);

 private:
  struct Taken {
    const GeminiField* field;
    json::Value value;
  };

  [[nodiscard]] bool is_given(const GeminiField& field, std::size_t position) const;
  [[nodiscard]] bool is_snake(std::string_view name) const;
  void write_key(const GeminiField& field, json::Writer& out) const;
  Failure write_field(const Taken& taken, json::Writer& out);
  void write_stop(const Taken& taken, json::Writer& out);
  void write_modalities(const Taken& taken, json::Writer& out) const;
  void write_audio(const Taken& taken, json::Writer& out);
  Failure write_response_format(const Taken& taken, json::Writer& out);
  Failure write_thinking(const Taken& taken, json::Writer& out);

  const GeminiModel& model_;
  json::Value hints_;
  chat::Dispositions& dispositions_;
  std::vector<Taken> taken_;
  json::Value given_;
  std::string_view given_name_;
};

}  // namespace llmgate::wire
