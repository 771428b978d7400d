#include "wire/gemini/read_contents.h"

#include <algorithm>
#include <utility>

#include "chat/replay.h"
#include "wire/gemini/blocks.h"
#include "wire/gemini/conversions.h"
#include "wire/gemini/read_parts.h"
#include "wire/read_message.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using json::DocumentWriter;
using json::Member;
using json::Value;

// Whether a text on its own might be taken for an object.
bool looks_like_object(std::string_view escaped) {
  const std::size_t first = escaped.find_first_not_of(" \\nrt");
  return first != std::string_view::npos && escaped[first] == '{';
}

// {"output": "..."} and {"error": ...} are what a tool's result has of its own in the canonical
// request.
struct ToolResult {
  Value text;  // the result as a text
  bool is_error = false;
};
ToolResult result_of(Value response) {
  if (response.size() == 1) {
    const Member only = *response.members().begin();
    const bool is_text = only.value.is_string() && !looks_like_object(only.value.escaped());
    if (only.name.says("output") && is_text) {
      return {only.value, false};
    }
    if (only.name.says("error") && (is_text || only.value.is_object())) {
      return {only.value, true};
    }
  }
  return {response, false};
}

// Calls without a signature would be given one, where they were not said by this model.
bool calls_functions(const chat::Choice& choice) {
  return std::any_of(choice.blocks.begin(), choice.blocks.end(), [](const chat::Block& block) {
    return block.kind == chat::BlockKind::kToolCall;
  });
}

bool are_media(Value parts) {
  for (const Value part : parts.elements()) {
    if (!is_gemini_media(part)) {
      return false;
    }
  }
  return parts.size() != 0;
}

bool is_result(Value part) { return part.find("functionResponse").is_object(); }

bool is_plain_text(Value part) { return part.size() == 1 && part.find("text").is_string(); }

}  // namespace

GeminiContentReader::GeminiContentReader(const Issuer& issuer, DocumentWriter& out)
    : model_(describe_gemini_model(issuer.model)),
      fetches_urls_(model_.fetches_urls || issuer.dialect->provider.starts_with("vertex")),
      out_(out) {
  turn_.provider = issuer.dialect->provider;
  turn_.format = kGeminiFormat;
  json::append_escaped(turn_.model, issuer.model);
}

bool GeminiContentReader::is_system_message(Value instruction) {
  const Value parts = instruction.find("parts");
  if (!parts.is_array() || parts.size() == 0) {
    return false;
  }
  for (const Value part : parts.elements()) {
    if (!is_plain_text(part)) {
      return false;
    }
  }
  return true;
}

void GeminiContentReader::read_system(Value instruction, bool is_snake) {
  out_.begin_object().escaped_key("role").escaped("system").escaped_key("content");
  const Value parts = instruction.find("parts");
  if (parts.size() == 1) {
    out_.splice(parts.at(0).find("text"));
  } else {
    out_.begin_array();
    for (const Value part : parts.elements()) {
      read_gemini_part(part, true, out_);
    }
    out_.end_array();
  }
  DocumentWriter& form = begin_form();
  if (is_snake) {
    form.escaped_key("key").escaped("system_instruction");
  }
  write_form(instruction, "", "", form);
  write_hints();
  out_.end_object();
}

// `role` and `start` are what a renderer takes without a hint.
void GeminiContentReader::write_form(Value content, std::string_view role, std::string_view start,
                                     DocumentWriter& form) {
  const Value said = content.find("role");
  if (said.is_string() && said.escaped() != role) {
    form.escaped_key("role").escaped(said.escaped());
  } else if (!said.is_string() && !role.empty()) {
    form.escaped_key("role").null();
  }
  if (!start.empty()) {
    form.escaped_key("start").escaped(start);
  }
  bool is_open = false;
  for (const Member member : content.members()) {
    const bool is_role = member.name.says("role") && said.is_string();
    if (is_role || member.name.says("parts")) {
      continue;
    }
    if (!is_open) {
      form.escaped_key("members").begin_object();
      is_open = true;
    }
    form.splice(member);
  }
  if (is_open) {
    form.end_object();
  }
}

DocumentWriter& GeminiContentReader::begin_form() {
  form_.clear();
  return form_.begin_object();
}

void GeminiContentReader::write_hints() {
  if (form_.end_object().text() != "{}") {
    out_.escaped_key(chat::kFormMember).splice(form_);
    has_hints_ = true;
  }
}

Failure GeminiContentReader::read(Value contents) {
  std::size_t index = 0;
  const json::Path path("$.contents");
  for (const Value content : contents.elements()) {
    const Value parts = content.find("parts");
    if (!parts.is_array()) {
      return bad_request(path.element(index).member("parts").text(),
                         "a content needs its parts; accepted: a list of parts");
    }
    for (const Value part : parts.elements()) {
      if (!part.is_object()) {
        return bad_request(path.element(index).member("parts").text(),
                           "a part is an object: {\"text\": ...}, {\"inlineData\": ...}, ...");
      }
    }
    if (content.find("role").says("model")) {
      read_assistant(content, index);
    } else {
      read_user(content);
    }
    ++index;
  }
  return std::nullopt;
}

void GeminiContentReader::read_assistant(Value content, std::size_t index) {
  chat::Choice choice;
  const Value parts = content.find("parts");
  absorb_gemini_parts(parts, std::to_string(index), choice);
  const bool is_whole = !choice.blocks.empty() && is_shown_in_full(choice) &&
                        !(model_.wants_signatures && calls_functions(choice));
  for (const chat::Block& block : choice.blocks) {
    if (block.kind == chat::BlockKind::kToolCall) {
      calls_.push_back({block.name, block.id});
    }
  }
  out_.begin_object().escaped_key("role").escaped("assistant");
  write_shown(choice, out_);
  if (!is_whole) {
    write_read_replay(turn_, choice, parts, out_);
  }
  DocumentWriter& form = begin_form();
  write_form(content, "model", "", form);
  write_hints();
  out_.end_object();
  last_is_result_ = false;
}

