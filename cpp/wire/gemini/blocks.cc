#include "wire/gemini/blocks.h"

#include <algorithm>
#include <array>
#include <utility>

#include "json/string_text.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using chat::Block;
using chat::BlockKind;
using json::Member;
using json::Value;
using json::Writer;

constexpr std::string_view kText = "text";
constexpr std::string_view kThought = "thought";
// The call had no arguments at all, which is not the same as an empty object.
constexpr std::string_view kNoArguments = "llmgate_no_args";
// Before the names of members that stand inside functionCall, to tell them from those of the part.
constexpr std::string_view kInside = "functionCall.";

// What Gemini ran itself, and what came of it.
constexpr std::array kServerTools = std::to_array<std::string_view>(
    {"executableCode", "codeExecutionResult", "toolCall", "toolResponse"});
// What else tells a part's kind.
constexpr std::array kOthers = std::to_array<std::string_view>({"fileData", "functionResponse"});

struct Data {
  std::string_view name;
  Value value;
};

// The member that says what the part is; nameless if none does.
Data data_of(Value part) {
  const auto is_among = [](std::string_view name, const auto& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const Member member : part.members()) {
    const std::string_view name = member.name.escaped();
    const bool is_object = member.value.is_object();
    if ((name == kText && member.value.is_string()) ||
        (is_object && (name == kGeminiCall || name == "inlineData" ||
                       is_among(name, kServerTools) || is_among(name, kOthers)))) {
      return {name, member.value};
    }
  }
  return {};
}

void read_text(Value part, Value text, Block& block) {
  const bool is_thought = part.find(kThought).as_bool().value_or(false);
  block.kind = is_thought ? BlockKind::kReasoning : BlockKind::kText;
  block.type = is_thought ? kThought : kText;
  block.text = text.escaped();
  for (const Member member : part.members()) {
    const std::string_view name = member.name.escaped();
    if (name != kText && !(is_thought && name == kThought)) {
      chat::set_member(block.native, name, member.value.raw());
    }
  }
}

void read_call(Value part, Value call, Block& block) {
  block.kind = BlockKind::kToolCall;
  block.member = kGeminiCall;
  block.type = "function";
  bool has_arguments = false;
  for (const Member member : call.members()) {
    const std::string_view name = member.name.escaped();
    if (name == "name" && member.value.is_string()) {
      block.name = member.value.escaped();
    } else if (name == "id" && member.value.is_string() && !member.value.escaped().empty()) {
      block.id = member.value.escaped();
    } else if (name == "args" && member.value.is_object()) {
      block.text.clear();
      append_gemini_arguments(member.value, block.text);
      has_arguments = true;
    } else {
      chat::set_member(block.native, std::string(kInside) + std::string(name), member.value.raw());
    }
  }
  if (!has_arguments) {
    block.text = "{}";
    chat::set_member(block.native, kNoArguments, "true");
  }
  for (const Member member : part.members()) {
    if (!member.name.says(kGeminiCall)) {
      chat::set_member(block.native, member.name.escaped(), member.value.raw());
    }
  }
}

BlockKind kind_of(const Data& data, Value part) {
  if (std::find(kServerTools.begin(), kServerTools.end(), data.name) != kServerTools.end()) {
    return BlockKind::kServerTool;
  }
  if (part.find(kThought).as_bool().value_or(false)) {
    return BlockKind::kReasoning;  // a draft of an image
  }
  const bool is_image =
      data.name == "inlineData" && data.value.find("mimeType").escaped().starts_with("image");
  return is_image ? BlockKind::kImage : BlockKind::kUnknown;
}

void write_call(const Block& block, Writer& out) {
  out.begin_object().escaped_key(kGeminiCall).begin_object();
  if (!is_invented_id(block.id) && !block.id.empty()) {
    out.escaped_key("id").escaped(block.id);
  }
  if (!block.name.empty()) {
    out.escaped_key("name").escaped(block.name);
  }
  if (chat::find_member(block.native, kNoArguments) == nullptr) {
    std::string arguments;
    json::append_unescaped(arguments, block.text);
    out.escaped_key("args").raw(arguments);
  }
  for (const chat::RawMember& member : block.native) {
    if (member.name.starts_with(kInside)) {
      out.escaped_key(std::string_view(member.name).substr(kInside.size())).raw(member.value);
    }
  }
  out.end_object();
  for (const chat::RawMember& member : block.native) {
    if (!member.name.starts_with(kInside) && member.name != kNoArguments) {
      out.escaped_key(member.name).raw(member.value);
    }
  }
  out.end_object();
}

