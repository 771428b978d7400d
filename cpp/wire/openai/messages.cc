#include "wire/openai/messages.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "chat/parameters.h"
#include "chat/replay.h"
#include "wire/conversation.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using chat::Action;
using json::Member;
using json::Value;
using json::Writer;

constexpr std::string_view kAnthropicOnly = "a field of Anthropic's messages API";
constexpr std::string_view kGeminiOnly = "a field of Gemini's generateContent";
constexpr std::string_view kNoCacheMarks = "OpenAI caches prompts by itself and takes no marks";
constexpr std::string_view kNoReasoning = "OpenAI's chat API takes no reasoning back";
constexpr std::string_view kOtherTool = "a server tool of another provider";
constexpr std::string_view kOtherPart = "a content part of another provider";

constexpr std::array kConversions = std::to_array<Conversion>({
    {"thinking", Action::kDropped, "", kAnthropicOnly},
    {"top_k", Action::kDropped, "", "OpenAI has no top_k"},
    {"cache_control", Action::kDropped, "", kNoCacheMarks},
    {"container", Action::kDropped, "", kAnthropicOnly},
    {"context_management", Action::kDropped, "", kAnthropicOnly},
    {"mcp_servers", Action::kDropped, "", kAnthropicOnly},
    {"output_config", Action::kDropped, "", kAnthropicOnly},
    {"output_format", Action::kDropped, "", kAnthropicOnly},
    {"betas", Action::kDropped, "", kAnthropicOnly},
    {"inference_geo", Action::kDropped, "", kAnthropicOnly},
    {"safety_settings", Action::kDropped, "", kGeminiOnly},
    {"safetySettings", Action::kDropped, "", kGeminiOnly},
    {"cached_content", Action::kDropped, "", kGeminiOnly},
    {"cachedContent", Action::kDropped, "", kGeminiOnly},
    {"generation_config", Action::kDropped, "", kGeminiOnly},
    {"generationConfig", Action::kDropped, "", kGeminiOnly},
    {"tool_config", Action::kDropped, "", kGeminiOnly},
    {"toolConfig", Action::kDropped, "", kGeminiOnly},
    {"labels", Action::kDropped, "", kGeminiOnly},
    {"messages[].cache_control", Action::kDropped, "", kNoCacheMarks},
    {"messages[].is_error", Action::kDropped, "",
     "OpenAI's tool results cannot say that they failed"},
    {"messages[].reasoning_content", Action::kDropped, "", kNoReasoning},
    {"messages[].reasoning", Action::kDropped, "", kNoReasoning},
    {"messages[].reasoning_details", Action::kDropped, "", kNoReasoning},
    {"messages[].thinking_blocks", Action::kDropped, "", kNoReasoning},
    {"messages[].content[].cache_control", Action::kDropped, "", kNoCacheMarks},
    {"messages[].content[].citations", Action::kDropped, "", kAnthropicOnly},
    {"messages[].content[].context", Action::kDropped, "", kAnthropicOnly},
    {"messages[].content[].title", Action::kDropped, "", kAnthropicOnly},
    {"messages[].content[](other)", Action::kDropped, "", kOtherPart},
    {"messages[].tool_calls[].cache_control", Action::kDropped, "", kNoCacheMarks},
    {"tools[].cache_control", Action::kDropped, "", kNoCacheMarks},
    {"tools[].defer_loading", Action::kDropped, "", kAnthropicOnly},
    {"tools[].eager_input_streaming", Action::kDropped, "", kAnthropicOnly},
    {"tools[].allowed_callers", Action::kDropped, "", kAnthropicOnly},
    {"tools[].input_examples", Action::kDropped, "", kAnthropicOnly},
    {"tools[](other)", Action::kDropped, "", kOtherTool},
});

// Beside the parameters' names.
constexpr std::array kMessageFeatures = std::to_array<std::string_view>(
    {"messages[]", "messages[].role", "messages[].name", "messages[].content", "messages[].refusal",
     "messages[].audio", "messages[].annotations", "messages[].reasoning_content",
     "messages[].function_call", "messages[].tool_calls[].id",
     "messages[].tool_calls[].function.arguments", "messages[].tool_calls[].custom",
     "messages[].content[].refusal", "messages[].content[].image_url",
     "messages[].content[].image_url.detail", "messages[].content[].input_audio",
     "messages[].content[].file", "tools[].function.strict", "tools[].custom"});

const Conversion* find_row(std::string_view prefix, std::string_view name) {
  for (const Conversion& row : kConversions) {
    if (row.feature.size() == prefix.size() + name.size() && row.feature.starts_with(prefix) &&
        row.feature.ends_with(name)) {
      return &row;
    }
  }
  return nullptr;
}

bool is_ours(std::string_view name) { return name.starts_with("llmgate_"); }

