#include "wire/anthropic/read_request.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "chat/refusal.h"
#include "chat/replay.h"
#include "json/document_writer.h"
#include "json/path.h"
#include "wire/anthropic/fields.h"
#include "wire/anthropic/read_messages.h"

namespace llmgate::wire {
namespace {

using json::DocumentWriter;
using json::Member;
using json::Path;
using json::Value;

bool is_list_of_strings(Value list) {
  if (!list.is_array()) {
    return false;
  }
  for (const Value element : list.elements()) {
    if (!element.is_string()) {
      return false;
    }
  }
  return true;
}

bool is_schema_format(Value format) {
  constexpr std::size_t kMembers = 2;
  return format.size() == kMembers && format.find("type").says("json_schema") &&
         format.find("schema").is_object();
}

// A tool of the caller's own.
bool is_custom_tool(Value tool) {
  const Value type = tool.find("type");
  return tool.find("name").is_string() && (!type.exists() || type.is_null() || type.says("custom"));
}

class RequestReader {
 public:
  RequestReader(Value root, const Issuer& issuer, DocumentWriter& out)
      : root_(root), issuer_(issuer), out_(out) {}

  Failure read() {
    if (!root_.is_object()) {
      return chat::refuse("$", root_, "an object with \"model\" and \"messages\"");
    }
    out_.begin_object();
    if (Failure failure = read_messages()) {
      return failure;
    }
    for (const Member member : root_.members()) {
      read_member(member);
    }
    out_.escaped_key(chat::kFormMember).begin_object();
    out_.escaped_key("format").string(anthropic_messages_format().name());
    write_raw();
    out_.end_object().end_object();
    return std::nullopt;
  }

 private:
  // A member that comes back as it is, whatever it says.
  void keep_raw(Member member) { raw_.push_back(member); }

  void write_raw() {
    if (raw_.empty()) {
      return;
    }
    out_.escaped_key("raw").begin_object();
    for (const Member member : raw_) {
      out_.splice(member);
    }
    out_.end_object();
  }

  Failure read_messages() {
    const Value messages = root_.find("messages");
    const Value system = root_.find("system");
    if (!messages.is_array()) {
      return chat::refuse("$.messages", messages, "a list of messages");
    }
    const std::string_view model =
        issuer_.model.empty() ? root_.find("model").escaped() : issuer_.model;
    AnthropicMessageReader reader(issuer_, model, out_);
    out_.escaped_key("messages").begin_array();
    if (system.is_string() || system.size() > 0) {
      reader.read_system(system);
    }
    const Path path("$.messages");
    std::size_t index = 0;
    for (const Value message : messages.elements()) {
      if (Failure failure = reader.read(message, path.element(index++))) {
        return failure;
      }
    }
    out_.end_array();
    return std::nullopt;
  }

  void read_member(Member member) {
    const std::string_view name = member.name.escaped();
    const Value value = member.value;
    if (name == "messages" || (name == "system" && (value.is_string() || value.size() > 0))) {
      return;
    }
    if (name == "stop_sequences" && is_list_of_strings(value)) {
      out_.escaped_key("stop").splice(value);
    } else if (name == "metadata") {
      read_metadata(member);
    } else if (name == "service_tier" && (value.says("auto") || value.says("standard_only"))) {
      out_.escaped_key("service_tier").escaped(value.says("auto") ? "auto" : "default");
    } else if (name == "tools" && value.is_array()) {
      read_tools(value);
    } else if (name == "tool_choice" && value.is_object()) {
      read_tool_choice(value);
    } else if (name == "output_config" && is_schema_format(value.find("format"))) {
      read_output_config(value);
    } else if (name == "output_format" && is_schema_format(value) &&
               !is_schema_format(root_.find("output_config").find("format"))) {
      write_format(value, true);
    } else if (is_same_in_both(name, value)) {
      out_.splice(member);
    } else {
      keep_raw(member);
    }
  }

  static bool is_same_in_both(std::string_view name, Value value) {
    if (value.is_null() || name == "service_tier" || name == "tools" || name == "tool_choice" ||
        name == "stop_sequences") {
      return false;
    }
    if (name == "model") {
      return value.is_string();
    }
    if (name == "max_tokens") {
      return value.as_int().has_value();
    }
    if (name == "temperature" || name == "top_p" || name == "top_k") {
      return value.as_double().has_value();
    }
    if (name == "stream") {
      return value.is_bool();
    }
    if (name == "thinking" || name == "output_config") {
      return value.is_object();
    }
    const FieldRow* row = find_anthropic_field(name);
    return row == nullptr || row->use == FieldUse::kKept;
  }

