// The top-level fields of a canonical request as Anthropic's renderer looks at them: which it
// reads, which go as they are, which Anthropic has no place for. Render step of a request's path.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "json/document.h"
#include "wire/anthropic/rules.h"

namespace llmgate::wire {

enum class AnthropicField : std::uint8_t {
  kModel,
  kMessages,
  kMaxTokens,
  kMaxCompletionTokens,
  kTemperature,
  kTopP,
  kTopK,
  kStop,
  kUser,
  kSafetyIdentifier,
  kServiceTier,
  kTools,
  kFunctions,
  kToolChoice,
  kFunctionCall,
  kParallelToolCalls,
  kWebSearchOptions,
  kResponseFormat,
  kReasoningEffort,
  kReasoning,
  kThinking,
  kOutputConfig,
  kBetas,
  kSystem,
  kForm,
  kCount,
};

enum class FieldUse : std::uint8_t { kRead, kKept, kDropped };

struct FieldRow {
  std::string_view name;
  FieldUse use;
  AnthropicField field = AnthropicField::kCount;      // kRead
  AnthropicRule rule = AnthropicRule::kUnknownField;  // kDropped
};

// Null for a field that nobody knows.
const FieldRow* find_anthropic_field(std::string_view name);

// Whether a field that is dropped asks for no more than Anthropic does anyway.
bool is_neutral(std::string_view name, json::Value value);

// The values of the fields that are read.
class AnthropicFields {
 public:
  json::Value& operator[](AnthropicField field) { return values_[static_cast<std::size_t>(field)]; }
  json::Value operator[](AnthropicField field) const {
    return values_[static_cast<std::size_t>(field)];
  }

 private:
  std::array<json::Value, static_cast<std::size_t>(AnthropicField::kCount)> values_;
};

}  // namespace llmgate::wire