// Types that Anthropic's messages have and OpenAI's have not.
bool is_foreign_part(Value part) {
  constexpr std::array kTypes = std::to_array<std::string_view>(
      {"image", "document", "search_result", "container_upload", "tool_reference", "thinking",
       "redacted_thinking", "tool_use", "tool_result", "server_tool_use", chat::kNativePart});
  return std::any_of(kTypes.begin(), kTypes.end(),
                     [part](std::string_view type) { return part.find("type").says(type); });
}

// Of the tools that are no functions, those of Anthropic have a date behind their name, those of
// Gemini have no type.
bool is_foreign_tool(Value tool) {
  const std::string_view type = tool.find("type").escaped();
  if (type.empty()) {
    return !tool.find("function").is_object();
  }
  const std::size_t last = type.rfind('_');
  constexpr std::size_t kDateDigits = 8;
  const bool is_dated = last != std::string_view::npos && type.size() - last - 1 == kDateDigits &&
                        type.find_first_not_of("0123456789", last + 1) == std::string_view::npos;
  return is_dated || type == "mcp_toolset";
}

// Writes a provider's messages member by member.
class MessageWriter {
 public:
  MessageWriter(const Conversation& conversation, const Dialect& dialect, Writer& out,
                chat::Dispositions& dispositions)
      : conversation_(conversation), dialect_(dialect), out_(out), dispositions_(dispositions) {}

  Failure write(const Message& message) {
    path_ = path_of(message);
    if (message.native.exists()) {
      out_.raw(message.native.raw());
      return std::nullopt;
    }
    out_.begin_object();
    for (const Member member : message.value.members()) {
      if (Failure failure = write_member(message, member)) {
        return failure;
      }
    }
    out_.end_object();
    return std::nullopt;
  }

 private:
  Failure write_member(const Message& message, Member member) {
    const std::string_view name = member.name.escaped();
    if (is_ours(name) || (message.is_foreign && !is_shown(name)) ||
        (!message.is_own && drop_if_foreign("messages[].", name, path_))) {
      return std::nullopt;
    }
    out_.raw_key(member.name.raw());
    if (name == "content" && member.value.is_array()) {
      return write_parts(member.value);
    }
    if (name == "tool_calls" && member.value.is_array()) {
      write_calls(member.value, message.is_foreign);
    } else if (name == "tool_call_id") {
      const ToolCall* call = conversation_.find_call(member.value.escaped());
      out_.escaped(call != nullptr && call->is_id_changed ? portable_id(member.value.escaped())
                                                          : member.value.escaped());
    } else {
      out_.raw(member.value.raw());
    }
    return std::nullopt;
  }

  // What of another issuer's message anyone can read.
  static bool is_shown(std::string_view name) {
    return name == "role" || name == "content" || name == "tool_calls" || name == "refusal" ||
           name == "name";
  }

  bool drop_if_foreign(std::string_view prefix, std::string_view name, const std::string& where) {
    const Conversion* row = dialect_.takes_extensions ? nullptr : find_row(prefix, name);
    if (row != nullptr) {
      note(*row, where + "." + std::string(name), dispositions_);
    }
    return row != nullptr;
  }

  Failure write_parts(Value parts) {
    out_.begin_array();
    std::size_t index = 0;
    for (const Value part : parts.elements()) {
      const std::string where = path_ + ".content[" + std::to_string(index++) + "]";
      const bool is_wrapped = part.find("type").says(chat::kNativePart);
      if (is_wrapped || (!dialect_.takes_extensions && is_foreign_part(part))) {
        note(*find_row("messages[].", "content[](other)"), where, dispositions_);
        continue;
      }
      if (Failure failure = refuse_file_url(part, where)) {
        return failure;
      }
      write_part(part, where);
    }
    out_.end_array();
    return std::nullopt;
  }

  Failure refuse_file_url(Value part, const std::string& where) const {
    if (!dialect_.takes_extensions && part.find("type").says("file") &&
        part.find("file").find("file_data").escaped().starts_with("http")) {
      return bad_request(where + ".file.file_data",
                         std::string(dialect_.provider) +
                             " takes no file by URL; accepted: \"data:<media type>;base64,"
                             "<content>\", or a file_id");
    }
    return std::nullopt;
  }

  void write_part(Value part, const std::string& where) {
    out_.begin_object();
    for (const Member member : part.members()) {
      const std::string_view name = member.name.escaped();
      if (!is_ours(name) && !drop_if_foreign("messages[].content[].", name, where)) {
        out_.raw_key(member.name.raw()).raw(member.value.raw());
      }
    }
    out_.end_object();
  }

