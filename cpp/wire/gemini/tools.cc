#include "wire/gemini/tools.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "chat/refusal.h"
#include "chat/replay.h"
#include "wire/gemini/conversions.h"
#include "wire/gemini/schema.h"

namespace llmgate::wire {
namespace {

using json::Member;
using json::Path;
using json::Value;
using json::Writer;

// What a FunctionDeclaration can have beside name, description and schema.
constexpr std::array kOwnMembers = std::to_array<std::string_view>(
    {"behavior", "response", "responseJsonSchema", "response_json_schema"});

bool is_function(Value tool) { return tool.find("function").is_object(); }

// {"googleSearch": {}} and its like.
bool is_tool_of_gemini(Value tool) {
  return !tool.find("type").exists() && !tool.find("function").exists();
}

class ToolWriter {
 public:
  ToolWriter(const GeminiTools& asked, Writer& out, chat::Dispositions& dispositions)
      : asked_(asked), out_(out), dispositions_(dispositions) {}

  void write() {
    const bool has_search = asked_.web_search_options.is_object();
    if (asked_.tools.size() == 0 && asked_.functions.size() == 0 && !has_search) {
      if (asked_.tools.is_array()) {
        out_.escaped_key("tools").begin_array().end_array();
      }
      return;
    }
    out_.escaped_key("tools").begin_array();
    write_list();
    write_deprecated();
    if (has_search) {
      write_search();
    }
    out_.end_array();
  }

  Failure write_config() {
    const Value choice = asked_.tool_choice.exists() && !asked_.tool_choice.is_null()
                             ? asked_.tool_choice
                             : asked_.function_call;
    const bool has_choice = choice.exists() && !choice.is_null();
    const std::string_view name =
        choice.raw().data() == asked_.tool_choice.raw().data() ? "tool_choice" : "function_call";
    if (!has_choice && !asked_.config.exists()) {
      return std::nullopt;
    }
    const bool is_given = asked_.config.find("functionCallingConfig").exists() ||
                          asked_.config.find("function_calling_config").exists();
    if (asked_.config.exists() && !asked_.config.is_object()) {
      out_.escaped_key(asked_.config_name).raw(asked_.config.raw());
      return std::nullopt;
    }
    out_.escaped_key(asked_.config_name.empty() ? "toolConfig" : asked_.config_name).begin_object();
    for (const Member member : asked_.config.members()) {
      out_.raw_key(member.name.raw()).raw(member.value.raw());
    }
    Failure failure;
    if (has_choice && is_given) {
      note_gemini("tool_choice(given in toolConfig)", "$." + std::string(name), dispositions_);
    } else if (has_choice) {
      failure = write_choice(choice, name);
    }
    out_.end_object();
    return failure;
  }

 private:
  // All functions go into one declaration, where the first of them stands: some models refuse
  // several. A request that was read from Gemini's own JSON may say otherwise.
  void write_list() {
    std::vector<bool> is_done(asked_.tools.size(), false);
    std::size_t index = 0;
    bool notes = false;
    for (const Value tool : asked_.tools.elements()) {
      if (is_done[index]) {
        ++index;
        continue;
      }
      if (is_function(tool)) {
        write_group(index, is_done);
        notes = true;
      } else {
        write_other(tool, index);
      }
      ++index;
    }
    if (notes) {
      note_gemini("tools", "$.tools", dispositions_);
    }
  }

  static bool begins_group(Value tool) {
    return tool.find(chat::kFormMember).find("group").says("new");
  }

  void write_group(std::size_t first, std::vector<bool>& is_done) {
    const std::string_view spelt =
        asked_.tools.at(first).find(chat::kFormMember).find("list").escaped();
    out_.begin_object().escaped_key(spelt.empty() ? "functionDeclarations" : spelt).begin_array();
    const Path tools("$.tools");
    std::size_t index = 0;
    for (const Value tool : asked_.tools.elements()) {
      const std::size_t at = index++;
      if (at < first || !is_function(tool) || is_done[at]) {
        continue;
      }
      if (at > first && begins_group(tool)) {
        break;
      }
      is_done[at] = true;
      const Path path = tools.element(at);
      write_function(tool.find("function"), tool.find(chat::kFormMember), path.member("function"));
      note_extras(tool, path);
    }
    out_.end_array();
    write_joined(first, is_done);
    out_.end_object();
  }

  // Gemini's own tools that stood beside the declarations in one object.
  void write_joined(std::size_t first, std::vector<bool>& is_done) {
    std::size_t index = 0;
    for (const Value tool : asked_.tools.elements()) {
      const std::size_t at = index++;
      const bool is_other_group = at > first && is_function(tool) && !is_done[at];
      if (is_other_group) {
        return;
      }
      if (at > first && !is_done[at] && joins(tool)) {
        is_done[at] = true;
        write_own_members(tool);
      }
    }
  }

  static bool joins(Value tool) {
    return is_tool_of_gemini(tool) && tool.find(chat::kFormMember).find("join").exists();
  }

  void write_own_members(Value tool) {
    for (const Member member : tool.members()) {
      if (!member.name.says(chat::kFormMember)) {
        out_.raw_key(member.name.raw()).raw(member.value.raw());
      }
    }
  }

  void note_extras(Value tool, const Path& path) {
    for (const Member member : tool.members()) {
      const std::string_view name = member.name.escaped();
      if (name == "type" || name == "function" || name == chat::kFormMember) {
        continue;
      }
      note_gemini(name == "cache_control" ? "tools[].cache_control" : "tools[].(other)",
                  path.member(name), dispositions_);
    }
  }

