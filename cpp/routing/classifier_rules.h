// The classifier's rules, as data: phrases in lower case and shapes of raw text, each with what it
// says and how much. Constants.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace llmgate::routing {

// The tasks of the classification, and what makes a prompt hard.
enum class Aspect : std::uint8_t {
  kCode,
  kSummarise,
  kTranslate,
  kMaths,
  kLong,
  kReasoning,  // a proof, a puzzle, weighing
  kLarge,      // a task of many parts
  kStep,       // one more step that is asked for
};
inline constexpr std::size_t kAspectCount = 8;
inline constexpr std::size_t kTaskCount = 5;  // the first ones

struct AspectRule {
  std::string_view text;  // of phrases, several are separated by '|'
  Aspect aspect;
  double points;
};

// Whole words, one space between them; a '*' at the end of the last stands for more letters.
std::span<const AspectRule> phrase_rules();
// Found anywhere in the text as it stands.
std::span<const AspectRule> shape_rules();
// The same for scripts without spaces between words.
std::span<const AspectRule> spaceless_rules();
// Words that may stand before what is asked for: "please", "can you".
std::span<const std::string_view> polite_words();

}  // namespace llmgate::routing
