#include "wire/gemini/content.h"

#include <algorithm>
#include <array>

#include "chat/replay.h"
#include "wire/gemini/conversions.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using json::Member;
using json::Path;
using json::Value;

constexpr std::string_view kSignature = "skip_thought_signature_validator";

bool is_shown(Value content) { return content.is_string() || content.is_array(); }

const Path kMessages("$.messages");

}  // namespace

GeminiContentWriter::GeminiContentWriter(const Conversation& conversation, const GeminiModel& model,
                                         bool fetches_urls, bool has_forms, json::Writer& out,
                                         chat::Dispositions& dispositions)
    : conversation_(conversation),
      model_(model),
      has_forms_(has_forms),
      out_(out),
      dispositions_(dispositions),
      parts_(fetches_urls, out, dispositions),
      results_(conversation, model.is_third_generation, parts_, out, dispositions) {
  for (const Message& message : conversation.messages()) {
    if (message.role == Role::kUser) {
      current_turn_ = message.index;
    }
  }
}

Value GeminiContentWriter::form_of(const Message& message) const {
  return has_forms_ ? message.value.find(chat::kFormMember) : Value();
}

// Results of calls that were made together go back together, as "Function calling" has it.
bool GeminiContentWriter::joins_last(const Message& message) const {
  if (last_ == nullptr) {
    return false;
  }
  const Value form = form_of(message);
  const Value start = form.exists() ? form.find("start") : form;
  if (start.says("new")) {
    return false;
  }
  return start.says("join") || (message.role == Role::kTool && last_->role == Role::kTool);
}

void GeminiContentWriter::begin_content(const Message& message, std::string_view role) {
  const Value form = form_of(message);
  const Value spelt = form.exists() ? form.find("role") : form;
  out_.begin_object();
  if (spelt.is_string() || (!spelt.exists() && !role.empty())) {
    out_.escaped_key("role").escaped(spelt.is_string() ? spelt.escaped() : role);
  }
  if (form.exists()) {
    for (const Member member : form.find("members").members()) {
      out_.raw_key(member.name.raw()).raw(member.value.raw());
    }
  }
  out_.escaped_key("parts").begin_array();
  last_ = &message;
}

void GeminiContentWriter::end_content() {
  if (last_ != nullptr) {
    out_.end_array().end_object();
    last_ = nullptr;
  }
}

Failure GeminiContentWriter::write_contents() {
  out_.escaped_key("contents").begin_array();
  bool is_empty = true;
  for (const Message& message : conversation_.messages()) {
    if (message.role == Role::kSystem) {
      continue;
    }
    is_empty = false;
    if (!joins_last(message)) {
      end_content();
      if (Failure failure = results_.write_media_behind()) {
        return failure;
      }
    }
    if (Failure failure = write_message(message)) {
      return failure;
    }
  }
  end_content();
  if (Failure failure = results_.write_media_behind()) {
    return failure;
  }
  if (is_empty) {
    for (const Message& message : conversation_.messages()) {
      note_gemini("messages[](system alone)", path_of(message), dispositions_);
      begin_content(message, "user");
      if (Failure failure = write_system_parts(message)) {
        return failure;
      }
      end_content();
    }
  }
  out_.end_array();
  return std::nullopt;
}

Failure GeminiContentWriter::write_message(const Message& message) {
  switch (message.role) {
    case Role::kAssistant:
      return write_assistant(message);
    case Role::kTool:
      if (last_ == nullptr) {
        begin_content(message, "user");
      }
      last_ = &message;
      if (message.value.size() > 3) {
        note_members(message);
      }
      return results_.write(message, form_of(message));
    default:
      return write_user(message);
  }
}

void GeminiContentWriter::note_members(const Message& message) {
  constexpr std::array kTold = std::to_array<std::string_view>(
      {"role", "content", "tool_calls", "tool_call_id", "refusal", "is_error", "function_call"});
  const Path path = kMessages.element(message.index);
  for (const Member member : message.value.members()) {
    const std::string_view name = member.name.escaped();
    if (std::find(kTold.begin(), kTold.end(), name) != kTold.end() ||
        name.starts_with("llmgate_") || member.value.is_null() ||
        (name == "name" && message.role == Role::kTool)) {
      continue;
    }
    std::string_view row = "messages[].(other)";
    if (name == "name" || name == "cache_control") {
      row = name == "name" ? "messages[].name" : "messages[].cache_control";
    } else if (message.is_foreign) {
      continue;  // told already, as what its issuer said
    }
    note_gemini(row, path.member(name), dispositions_);
  }
}