  void write_function(Value function, Value form, const Path& path) {
    out_.begin_object();
    for (const Member member : function.members()) {
      const std::string_view name = member.name.escaped();
      const Value value = member.value;
      if (name == "name" || name == "description") {
        if (!value.is_null()) {
          out_.raw_key(member.name.raw()).raw(value.raw());
        }
      } else if (name == "parameters") {
        write_parameters(value, form, path.member(name));
      } else if (name == "strict") {
        if (value.as_bool().value_or(false)) {
          note_gemini("tools[].function.strict", path.member(name), dispositions_);
        }
      } else if (std::find(kOwnMembers.begin(), kOwnMembers.end(), name) != kOwnMembers.end()) {
        out_.raw_key(member.name.raw()).raw(value.raw());
      } else if (name != chat::kFormMember) {
        note_gemini("tools[].(other)", path.member(name), dispositions_);
      }
    }
    for (const Member member : form.find("members").members()) {
      out_.raw_key(member.name.raw()).raw(member.value.raw());
    }
    out_.end_object();
  }

  void write_parameters(Value parameters, Value form, const Path& path) {
    if (parameters.is_null()) {
      return;
    }
    const Value key = form.find("key");
    out_.escaped_key(key.is_string() ? key.escaped() : "parametersJsonSchema");
    const Value spelt = form.find("schema");
    if (spelt.exists()) {
      out_.raw(spelt.raw());
    } else {
      write_gemini_schema(parameters, path, out_, dispositions_);
    }
  }

  void write_other(Value tool, std::size_t index) {
    if (is_tool_of_gemini(tool)) {
      out_.begin_object();
      write_own_members(tool);
      out_.end_object();
      return;
    }
    note_gemini("tools[](other)", Path("$.tools").element(index).text(), dispositions_);
  }

  void write_deprecated() {
    if (asked_.functions.size() == 0) {
      return;
    }
    out_.begin_object().escaped_key("functionDeclarations").begin_array();
    const Path functions("$.functions");
    std::size_t index = 0;
    for (const Value function : asked_.functions.elements()) {
      write_function(function, Value(), functions.element(index++));
    }
    out_.end_array().end_object();
    note_gemini("functions", "$.functions", dispositions_);
  }

  void write_search() {
    out_.begin_object().escaped_key("googleSearch").begin_object().end_object().end_object();
    note_gemini("web_search_options", "$.web_search_options", dispositions_);
    for (const Member member : asked_.web_search_options.members()) {
      note_gemini("web_search_options(other)", "$.web_search_options." + member.name.unescaped(),
                  dispositions_);
    }
  }

  Failure write_choice(Value choice, std::string_view name) {
    const std::string path = "$." + std::string(name);
    out_.escaped_key("functionCallingConfig").begin_object();
    const Failure failure =
        choice.is_string() ? write_mode(choice, path) : write_named(choice, path);
    out_.end_object();
    return failure;
  }

  Failure write_mode(Value choice, const std::string& path) {
    struct Mode {
      std::string_view asked;
      std::string_view sent;
    };
    constexpr std::array kModes = std::to_array<Mode>(
        {{"auto", "AUTO"}, {"none", "NONE"}, {"required", "ANY"}, {"any", "ANY"}});
    for (const Mode& mode : kModes) {
      if (choice.says(mode.asked)) {
        out_.escaped_key("mode").escaped(mode.sent);
        note_gemini(path.substr(2), path, dispositions_);
        return std::nullopt;
      }
    }
    return chat::refuse(Path(std::string_view(path)), choice,
                        "\"auto\", \"none\", \"required\" or one function");
  }

  Failure write_named(Value choice, const std::string& path) {
    const Value allowed = choice.find("allowed_tools");
    if (allowed.is_object()) {
      const bool must = allowed.find("mode").says("required");
      // "AUTO" knows no list of names; "VALIDATED" is AUTO with one.
      out_.escaped_key("mode").escaped(must ? "ANY" : "VALIDATED");
      write_names(allowed.find("tools"));
      note_gemini("tool_choice", path, dispositions_);
      return std::nullopt;
    }
    const Value function = choice.find("function");
    const Value name = function.is_object() ? function.find("name") : choice.find("name");
    if (!name.is_string()) {
      note_gemini("tool_choice(unknown)", path, dispositions_);
      return std::nullopt;
    }
    out_.escaped_key("mode").escaped("ANY").escaped_key("allowedFunctionNames").begin_array();
    out_.raw(name.raw()).end_array();
    note_gemini(path.substr(2), path, dispositions_);
    return std::nullopt;
  }

  void write_names(Value tools) {
    out_.escaped_key("allowedFunctionNames").begin_array();
    for (const Value tool : tools.elements()) {
      const Value name = tool.find("function").find("name");
      if (name.is_string()) {
        out_.raw(name.raw());
      }
    }
    out_.end_array();
  }

  const GeminiTools& asked_;
  Writer& out_;
  chat::Dispositions& dispositions_;
};

}  // namespace

Failure render_gemini_tools(const GeminiTools& asked, Writer& out,
                            chat::Dispositions& dispositions) {
  ToolWriter writer(asked, out, dispositions);
  writer.write();
  return writer.write_config();
}

}  // namespace llmgate::wire
