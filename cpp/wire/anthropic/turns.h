// The messages of a canonical request as Anthropic's: one list of user and assistant, with tool
// results inside user messages, and one system prompt apart. Render step of a request's path.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"
#include "json/writer.h"
#include "wire/anthropic/rendering.h"
#include "wire/conversation.h"

namespace llmgate::wire {

class AnthropicMessages {
 public:
  AnthropicMessages(const Conversation& conversation, AnthropicRendering& rendering)
      : conversation_(conversation), rendering_(rendering) {}

  // The value of "messages". Instructions are set aside on the way.
  void write(json::Writer& out);
  // `"system": ...` out of the caller's own field, the instructions that write() found, and one
  // of ours (plain text); nothing if there are none.
  void write_system(json::Value field, std::string_view instruction, json::Writer& out);

 private:
  enum class Open : unsigned char { kNone, kUser, kToolResults };

  void write_user(const Message& message, std::string_view role, json::Writer& out);
  void write_tool_result(const Message& message, json::Writer& out);
  void write_assistant(const Message& message, json::Writer& out);
  void begin(std::string_view role, const Message& message, json::Writer& out);
  void close(json::Writer& out);
  void write_parts(const Message& message, json::Writer& out);
  bool write_plain_system(json::Value field, bool is_alone, json::Writer& out);
  void write_instructions(const Message& message, json::Writer& out);
  void note_members(const Message& message);
  [[nodiscard]] bool is_joined(const Message& message) const;
  [[nodiscard]] bool has_content(const Message& message) const;

  const Conversation& conversation_;
  AnthropicRendering& rendering_;
  std::vector<const Message*> instructions_;
  Open open_ = Open::kNone;
  bool has_messages_ = false;
  std::string function_id_;  // of the last deprecated function call
};

}  // namespace llmgate::wire
