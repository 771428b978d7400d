// Gemini's contents and system instruction as messages of the canonical request. Part of reading a
// request in Gemini's own JSON; belongs to one request.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/turn.h"
#include "json/document.h"
#include "json/document_writer.h"
#include "wire/format.h"
#include "wire/gemini/model.h"

namespace llmgate::wire {

class GeminiContentReader {
 public:
  GeminiContentReader(const Issuer& issuer, json::DocumentWriter& out);

  // False: it holds more than texts, and goes along as it is.
  static bool is_system_message(json::Value instruction);
  void read_system(json::Value instruction, bool is_snake);
  // Writes one message or several for each content.
  Failure read(json::Value contents);

  [[nodiscard]] bool has_hints() const { return has_hints_; }

 private:
  struct Call {
    std::string name;
    std::string id;
    bool is_answered = false;
  };

  void read_assistant(json::Value content, std::size_t index);
  void read_user(json::Value content);
  void open_user(json::Value content, bool is_first);
  void read_result(json::Value part, const Call& call, json::Value content, bool is_first);
  void write_text_of(json::Value result);
  void write_result_content(json::Value result, json::Value media);
  // How the content was spelt, where that is not what a renderer takes: an object, be it empty.
  json::DocumentWriter& begin_form();
  void write_hints();
  // The members of `object` that are not known, as a member of the hints.
  static void write_others(json::Value object, const std::array<std::string_view, 4>& known,
                           std::string_view name, json::DocumentWriter& form);
  Call* find_answered(json::Value response);
  static void write_form(json::Value content, std::string_view role, std::string_view start,
                         json::DocumentWriter& form);

  GeminiModel model_;
  bool fetches_urls_;
  json::DocumentWriter& out_;
  json::DocumentWriter form_;  // of one message at a time
  chat::Turn turn_;            // says who issued the messages
  std::vector<Call> calls_;
  bool has_hints_ = false;
  bool last_is_result_ = false;
};

}  // namespace llmgate::wire
