#include "wire/gemini/read_tools.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "chat/replay.h"
#include "chat/schema.h"
#include "wire/gemini/schema.h"

namespace llmgate::wire {
namespace {

using json::DocumentWriter;
using json::Member;
using json::Value;

bool is_list_name(Value name) {
  return name.says("functionDeclarations") || name.says("function_declarations");
}

constexpr std::array kSchemaKeys = std::to_array<std::string_view>(
    {"parametersJsonSchema", "parameters_json_schema", "parameters"});
constexpr std::array kOwnMembers = std::to_array<std::string_view>(
    {"behavior", "response", "responseJsonSchema", "response_json_schema"});

template <typename Names>
bool is_among(std::string_view name, const Names& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class ToolReader {
 public:
  explicit ToolReader(DocumentWriter& out) : out_(out) {}

  bool read(Value tools) {
    out_.escaped_key("tools").begin_array();
    for (const Value tool : tools.elements()) {
      read_tool(tool);
    }
    out_.end_array();
    return has_hints_;
  }

 private:
  void read_tool(Value tool) {
    bool has_list = false;
    for (const Member member : tool.members()) {
      if (is_list_name(member.name)) {
        read_list(member);
        has_list = true;
      }
    }
    if (!has_list) {
      out_.splice(tool);
      return;
    }
    for (const Member member : tool.members()) {
      if (!is_list_name(member.name)) {
        out_.begin_object().splice(member);
        out_.escaped_key(chat::kFormMember).begin_object().escaped_key("join").boolean(true);
        out_.end_object().end_object();
        has_hints_ = true;
      }
    }
  }

  void read_list(Member list) {
    bool is_first = true;
    for (const Value function : list.value.elements()) {
      form_.clear();
      form_.begin_object();
      if (is_first && has_group_) {
        form_.escaped_key("group").escaped("new");
      }
      if (is_first && list.name.says("function_declarations")) {
        form_.escaped_key("list").escaped("function_declarations");
      }
      is_first = false;
      read_function(function, form_);
      if (form_.end_object().text() != "{}") {
        out_.escaped_key(chat::kFormMember).splice(form_);
        has_hints_ = true;
      }
      out_.end_object();
    }
    has_group_ = true;
  }

  void read_function(Value function, DocumentWriter& form) {
    std::string_view schema_key;
    for (const std::string_view key : kSchemaKeys) {
      if (schema_key.empty() && function.find(key).is_object()) {
        schema_key = key;
      }
    }
    out_.begin_object().escaped_key("type").escaped("function");
    out_.escaped_key("function").begin_object();
    bool has_others = false;
    for (const Member member : function.members()) {
      const std::string_view name = member.name.escaped();
      if (name == "name" || (name == "description" && !member.value.is_null()) ||
          is_among(name, kOwnMembers)) {
        out_.splice(member);
      } else if (name == schema_key) {
        read_schema(schema_key, member.value, form);
      } else {
        has_others = true;
      }
    }
    out_.end_object();
    if (has_others) {
      write_others(function, schema_key, form);
    }
  }

  void read_schema(std::string_view key, Value schema, DocumentWriter& form) {
    std::string lowered;
    json::Document document;
    bool is_changed = lower_gemini_schema(schema, lowered);
    Value read = is_changed && !document.read(lowered) ? document.root() : schema;
    out_.escaped_key("parameters");
    if (chat::check_schema(read, "$")) {
      out_.begin_object().end_object();
      is_changed = true;
    } else {
      out_.splice(read);
    }
    if (key != kSchemaKeys.front()) {
      form.escaped_key("key").escaped(key);
    }
    if (is_changed || mentions_reference(schema)) {
      form.escaped_key("schema").splice(schema);
    }
  }

  static void write_others(Value function, std::string_view schema_key, DocumentWriter& form) {
    form.escaped_key("members").begin_object();
    for (const Member member : function.members()) {
      const std::string_view name = member.name.escaped();
      if (name != "name" && !(name == "description" && !member.value.is_null()) &&
          !is_among(name, kOwnMembers) && name != schema_key) {
        form.splice(member);
      }
    }
    form.end_object();
  }

  DocumentWriter& out_;
  DocumentWriter form_;  // of one function at a time
  bool has_group_ = false;
  bool has_hints_ = false;
};

bool is_readable_list(Value list) {
  if (!list.is_array() || list.size() == 0) {
    return false;
  }
  for (const Value function : list.elements()) {
    if (!function.find("name").is_string()) {
      return false;
    }
  }
  return true;
}

void write_functions(Value names, DocumentWriter& out) {
  out.begin_array();
  for (const Value name : names.elements()) {
    out.begin_object().escaped_key("type").escaped("function").escaped_key("function");
    out.begin_object().escaped_key("name").splice(name).end_object().end_object();
  }
  out.end_array();
}

bool are_names(Value names) {
  if (!names.is_array() || names.size() == 0) {
    return false;
  }
  for (const Value name : names.elements()) {
    if (!name.is_string()) {
      return false;
    }
  }
  return true;
}

bool read_calling(Value calling, DocumentWriter& out) {
  const Value mode = calling.find("mode");
  const Value names = calling.find("allowedFunctionNames");
  if (calling.size() == 1 && mode.is_string()) {
    for (const auto& [sent, asked] :
         {std::pair("AUTO", "auto"), std::pair("NONE", "none"), std::pair("ANY", "required")}) {
      if (mode.says(sent)) {
        out.escaped_key("tool_choice").escaped(asked);
        return true;
      }
    }
    return false;
  }
  const bool is_any = mode.says("ANY");
  if (calling.size() != 2 || !are_names(names) || (!is_any && !mode.says("VALIDATED"))) {
    return false;
  }
  out.escaped_key("tool_choice").begin_object().escaped_key("type");
  if (is_any && names.size() == 1) {
    out.escaped("function").escaped_key("function").begin_object().escaped_key("name");
    out.splice(names.at(0)).end_object().end_object();
    return true;
  }
  out.escaped("allowed_tools").escaped_key("allowed_tools").begin_object();
  out.escaped_key("mode").escaped(is_any ? "required" : "auto").escaped_key("tools");
  write_functions(names, out);
  out.end_object().end_object();
  return true;
}

}  // namespace

bool is_readable_tools(Value tools) {
  if (!tools.is_array()) {
    return false;
  }
  for (const Value tool : tools.elements()) {
    if (!tool.is_object() || tool.size() == 0) {
      return false;
    }
    std::size_t lists = 0;
    for (const Member member : tool.members()) {
      const bool is_list = is_list_name(member.name);
      lists += is_list ? 1 : 0;
      const std::string_view name = member.name.escaped();
      const bool is_own = member.value.is_object() && name != "type" && name != "function" &&
                          name != "parameters" && !name.starts_with("llmgate_");
      if (is_list ? !is_readable_list(member.value) : !is_own) {
        return false;
      }
    }
    if (lists > 1) {
      return false;
    }
  }
  return true;
}

bool read_gemini_tools(Value tools, DocumentWriter& out) { return ToolReader(out).read(tools); }

bool read_gemini_choice(Value config, DocumentWriter& out) {
  const Value calling = config.find("functionCallingConfig");
  if (config.size() == 1 && calling.is_object() && read_calling(calling, out)) {
    return true;
  }
  if (!config.is_object()) {
    return false;
  }
  out.escaped_key("toolConfig").splice(config);
  return true;
}

}  // namespace llmgate::wire
