// The messages of a canonical request as a format renders them: each with its role, and for each of
// the assistant's whether what its issuer said goes back as it was. What does not is reported here,
// once for all formats. Render step of a request's path; values live as long as the request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat/disposition.h"
#include "json/document.h"
#include "wire/format.h"

namespace llmgate::wire {

enum class Role : std::uint8_t { kSystem, kUser, kAssistant, kTool };  // developer: kSystem

struct Message {
  Role role = Role::kUser;
  std::size_t index = 0;    // in the request's messages
  json::Value content;      // of the message
  json::Value value;        // the canonical message
  json::Value native;       // exists: it came from this issuer, and goes back just so
  bool is_own = false;      // it came from this issuer and has not been changed
  bool is_foreign = false;  // another issuer's: only what it shows is sent, with ids made portable
};

// What earlier messages said about a tool call that is answered.
struct ToolCall {
  std::string_view name;       // escaped
  bool has_own_id = true;      // false: its issuer gave none, and must get none back
  bool is_id_changed = false;  // sent under portable_id()
};

class Conversation {
 public:
  // `format` and `issuer` are the target's.
  Conversation(json::Value messages, const Format& format, const Issuer& issuer,
               chat::Dispositions& dispositions);

  [[nodiscard]] const std::vector<Message>& messages() const { return messages_; }
  // By the canonical id, escaped; null if no message before made the call.
  [[nodiscard]] const ToolCall* find_call(std::string_view id) const;

 private:
  void decide(Message& message, const Format& format, const Issuer& issuer,
              chat::Dispositions& dispositions);
  void note_calls(const Message& message);

  std::vector<Message> messages_;
  std::unordered_map<std::string_view, ToolCall> calls_;
};

// "$.messages[3]"
std::string path_of(const Message& message);

}  // namespace llmgate::wire