  void write_calls(Value calls, bool is_foreign) {
    out_.begin_array();
    std::size_t index = 0;
    for (const Value call : calls.elements()) {
      const std::string where = path_ + ".tool_calls[" + std::to_string(index++) + "]";
      out_.begin_object();
      for (const Member member : call.members()) {
        const std::string_view name = member.name.escaped();
        if (is_ours(name) || drop_if_foreign("messages[].tool_calls[].", name, where)) {
          continue;
        }
        out_.raw_key(member.name.raw());
        if (is_foreign && name == "id") {
          out_.escaped(portable_id(member.value.escaped()));
        } else {
          out_.raw(member.value.raw());
        }
      }
      out_.end_object();
    }
    out_.end_array();
  }

  const Conversation& conversation_;
  const Dialect& dialect_;
  Writer& out_;
  chat::Dispositions& dispositions_;
  std::string path_;
};

bool is_more(std::string_view prefix, std::string_view name, const Dialect& dialect) {
  return is_ours(name) || (!dialect.takes_extensions && find_row(prefix, name) != nullptr);
}

bool holds_more(Value object, std::string_view prefix, const Dialect& dialect) {
  for (const Member member : object.members()) {
    if (is_more(prefix, member.name.escaped(), dialect)) {
      return true;
    }
  }
  return false;
}

bool part_holds_more(Value part, const Dialect& dialect) {
  const Value type = part.find("type");
  if (type.says("text") && part.size() == 2) {
    return false;
  }
  return type.says(chat::kNativePart) || holds_more(part, "messages[].content[].", dialect) ||
         (!dialect.takes_extensions && (is_foreign_part(part) || type.says("file")));
}

bool call_holds_more(Value call, const Dialect& dialect) {
  return holds_more(call, "messages[].tool_calls[].", dialect);
}

bool tool_holds_more(Value tool, const Dialect& dialect) {
  return holds_more(tool, "tools[].", dialect) ||
         (!dialect.takes_extensions && is_foreign_tool(tool));
}

template <typename Holds>
bool any_holds(Value list, const Dialect& dialect, Holds holds) {
  for (const Value element : list.elements()) {
    if (holds(element, dialect)) {
      return true;
    }
  }
  return false;
}

// Asked of every message of every call: role and content, which all have, come first.
bool message_holds_more(Value message, const Dialect& dialect) {
  for (const Member member : message.members()) {
    const std::string_view name = member.name.escaped();
    if (name == "role") {
      continue;
    }
    if (name == "content") {
      if (member.value.is_array() && any_holds(member.value, dialect, part_holds_more)) {
        return true;
      }
    } else if (name == "tool_calls") {
      if (any_holds(member.value, dialect, call_holds_more)) {
        return true;
      }
    } else if (is_more("messages[].", name, dialect)) {
      return true;
    }
  }
  return false;
}

}  // namespace

Failure render_openai_messages(Value messages, const Issuer& issuer, Writer& out,
                               chat::Dispositions& dispositions) {
  const bool is_plain = !any_holds(messages, *issuer.dialect, message_holds_more);
  if (is_plain && (issuer.issued == nullptr || issuer.issued->is_empty())) {
    out.raw(messages.raw());
    return std::nullopt;
  }
  const Conversation conversation(messages, openai_chat_format(), issuer, dispositions);
  if (is_plain) {
    out.raw(messages.raw());
    return std::nullopt;
  }
  MessageWriter writer(conversation, *issuer.dialect, out, dispositions);
  out.begin_array();
  for (const Message& message : conversation.messages()) {
    if (Failure failure = writer.write(message)) {
      return failure;
    }
  }
  out.end_array();
  return std::nullopt;
}

void render_openai_tools(Value tools, const Dialect& dialect, Writer& out,
                         chat::Dispositions& dispositions) {
  if (!any_holds(tools, dialect, tool_holds_more)) {
    out.raw(tools.raw());
    return;
  }
  out.begin_array();
  std::size_t index = 0;
  for (const Value tool : tools.elements()) {
    const std::string where = "$.tools[" + std::to_string(index++) + "]";
    if (!dialect.takes_extensions && is_foreign_tool(tool)) {
      note(*find_row("tools[]", "(other)"), where, dispositions);
      continue;
    }
    out.begin_object();
    for (const Member member : tool.members()) {
      const std::string_view name = member.name.escaped();
      const Conversion* row = dialect.takes_extensions ? nullptr : find_row("tools[].", name);
      if (row != nullptr) {
        note(*row, where + "." + std::string(name), dispositions);
      } else if (!is_ours(name)) {
        out.raw_key(member.name.raw()).raw(member.value.raw());
      }
    }
    out.end_object();
  }
  out.end_array();
}

const Conversion* find_foreign_field(std::string_view name) { return find_row("", name); }

std::span<const Conversion> openai_conversions() { return kConversions; }

std::span<const std::string_view> openai_features() {
  static const std::vector<std::string_view> features = [] {
    const auto names = chat::parameter_names();
    std::vector<std::string_view> all(names.begin(), names.end());
    all.insert(all.end(), kMessageFeatures.begin(), kMessageFeatures.end());
    return all;
  }();
  return features;
}

}  // namespace llmgate::wire
