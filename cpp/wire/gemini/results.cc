#include "wire/gemini/results.h"

#include <string>
#include <utility>

#include "wire/gemini/conversions.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using json::Member;
using json::Path;
using json::Value;

const Path kMessages("$.messages");

bool is_text(Value part) { return part.find("type").says("text"); }

// The text that a content consists of, media aside; does not exist if there are several or none.
Value sole_text(Value content) {
  if (content.is_string()) {
    return content;
  }
  Value found;
  for (const Value part : content.elements()) {
    if (is_text(part)) {
      if (found.exists()) {
        return Value();
      }
      found = part.find("text");
    }
  }
  return found;
}

bool has_text(Value content) {
  if (content.is_string()) {
    return true;
  }
  for (const Value part : content.elements()) {
    if (is_text(part)) {
      return true;
    }
  }
  return false;
}

// Whether the text's first character, behind white space, is a brace.
bool may_be_object(std::string_view escaped) {
  while (!escaped.empty()) {
    if (escaped.front() == ' ') {
      escaped.remove_prefix(1);
    } else if (escaped.starts_with("\\n") || escaped.starts_with("\\r") ||
               escaped.starts_with("\\t")) {
      escaped.remove_prefix(2);
    } else {
      return escaped.front() == '{';
    }
  }
  return false;
}

// Whether the target made the call, and gets it back as it was.
bool is_own_call(std::string_view id, const Conversation& conversation) {
  for (const Message& message : conversation.messages()) {
    if (!message.native.is_array()) {
      continue;
    }
    for (const Value call : message.value.find("tool_calls").elements()) {
      if (call.find("id").escaped() == id) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

void write_gemini_id(std::string_view id, const Path& call, json::Writer& out,
                     chat::Dispositions& dispositions) {
  out.escaped_key("id");
  if (is_portable_id(id)) {
    out.escaped(id);
    return;
  }
  std::string portable = portable_id(id);
  out.escaped(portable);
  note_gemini("messages[].tool_calls[].id", call.member("id"), dispositions, std::move(portable));
}

Failure GeminiResultWriter::write(const Message& message, Value form) {
  out_.begin_object().escaped_key("functionResponse").begin_object();
  write_id_and_name(message, form);
  write_response(message);
  for (const Member member : form.find("beside").members()) {
    out_.raw_key(member.name.raw()).raw(member.value.raw());
  }
  if (Failure failure = write_media(message, takes_media_ || form.find("inside").exists())) {
    return failure;
  }
  out_.end_object();
  for (const Member member : form.find("part").members()) {
    out_.raw_key(member.name.raw()).raw(member.value.raw());
  }
  out_.end_object();
  return std::nullopt;
}

void GeminiResultWriter::write_id_and_name(const Message& message, Value form) {
  const std::string_view id = message.value.find("tool_call_id").escaped();
  const ToolCall* call = conversation_.find_call(id);
  const Value spelt = form.find("id");
  if (spelt.is_string()) {
    out_.escaped_key("id").escaped(spelt.escaped());
  } else if (!spelt.exists() && call != nullptr && call->has_own_id && !id.empty()) {
    out_.escaped_key("id");
    if (is_portable_id(id) || is_own_call(id, conversation_)) {
      out_.escaped(id);
    } else {
      out_.escaped(portable_id(id));
    }
  }
  const Value name = message.value.find("name");
  out_.escaped_key("name");
  if (name.is_string()) {
    out_.raw(name.raw());
  } else {
    out_.escaped(call == nullptr ? std::string_view() : call->name);
  }
}

bool GeminiResultWriter::write_if_object(Value text) {
  std::string storage;
  if (!text.is_string() || !may_be_object(text.escaped()) ||
      scratch_.read(text.unescaped(storage)) || !scratch_.root().is_object()) {
    return false;
  }
  out_.raw(scratch_.root().raw());
  return true;
}

// "Use "output" key to specify function output and "error" key to specify error details; if they
// are not specified, the whole response is treated as function output" (Gemini API reference, read
// 2026-11).
void GeminiResultWriter::write_response(const Message& message) {
  const Value content = message.content;
  const bool is_error = message.value.find("is_error").as_bool().value_or(false);
  const Path path = kMessages.element(message.index);
  out_.escaped_key("response");
  if (!is_error && write_if_object(sole_text(content))) {
    return;
  }
  out_.begin_object();
  if (is_error || has_text(content)) {
    out_.escaped_key(is_error ? "error" : "output");
    if (!is_error || !write_if_object(sole_text(content))) {
      write_text(content, path.member("content"));
    }
  }
  out_.end_object();
}

void GeminiResultWriter::write_text(Value content, const Path& path) {
  const Value sole = sole_text(content);
  if (sole.is_string()) {
    out_.raw(sole.raw());
    return;
  }
  std::string joined;
  for (const Value part : content.elements()) {
    if (is_text(part)) {
      if (!joined.empty()) {
        joined += "\\n";
      }
      joined += part.find("text").escaped();
    }
  }
  out_.escaped(joined);
  if (!joined.empty()) {
    note_gemini("messages[].content(joined)", path, dispositions_);
  }
}

Failure GeminiResultWriter::write_media(const Message& message, bool is_inside) {
  const Path path = kMessages.element(message.index);
  const Path content = path.member("content");
  bool is_open = false;
  std::size_t index = 0;
  for (const Value part : message.content.elements()) {
    const std::size_t at = index++;
    const Path own = content.element(at);
    if (is_text(part)) {
      parts_.note_rest(part, own);
      continue;
    }
    if (!GeminiPartWriter::is_ours(part)) {
      note_gemini("messages[].content[](other)", own, dispositions_);
      continue;
    }
    if (!is_inside) {
      behind_.push_back({part, message.index, at});
      note_gemini("messages[].content(media beside)", own, dispositions_);
      continue;
    }
    if (!is_open) {
      out_.escaped_key("parts").begin_array();
      is_open = true;
    }
    if (Failure failure = parts_.write(part, own)) {
      return failure;
    }
  }
  if (is_open) {
    out_.end_array();
  }
  return std::nullopt;
}

Failure GeminiResultWriter::write_media_behind() {
  if (behind_.empty()) {
    return std::nullopt;
  }
  out_.begin_object().escaped_key("role").escaped("user").escaped_key("parts").begin_array();
  for (const Media& media : behind_) {
    const Path message = kMessages.element(media.message);
    const Path content = message.member("content");
    if (Failure failure = parts_.write(media.part, content.element(media.position))) {
      return failure;
    }
  }
  behind_.clear();
  out_.end_array().end_object();
  return std::nullopt;
}

}  // namespace llmgate::wire
