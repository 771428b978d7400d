// How one provider's accent differs from the format it speaks, as data: fields it refuses or
// renames, how it ends a stream, how it counts. A provider's card holds one; the format reads it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace llmgate::wire {

enum class RuleKind : std::uint8_t {
  kDrop,    // the provider refuses the field
  kRename,  // the provider knows it under another name
};

struct FieldRule {
  RuleKind kind;
  std::string_view field;   // a top-level member of the request
  std::string_view to;      // kRename
  std::string_view reason;  // shown in the disposition
  std::string_view
      model_prefix;  // only for models that begin so; several, separated by '|'; empty: all
};

struct Dialect {
  std::string_view provider;
  // Streams end by closing the connection: no marker is promised.
  bool markerless = false;
  // Reasoning tokens are counted beside completion_tokens.
  bool reasoning_outside_completion = false;
  // Fields of other formats (cache_control, thinking, top_k, ...) are forwarded. False: the
  // provider refuses them, so that they are dropped and reported.
  bool takes_extensions = true;
  std::span<const std::string_view> members = {};  // of a request, beside OpenAI's: its own
  std::span<const FieldRule> rules = {};
};

}  // namespace llmgate::wire