void write_part(const Block& block, Writer& out) {
  if (block.kind == BlockKind::kToolCall) {
    write_call(block, out);
    return;
  }
  if (block.native.size() == 1 && block.native.front().name.empty()) {
    out.raw(block.native.front().value);
    return;
  }
  out.begin_object().escaped_key(kText).escaped(block.text);
  if (block.kind == BlockKind::kReasoning) {
    out.escaped_key(kThought).boolean(true);
  }
  for (const chat::RawMember& member : block.native) {
    out.escaped_key(member.name).raw(member.value);
  }
  out.end_object();
}

// A string that needed no escapes needs none but for its quotes.
void append_leaf(Value leaf, std::string& escaped) {
  if (!leaf.is_string() || leaf.has_escapes()) {
    json::append_escaped(escaped, leaf.raw());
    return;
  }
  escaped += "\\\"";
  escaped += leaf.escaped();
  escaped += "\\\"";
}

}  // namespace

void read_gemini_block(Value part, Block& block) {
  const Data data = data_of(part);
  if (data.name == kText) {
    read_text(part, data.value, block);
  } else if (data.name == kGeminiCall) {
    read_call(part, data.value, block);
  } else {
    block.kind = kind_of(data, part);
    block.type = data.name;
    block.native.emplace_back("", part.raw());
  }
}

bool continue_gemini_text(Value part, Block& block) {
  const Value text = part.find(kText);
  const bool is_thought = part.find(kThought).as_bool().value_or(false);
  const BlockKind kind = is_thought ? BlockKind::kReasoning : BlockKind::kText;
  if (!text.is_string() || part.size() != (is_thought ? 2U : 1U) || block.kind != kind) {
    return false;
  }
  block.text += text.escaped();
  return true;
}

void absorb_gemini_parts(Value parts, std::string_view turn_id, chat::Choice& choice) {
  std::int64_t position = 0;
  choice.blocks.reserve(choice.blocks.size() + parts.size());
  for (const Value part : parts.elements()) {
    Block& block = choice.blocks.emplace_back();
    read_gemini_block(part, block);
    if (block.kind != BlockKind::kToolCall) {
      continue;
    }
    if (block.id.empty()) {
      block.id = invented_id(turn_id, choice.index, position, block.name, block.text);
    }
    ++position;
  }
}

// Gemini prints its answers over many lines: all but the values is left out. Recursion is bounded
// by the reader's depth limit.
void append_gemini_arguments(Value arguments, std::string& escaped) {
  if (!arguments.is_object() && !arguments.is_array()) {
    append_leaf(arguments, escaped);
    return;
  }
  const bool is_object = arguments.is_object();
  char separator = is_object ? '{' : '[';
  for (const Value element : arguments.elements()) {
    escaped += separator;
    append_gemini_arguments(element, escaped);
    separator = ',';
  }
  for (const Member member : arguments.members()) {
    escaped += separator;
    append_leaf(member.name, escaped);
    escaped += ':';
    append_gemini_arguments(member.value, escaped);
    separator = ',';
  }
  if (separator != ',') {
    escaped += separator;
  }
  escaped += is_object ? '}' : ']';
}

void set_gemini_arguments(std::string escaped, Block& call) {
  call.text = std::move(escaped);
  std::erase_if(call.native,
                [](const chat::RawMember& member) { return member.name == kNoArguments; });
}

bool is_bare_text(const Block& block) {
  return (block.kind == BlockKind::kText || block.kind == BlockKind::kReasoning) &&
         block.native.empty();
}

bool is_shown_in_full(const chat::Choice& choice) {
  bool is_first = true;
  for (const Block& block : choice.blocks) {
    const bool is_text = block.kind == BlockKind::kText && is_first &&
                         (!block.text.empty() || choice.blocks.size() == 1);
    const bool is_call = block.kind == BlockKind::kToolCall && is_portable_id(block.id);
    if ((!is_text && !is_call) || !block.native.empty()) {
      return false;
    }
    is_first = false;
  }
  return true;
}

std::string render_gemini_parts(const chat::Choice& choice) {
  std::string text;
  Writer out(text);
  out.begin_array();
  for (const Block& block : choice.blocks) {
    write_part(block, out);
  }
  out.end_array();
  return text;
}

}  // namespace llmgate::wire