Failure GeminiContentWriter::write_user(const Message& message) {
  if (last_ == nullptr) {
    begin_content(message, "user");
  }
  last_ = &message;
  if (message.value.size() > 2) {
    note_members(message);
  }
  const Path path = kMessages.element(message.index);
  return write_parts(message.content, path.member("content"));
}

Failure GeminiContentWriter::write_parts(Value content, const Path& path) {
  if (content.is_string()) {
    out_.begin_object().escaped_key("text").raw(content.raw()).end_object();
  }
  std::size_t index = 0;
  for (const Value part : content.elements()) {
    if (Failure failure = parts_.write(part, path.element(index++))) {
      return failure;
    }
  }
  return std::nullopt;
}

bool GeminiContentWriter::is_current(const Message& message) const {
  return message.index > current_turn_;
}

Failure GeminiContentWriter::write_assistant(const Message& message) {
  if (message.native.is_array()) {
    write_native(message);
    return std::nullopt;
  }
  begin_content(message, "model");
  if (message.value.size() > 2) {
    note_members(message);
  }
  std::size_t count = 0;
  if (Failure failure = write_texts_of(message, count)) {
    return failure;
  }
  write_calls(message, count);
  if (count == 0) {  // a content without parts is refused
    out_.begin_object().escaped_key("text").escaped("").end_object();
  }
  end_content();
  return std::nullopt;
}

Failure GeminiContentWriter::write_texts_of(const Message& message, std::size_t& count) {
  const Path path = kMessages.element(message.index);
  const Value content = message.content;
  if (is_shown(content) && !(content.is_string() && content.escaped().empty())) {
    count += content.is_string() ? 1 : content.size();
    if (Failure failure = write_parts(content, path.member("content"))) {
      return failure;
    }
  }
  const Value refusal = message.value.find("refusal");
  if (refusal.is_string()) {
    ++count;
    out_.begin_object().escaped_key("text").raw(refusal.raw()).end_object();
    note_gemini("messages[].refusal", path.member("refusal"), dispositions_);
  }
  return std::nullopt;
}

void GeminiContentWriter::write_calls(const Message& message, std::size_t& count) {
  const Path path = kMessages.element(message.index);
  const bool needs_signature = model_.wants_signatures && is_current(message);
  const Path calls = path.member("tool_calls");
  std::size_t index = 0;
  for (const Value call : message.value.find("tool_calls").elements()) {
    write_call(call, calls.element(index), needs_signature && index == 0);
    ++index;
  }
  count += index;
  const Value deprecated = message.value.find("function_call");
  if (deprecated.is_object()) {
    ++count;
    out_.begin_object().escaped_key("functionCall").begin_object();
    out_.escaped_key("name").raw(deprecated.find("name").raw()).escaped_key("args");
    write_arguments(deprecated, path.member("function_call"));
    out_.end_object().end_object();
  }
}

void GeminiContentWriter::write_call(Value call, const Path& path, bool needs_signature) {
  const Value custom = call.find("custom");
  const bool is_custom = custom.is_object();
  const Value function = is_custom ? custom : call.find("function");
  const std::string_view id = call.find("id").escaped();
  out_.begin_object().escaped_key("functionCall").begin_object();
  if (!id.empty() && !is_invented_id(id)) {
    write_gemini_id(id, path, out_, dispositions_);
  }
  const Value name = function.find("name");
  out_.escaped_key("name").raw(name.is_string() ? name.raw() : "\"\"").escaped_key("args");
  if (is_custom) {
    const Value input = custom.find("input");
    out_.begin_object()
        .escaped_key("input")
        .raw(input.exists() ? input.raw() : "\"\"")
        .end_object();
    note_gemini("messages[].tool_calls[].custom", path.member("custom"), dispositions_);
  } else {
    write_arguments(function, path.member("function"));
  }
  out_.end_object();
  if (needs_signature) {
    out_.escaped_key("thoughtSignature").escaped(kSignature);
    note_gemini("messages[].tool_calls[](unsigned)", path, dispositions_);
  }
  out_.end_object();
  for (const Member member : call.members()) {
    const std::string_view known = member.name.escaped();
    if (known != "id" && known != "type" && known != "function" && known != "custom" &&
        known != "index" && !member.value.is_null()) {
      note_gemini("messages[].tool_calls[].(other)", path.member(known), dispositions_);
    }
  }
}

