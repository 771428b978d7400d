#include "wire/conversation.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "chat/replay.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using chat::Action;
using chat::Block;
using chat::BlockKind;
using json::Value;

Role role_of(Value role) {
  if (role.says("assistant")) {
    return Role::kAssistant;
  }
  if (role.says("tool") || role.says("function")) {
    return Role::kTool;
  }
  return role.says("user") ? Role::kUser : Role::kSystem;
}

// A client that keeps only what it knows has lost what stood beside.
void report_missing_replay(const Message& message, const Issuer& issuer,
                           chat::Dispositions& dispositions) {
  if (issuer.issued == nullptr || issuer.issued->is_empty()) {
    return;
  }
  const std::string* said_by = issuer.issued->find(chat::fingerprint_of(message.value));
  if (said_by != nullptr) {
    dispositions.push_back({Action::kDropped, path_of(message), std::string(chat::kReplayMember),
                            *said_by +
                                " said more than came back: the member that keeps it was taken "
                                "out of the message"});
  }
}

std::string describe(const chat::ReadReplay& replay) {
  return std::string(replay.provider) + " (" + std::string(replay.format) + ")";
}

// What of a message said by another issuer nobody else can read.
void report_blocks(const chat::Choice& said, const std::string& path, const std::string& issuer,
                   chat::Dispositions& dispositions) {
  const auto drop = [&](std::string what, std::string_view why) {
    dispositions.push_back({Action::kDropped, path, std::move(what), std::string(why) + issuer});
  };
  for (const Block& block : said.blocks) {
    switch (block.kind) {
      case BlockKind::kReasoning:
        drop("reasoning", "reasoning and its signature mean something only to ");
        break;
      case BlockKind::kServerTool:
        drop(std::string(block.type), "a tool that was run by ");
        break;
      case BlockKind::kImage:
        drop("image", "an image made by ");
        break;
      case BlockKind::kUnknown:
        drop(block.type.empty() ? "part" : std::string(block.type), "a part of a kind known to ");
        break;
      default:
        for (const chat::RawMember& member : block.native) {
          if (member.value != "null" && member.value != "[]") {
            drop(std::string(block.type) + "." + std::string(member.name), "known only to ");
          }
        }
    }
  }
  for (const chat::RawMember& member : said.message_members) {
    if (member.value != "null" && member.value != "[]" && member.name != chat::kReplayMember) {
      drop(std::string(member.name), "known only to ");
    }
  }
}

}  // namespace

std::string path_of(const Message& message) {
  return "$.messages[" + std::to_string(message.index) + "]";
}

Conversation::Conversation(Value messages, const Format& format, const Issuer& issuer,
                           chat::Dispositions& dispositions) {
  messages_.reserve(messages.size());
  for (const Value value : messages.elements()) {
    Message& message = messages_.emplace_back();
    message.index = messages_.size() - 1;
    message.value = value;
    Value role;
    for (const json::Member member : value.members()) {
      const std::string_view name = member.name.escaped();
      if (name == "role") {
        role = member.value;
      } else if (name == "content") {
        message.content = member.value;
      }
    }
    message.role = role_of(role);
    if (message.role == Role::kAssistant) {
      decide(message, format, issuer, dispositions);
      note_calls(message);
    }
  }
}

void Conversation::decide(Message& message, const Format& format, const Issuer& issuer,
                          chat::Dispositions& dispositions) {
  const auto replay = chat::read_replay(message.value);
  if (!replay) {
    report_missing_replay(message, issuer, dispositions);
    return;
  }
  const std::string path = path_of(message) + "." + std::string(chat::kReplayMember);
  const Format* spoken = find_format(replay->format);
  if (replay->version != chat::kReplayVersion || spoken == nullptr) {
    dispositions.push_back({Action::kDropped, path, "",
                            "written by another version of llmgate: what the message shows is "
                            "sent"});
    message.is_foreign = true;
    return;
  }
  const bool is_own = spoken == &format && replay->provider == issuer.dialect->provider;
  if (is_own && (!replay->native.exists() || chat::is_as_shown(message.value, *replay))) {
    message.is_own = true;
    message.native = replay->native;
    return;
  }
  chat::Choice said;
  spoken->absorb_native(replay->native.exists() ? replay->native : message.value, said);
  message.is_foreign = true;
  if (is_own) {
    dispositions.push_back({Action::kDropped, path, "",
                            "the message was changed since it came: what it shows is sent"});
  }
  report_blocks(said, path, describe(*replay), dispositions);
}

void Conversation::note_calls(const Message& message) {
  for (const Value call : message.value.find("tool_calls").elements()) {
    const Value custom = call.find("custom");
    const std::string_view id = call.find("id").escaped();
    ToolCall& known = calls_[id];
    known.name = (custom.is_object() ? custom : call.find("function")).find("name").escaped();
    known.has_own_id = !is_invented_id(id);
    known.is_id_changed = message.is_foreign && !is_portable_id(id);
  }
}

const ToolCall* Conversation::find_call(std::string_view id) const {
  const auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : &found->second;
}

}  // namespace llmgate::wire