// A content of the user holds results of tools, other parts, or both: a message for each run.
void GeminiContentReader::read_user(Value content) {
  const Value parts = content.find("parts");
  bool is_first = true;
  bool is_open = false;
  if (parts.size() == 0 || (parts.size() == 1 && is_plain_text(parts.at(0)))) {
    open_user(content, true);
    if (parts.size() == 0) {
      out_.begin_array().end_array();
    } else {
      out_.splice(parts.at(0).find("text"));
    }
    out_.end_object();
    last_is_result_ = false;
    return;
  }
  for (const Value part : parts.elements()) {
    Call* call = is_result(part) ? find_answered(part.find("functionResponse")) : nullptr;
    if (call != nullptr) {
      if (is_open) {
        out_.end_array().end_object();
        is_open = false;
      }
      read_result(part, *call, content, is_first);
      call->is_answered = true;
    } else {
      if (!is_open) {
        open_user(content, is_first);
        out_.begin_array();
        is_open = true;
      }
      has_hints_ |= read_gemini_part(part, fetches_urls_, out_);
    }
    last_is_result_ = call != nullptr;
    is_first = false;
  }
  if (is_open) {
    out_.end_array().end_object();
  }
}

// A message of the user up to its content's value.
void GeminiContentReader::open_user(Value content, bool is_first) {
  out_.begin_object().escaped_key("role").escaped("user");
  DocumentWriter& form = begin_form();
  if (is_first) {
    write_form(content, "user", "", form);
  } else {
    form.escaped_key("start").escaped("join");
  }
  write_hints();
  out_.escaped_key("content");
}

// The call that a result answers: by its id, else the first of its name that has no answer yet.
// Null: none, or the result says more than a canonical one can.
GeminiContentReader::Call* GeminiContentReader::find_answered(Value response) {
  const Value id = response.find("id");
  const Value name = response.find("name");
  const bool is_known =
      name.is_string() && response.find("response").is_object() && (!id.exists() || id.is_string());
  if (!is_known) {
    return nullptr;
  }
  Call* found = nullptr;
  for (Call& call : calls_) {
    if (id.is_string() && call.id == id.escaped()) {
      return &call;
    }
    if (call.name == name.escaped() && (found == nullptr || found->is_answered)) {
      found = &call;
    }
  }
  return found;
}

void GeminiContentReader::read_result(Value part, const Call& call, Value content, bool is_first) {
  const Value response = part.find("functionResponse");
  const Value id = response.find("id");
  const Value parts = response.find("parts");
  const ToolResult result = result_of(response.find("response"));
  out_.begin_object().escaped_key("role").escaped("tool").escaped_key("tool_call_id");
  out_.escaped(call.id);
  if (response.find("name").escaped() != call.name) {
    out_.escaped_key("name").splice(response.find("name"));
  }
  if (result.is_error) {
    out_.escaped_key("is_error").boolean(true);
  }
  const bool has_media = are_media(parts);
  write_result_content(result.text, has_media ? parts : Value());
  DocumentWriter& form = begin_form();
  const bool has_own_id = !is_invented_id(call.id);
  if (id.is_string() && (!has_own_id || id.escaped() != call.id)) {
    form.escaped_key("id").splice(id);
  } else if (!id.exists() && has_own_id) {
    form.escaped_key("id").null();
  }
  if (has_media && !model_.is_third_generation) {
    form.escaped_key("inside").boolean(true);
  }
  write_others(response, {"id", "name", "response", has_media ? "parts" : ""}, "beside", form);
  write_others(part, {"functionResponse", "", "", ""}, "part", form);
  if (is_first) {
    write_form(content, "user", last_is_result_ ? "new" : "", form);
  } else if (!last_is_result_) {
    form.escaped_key("start").escaped("join");
  }
  write_hints();
  out_.end_object();
}

void GeminiContentReader::write_others(Value object, const std::array<std::string_view, 4>& known,
                                       std::string_view name, DocumentWriter& form) {
  bool is_open = false;
  for (const Member member : object.members()) {
    if (std::find(known.begin(), known.end(), member.name.escaped()) != known.end()) {
      continue;
    }
    if (!is_open) {
      form.escaped_key(name).begin_object();
      is_open = true;
    }
    form.splice(member);
  }
  if (is_open) {
    form.end_object();
  }
}

// A result that is no text is shown as its JSON.
void GeminiContentReader::write_text_of(Value result) {
  if (result.is_string()) {
    out_.splice(result);
  } else {
    out_.escaped_by([result](std::string& text) { append_gemini_arguments(result, text); });
  }
}

void GeminiContentReader::write_result_content(Value result, Value media) {
  out_.escaped_key("content");
  if (!media.exists()) {
    write_text_of(result);
    return;
  }
  out_.begin_array();
  const bool is_empty = result.is_string() ? result.escaped() == "{}" : result.size() == 0;
  if (!is_empty) {
    out_.begin_object().escaped_key("type").escaped("text").escaped_key("text");
    write_text_of(result);
    out_.end_object();
  }
  for (const Value part : media.elements()) {
    has_hints_ |= read_gemini_part(part, true, out_);
  }
  out_.end_array();
}

}  // namespace llmgate::wire
