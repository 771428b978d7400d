// The messages of a canonical request as Gemini's contents and system instruction. Render step of a
// request's path.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/disposition.h"
#include "json/document.h"
#include "json/path.h"
#include "json/writer.h"
#include "wire/conversation.h"
#include "wire/gemini/model.h"
#include "wire/gemini/parts.h"
#include "wire/gemini/results.h"

namespace llmgate::wire {

class GeminiContentWriter {
 public:
  // `has_forms`: messages may hold hints.
  GeminiContentWriter(const Conversation& conversation, const GeminiModel& model, bool fetches_urls,
                      bool has_forms, json::Writer& out, chat::Dispositions& dispositions);

  // `"contents": [...]`.
  Failure write_contents();
  // `"systemInstruction": {...}`, if there is one; behind the caller's own, if that is given.
  Failure write_system(std::string_view name, json::Value given);

 private:
  [[nodiscard]] json::Value form_of(const Message& message) const;
  [[nodiscard]] bool joins_last(const Message& message) const;
  void begin_content(const Message& message, std::string_view role);
  void end_content();
  Failure write_message(const Message& message);
  Failure write_user(const Message& message);
  Failure write_assistant(const Message& message);
  Failure write_texts_of(const Message& message, std::size_t& count);
  void write_calls(const Message& message, std::size_t& count);
  void write_call(json::Value call, const json::Path& path, bool needs_signature);
  void write_arguments(json::Value function, const json::Path& path);
  void note_members(const Message& message);
  void write_native(const Message& message);
  Failure write_parts(json::Value content, const json::Path& path);
  Failure write_system_parts(const Message& message);
  [[nodiscard]] bool is_current(const Message& message) const;

  const Conversation& conversation_;
  const GeminiModel& model_;
  bool has_forms_;
  json::Writer& out_;
  chat::Dispositions& dispositions_;
  GeminiPartWriter parts_;
  GeminiResultWriter results_;
  json::Document scratch_;         // for texts that may be JSON
  const Message* last_ = nullptr;  // that the open content belongs to
  std::size_t current_turn_ = 0;   // the message of the user that began it
};

}  // namespace llmgate::wire