void GeminiContentWriter::write_arguments(Value function, const Path& path) {
  const Value arguments = function.find("arguments");
  std::string storage;
  const std::string_view text = arguments.unescaped(storage);
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    out_.begin_object().end_object();
  } else if (!scratch_.read(text) && scratch_.root().is_object()) {
    out_.raw(scratch_.root().raw());
  } else {
    out_.begin_object().escaped_key("INVALID_JSON").raw(arguments.raw()).end_object();
    note_gemini("messages[].tool_calls[].function.arguments(malformed)", path.member("arguments"),
                dispositions_);
  }
}

// What its issuer said goes back just so, unless a model said it that signs nothing and the one
// that is asked now would refuse it.
void GeminiContentWriter::write_native(const Message& message) {
  begin_content(message, "model");
  const std::string_view said_by = message.value.find(chat::kReplayMember).find("model").escaped();
  bool may_need = model_.wants_signatures && is_current(message) &&
                  !describe_gemini_model(said_by).wants_signatures;
  const Path path = kMessages.element(message.index);
  for (const Value part : message.native.elements()) {
    const bool is_call = part.find("functionCall").is_object();
    const bool is_signed =
        part.find("thoughtSignature").exists() || part.find("thought_signature").exists();
    if (!may_need || !is_call || is_signed) {
      out_.raw(part.raw());
      may_need &= !is_call;
      continue;
    }
    may_need = false;  // of calls made together the first one alone is signed
    out_.begin_object();
    for (const Member member : part.members()) {
      out_.raw_key(member.name.raw()).raw(member.value.raw());
    }
    out_.escaped_key("thoughtSignature").escaped(kSignature).end_object();
    note_gemini("messages[].tool_calls[](unsigned)", path.member("tool_calls").element(0).text(),
                dispositions_);
  }
  end_content();
}

Failure GeminiContentWriter::write_system_parts(const Message& message) {
  const Value content = message.content;
  const Path path = kMessages.element(message.index);
  if (message.value.size() > 2) {
    note_members(message);
  }
  return write_parts(content, path.member("content"));
}

Failure GeminiContentWriter::write_system(std::string_view name, Value given) {
  const auto& messages = conversation_.messages();
  const bool has_given = given.find("parts").is_array();
  const auto first = std::find_if(messages.begin(), messages.end(), [](const Message& message) {
    return message.role == Role::kSystem;
  });
  const bool is_alone = std::all_of(messages.begin(), messages.end(), [](const Message& message) {
    return message.role == Role::kSystem;
  });
  if (first == messages.end() || is_alone) {
    if (given.exists()) {
      out_.escaped_key(name).raw(given.raw());
    }
    return std::nullopt;
  }
  const Value form = form_of(*first);
  const Value spelt = form.find("key");
  if (name.empty()) {
    name = spelt.is_string() ? spelt.escaped() : "systemInstruction";
  }
  out_.escaped_key(name);
  begin_content(*first, "");
  for (const Value part : has_given ? given.find("parts").elements() : Value().elements()) {
    out_.raw(part.raw());
  }
  bool is_late = false;
  for (const Message& message : messages) {
    is_late |= message.role != Role::kSystem;
    if (message.role != Role::kSystem) {
      continue;
    }
    if (is_late) {
      note_gemini("messages[](system, later)", path_of(message), dispositions_);
    }
    if (Failure failure = write_system_parts(message)) {
      return failure;
    }
  }
  end_content();
  return std::nullopt;
}

}  // namespace llmgate::wire
