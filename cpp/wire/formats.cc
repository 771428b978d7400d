// The list of all formats.
#include <algorithm>
#include <array>

#include "wire/format.h"

namespace llmgate::wire {

std::span<const Format* const> all_formats() {
  static const std::array formats{&openai_chat_format(), &anthropic_messages_format(),
                                  &gemini_generate_format()};
  return formats;
}

const Format* find_format(std::string_view name) {
  const auto formats = all_formats();
  const auto found = std::find_if(formats.begin(), formats.end(),
                                  [name](const Format* format) { return format->name() == name; });
  return found == formats.end() ? nullptr : *found;
}

}  // namespace llmgate::wire