  // Our own user is one name; whatever else is said of the user is not for others.
  void read_metadata(Member member) {
    const Value user = member.value.find("user_id");
    if (user.is_string()) {
      out_.escaped_key("user").splice(user);
    }
    if (!user.is_string() || member.value.size() > 1) {
      keep_raw(member);
    }
  }

  void read_tools(Value tools) {
    out_.escaped_key("tools").begin_array();
    for (const Value tool : tools.elements()) {
      if (is_custom_tool(tool)) {
        read_tool(tool);
      } else {
        out_.splice(tool);
      }
    }
    out_.end_array();
  }

  void read_tool(Value tool) {
    out_.begin_object().escaped_key("type").escaped("function");
    out_.escaped_key("function").begin_object();
    for (const Member member : tool.members()) {
      const std::string_view name = member.name.escaped();
      if (name == "name" || name == "description" || name == "strict") {
        out_.splice(member);
      } else if (name == "input_schema") {
        out_.escaped_key("parameters").splice(member.value);
      }
    }
    out_.end_object();
    for (const Member member : tool.members()) {
      const std::string_view name = member.name.escaped();
      if (name == "type") {
        out_.escaped_key(chat::kFormMember).begin_object();
        out_.escaped_key("type").splice(member.value).end_object();
      } else if (name != "name" && name != "description" && name != "strict" &&
                 name != "input_schema") {
        out_.splice(member);
      }
    }
    out_.end_object();
  }

  void read_tool_choice(Value choice) {
    const Value type = choice.find("type");
    const Value serial = choice.find("disable_parallel_tool_use");
    const Value name = choice.find("name");
    const std::size_t known = 1 + (serial.is_bool() ? 1 : 0) + (name.is_string() ? 1 : 0);
    const bool is_tool = type.says("tool") && name.is_string();
    const bool is_word = !name.exists() && (type.says("auto") || type.says("any") ||
                                            (type.says("none") && !serial.exists()));
    out_.escaped_key("tool_choice");
    if (choice.size() != known || (!is_tool && !is_word)) {
      out_.splice(choice);
      return;
    }
    if (is_tool) {
      out_.begin_object().escaped_key("type").escaped("function").escaped_key("function");
      out_.begin_object().escaped_key("name").splice(name).end_object().end_object();
    } else {
      out_.escaped(type.says("any") ? "required" : type.escaped());
    }
    if (serial.exists()) {
      out_.escaped_key("parallel_tool_calls").boolean(!serial.as_bool().value_or(false));
    }
  }

  void read_output_config(Value config) {
    write_format(config.find("format"), false);
    if (config.size() == 1) {
      return;
    }
    out_.escaped_key("output_config").begin_object();
    for (const Member member : config.members()) {
      if (!member.name.says("format")) {
        out_.splice(member);
      }
    }
    out_.end_object();
  }

  void write_format(Value format, bool is_old_name) {
    out_.escaped_key("response_format").begin_object();
    out_.escaped_key("type").escaped("json_schema").escaped_key("json_schema").begin_object();
    out_.escaped_key("name").escaped("answer");
    out_.escaped_key("schema").splice(format.find("schema")).end_object();
    if (is_old_name) {
      out_.escaped_key(chat::kFormMember).begin_object();
      out_.escaped_key("old_name").boolean(true).end_object();
    }
    out_.end_object();
  }

  Value root_;
  const Issuer& issuer_;
  DocumentWriter& out_;
  std::vector<Member> raw_;
};

}  // namespace

Result<chat::ChatRequest> read_anthropic_request(const std::string& body, const Issuer& issuer) {
  json::Document document;
  if (const auto error = document.read(body, kReplyLimits)) {
    return bad_request("$", std::string("not valid JSON: ") + error->reason + " at byte " +
                                std::to_string(error->offset));
  }
  DocumentWriter written(body.size() + body.size() / 4);
  if (Failure failure = RequestReader(document.root(), issuer, written).read()) {
    return std::move(*failure);
  }
  return chat::ChatRequest::take(std::move(written));
}

}  // namespace llmgate::wire
