#include "wire/anthropic/turns.h"

#include "chat/replay.h"
#include "wire/anthropic/assistant.h"
#include "wire/anthropic/parts.h"

namespace llmgate::wire {

using json::Path;
using json::Value;
using json::Writer;
using enum AnthropicRule;

namespace {

const Path kMessages("$.messages");

}  // namespace

void AnthropicMessages::write(Writer& out) {
  out.begin_array();
  for (const Message& message : conversation_.messages()) {
    switch (message.role) {
      case Role::kSystem:
        if (rendering_.form_of(message.value).find("own").exists()) {
          write_user(message, message.value.find("role").escaped(), out);
          break;
        }
        if (has_messages_) {
          rendering_.note(kSystemHoisted, kMessages.element(message.index).member("role"));
        }
        instructions_.push_back(&message);
        break;
      case Role::kUser:
        write_user(message, "user", out);
        break;
      case Role::kTool:
        write_tool_result(message, out);
        break;
      case Role::kAssistant:
        write_assistant(message, out);
        break;
    }
  }
  close(out);
  out.end_array();
  if (!has_messages_ && !rendering_.is_verbatim()) {
    rendering_.refuse(kMessages, "Anthropic asks for a message beside the instructions; got none");
  }
}

bool AnthropicMessages::is_joined(const Message& message) const {
  const Value form = rendering_.form_of(message.value);
  if (open_ == Open::kNone || form.find("own").exists()) {
    return false;
  }
  return open_ == Open::kToolResults || form.find("joined").exists();
}

void AnthropicMessages::begin(std::string_view role, const Message& message, Writer& out) {
  close(out);
  has_messages_ = true;
  out.begin_object().escaped_key("role").escaped(role);
  const Value members = rendering_.form_of(message.value).find("members");
  for (const json::Member member : members.members()) {
    out.raw_key(member.name.raw()).raw(member.value.raw());
  }
  out.escaped_key("content");
}

void AnthropicMessages::close(Writer& out) {
  if (open_ != Open::kNone) {
    out.end_array().end_object();
    open_ = Open::kNone;
  }
}

bool AnthropicMessages::has_content(const Message& message) const {
  const Value content = message.content;
  if (rendering_.is_verbatim()) {
    return true;
  }
  for (const Value part : content.elements()) {
    if (is_sendable_part(part, rendering_)) {
      return true;
    }
  }
  return !content.escaped().empty();
}

// The message's own cache_control goes to its last block.
void AnthropicMessages::write_parts(const Message& message, Writer& out) {
  const Value content = message.content;
  const Path message_path = kMessages.element(message.index);
  const Path path = message_path.member("content");
  const Value cache_control =
      message.role == Role::kTool ? Value() : message.value.find("cache_control");
  std::size_t last = 0;
  std::size_t index = 0;
  for (const Value part : content.elements()) {
    last = is_sendable_part(part, rendering_) ? index : last;
    ++index;
  }
  index = 0;
  for (const Value part : content.elements()) {
    write_anthropic_part(part, path.element(index), index == last ? cache_control : Value(),
                         rendering_, out);
    ++index;
  }
}

void AnthropicMessages::note_members(const Message& message) {
  const Path path = kMessages.element(message.index);
  for (const json::Member member : message.value.members()) {
    const std::string_view name = member.name.escaped();
    if (name == "role" || name == "content" || name == chat::kFormMember ||
        member.value.is_null()) {
      continue;
    }
    if (name == "cache_control") {
      rendering_.note(kMessageCache, path.member(name));
    } else if (name == "name") {
      rendering_.note(kMessageName, path.member(name));
    } else {
      rendering_.note(kMessageMember, path.member(name));
    }
  }
}

void AnthropicMessages::write_user(const Message& message, std::string_view role, Writer& out) {
  const Value content = message.content;
  const Value cache_control = message.value.find("cache_control");
  const Path path = kMessages.element(message.index);
  if (message.value.size() > 2) {
    note_members(message);
  }
  if (!has_content(message)) {
    rendering_.note(kEmptyMessage, path);
    return;
  }
  const bool joins = is_joined(message);
  if (content.is_string() && !joins && !cache_control.exists()) {
    begin(role, message, out);
    out.raw(content.raw()).end_object();
    return;
  }
  if (!joins) {
    begin(role, message, out);
    out.begin_array();
  }
  open_ = Open::kUser;
  if (content.is_string()) {
    write_anthropic_text(content.escaped(), cache_control, path, rendering_, out);
  } else {
    write_parts(message, out);
  }
}

void AnthropicMessages::write_tool_result(const Message& message, Writer& out) {
  const Value content = message.content;
  const Path path = kMessages.element(message.index);
  if (!is_joined(message)) {
    begin("user", message, out);
    out.begin_array();
  }
  open_ = Open::kToolResults;
  const Value id = message.value.find("tool_call_id");
  out.begin_object().escaped_key("type").escaped("tool_result").escaped_key("tool_use_id");
  out.escaped(id.is_string() ? rendering_.id_of(id.escaped()) : function_id_);
  if (content.is_array()) {
    out.escaped_key("content").begin_array();
    write_parts(message, out);
    out.end_array();
  } else if (content.is_string() || (content.exists() && rendering_.is_verbatim())) {
    out.escaped_key("content").raw(content.raw());
  }
  for (const json::Member member : message.value.members()) {
    const std::string_view name = member.name.escaped();
    if (name == "name" && !rendering_.is_verbatim()) {
      rendering_.note(kToolMessageName, path.member(name));
    } else if (name != "role" && name != "content" && name != "tool_call_id" &&
               (!member.value.is_null() || rendering_.is_verbatim())) {
      rendering_.splice(member, path, out);
    }
  }
  out.end_object();
}

void AnthropicMessages::write_assistant(const Message& message, Writer& out) {
  const Path path = kMessages.element(message.index);
  if (is_empty_assistant(message, rendering_)) {
    rendering_.note(kEmptyMessage, path);
    return;
  }
  const bool is_last = message.index + 1 == conversation_.messages().size();
  if (is_last && !message.native.exists() && !rendering_.model().takes_prefill &&
      !rendering_.is_verbatim()) {
    rendering_.refuse(path,
                      "the conversation ends with the assistant, which this model does not "
                      "continue; accepted: a last message of the user or a tool");
  }
  if (message.value.find("function_call").is_object()) {
    function_id_ = function_call_id(message);
  }
  begin("assistant", message, out);
  write_anthropic_assistant(message, is_last, rendering_, out);
  out.end_object();
}

// One text without a cache mark stays a text; everything else is a list of blocks.
bool AnthropicMessages::write_plain_system(Value field, bool is_alone, Writer& out) {
  if (!is_alone) {
    return false;
  }
  if (instructions_.empty()) {
    out.raw(field.raw());
    return true;
  }
  const Value message = instructions_.front()->value;
  const Value content = instructions_.front()->content;
  if (!content.is_string() || message.find("cache_control").exists()) {
    return false;
  }
  if (message.size() > 2) {
    note_members(*instructions_.front());
  }
  out.raw(content.raw());
  return true;
}

void AnthropicMessages::write_system(Value field, std::string_view instruction, Writer& out) {
  const bool has_field = field.exists() && !field.is_null();
  if (has_field && !rendering_.is_verbatim()) {
    rendering_.note(kSystemField, "$.system");
  }
  const std::size_t given = instructions_.size() + (has_field ? 1 : 0);
  if (given == 0 && instruction.empty()) {
    return;
  }
  out.escaped_key("system");
  if (write_plain_system(field, given == 1 && instruction.empty(), out)) {
    return;
  }
  out.begin_array();
  if (field.is_string()) {
    write_anthropic_text(field.escaped(), {}, "$.system", rendering_, out);
  }
  for (const Value block : field.elements()) {
    rendering_.splice_object(block, "$.system", out);
  }
  for (const Message* message : instructions_) {
    write_instructions(*message, out);
  }
  if (!instruction.empty()) {
    out.begin_object().escaped_key("type").escaped("text").escaped_key("text");
    out.string(instruction).end_object();
  }
  out.end_array();
}

void AnthropicMessages::write_instructions(const Message& message, Writer& out) {
  const Value content = message.content;
  const Path path = kMessages.element(message.index);
  if (message.value.size() > 2) {
    note_members(message);
  }
  if (content.is_string()) {
    if (content.escaped().empty() && !rendering_.is_verbatim()) {
      rendering_.note(kEmptyMessage, path);
    } else {
      write_anthropic_text(content.escaped(), message.value.find("cache_control"), path, rendering_,
                           out);
    }
    return;
  }
  for (const Value part : content.elements()) {
    if (!part.find("type").says("text") && !rendering_.is_verbatim()) {
      rendering_.refuse(path.member("content"), "Anthropic's system prompt takes text only");
    }
  }
  write_parts(message, out);
}

}  // namespace llmgate::wire
