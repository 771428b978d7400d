#include "wire/openai/content.h"

#include <algorithm>
#include <string>

#include "json/writer.h"

namespace llmgate::wire {
namespace {

using chat::Block;
using chat::BlockKind;
using chat::Choice;
using json::Value;

int rank_of(const Block& block) {
  if (block.member == "content") {
    return 1;
  }
  switch (block.kind) {
    case BlockKind::kReasoning:
      return 0;
    case BlockKind::kText:
      return 1;
    case BlockKind::kRefusal:
      return 2;
    case BlockKind::kToolCall:
      return 3;
    default:
      return 4;
  }
}

Block& insert_block(Block block, Choice& choice) {
  if (choice.blocks.empty()) {
    return choice.blocks.emplace_back(std::move(block));
  }
  const auto behind =
      std::upper_bound(choice.blocks.begin(), choice.blocks.end(), block,
                       [](const Block& a, const Block& b) { return rank_of(a) < rank_of(b); });
  return *choice.blocks.insert(behind, std::move(block));
}

// A new block in its place; the first is made there.
Block& add_block(BlockKind kind, std::string_view member, Choice& choice) {
  if (choice.blocks.empty()) {
    Block& first = choice.blocks.emplace_back();
    first.kind = kind;
    first.member = member;
    return first;
  }
  Block block;
  block.kind = kind;
  block.member = member;
  return insert_block(std::move(block), choice);
}

Block* last_content_block(Choice& choice) {
  for (auto block = choice.blocks.rbegin(); block != choice.blocks.rend(); ++block) {
    if (block->member == "content") {
      return &*block;
    }
  }
  return nullptr;
}

// Mistral: {"type": "thinking", "thinking": [{"type": "text", "text": ...}]}, or a plain string
// inside.
std::string thinking_text(Value part) {
  const Value thinking = part.find("thinking");
  if (thinking.is_string()) {
    return std::string(thinking.escaped());
  }
  std::string text;
  for (const Value piece : thinking.elements()) {
    text += piece.find("text").escaped();
  }
  return text;
}

Block block_of_part(Value part) {
  Block block;
  block.member = "content";
  block.type = part.find("type").escaped();
  std::string_view own_member;
  if (block.type == "thinking") {
    block.kind = BlockKind::kReasoning;
    block.text = thinking_text(part);
    own_member = "thinking";
  } else if (block.type == "text" && part.find("text").is_string()) {
    block.kind = BlockKind::kText;
    block.text = part.find("text").escaped();
    own_member = "text";
  } else {
    block.native.emplace_back("", part.raw());
    return block;
  }
  for (const json::Member member : part.members()) {
    const std::string_view name = member.name.escaped();
    if (name != "type" && name != own_member) {
      chat::set_member(block.native, name, member.value.raw());
    }
  }
  return block;
}

// Escapes raw JSON text for where a string should have been.
std::string escaped_raw(Value value) {
  std::string escaped;
  json::append_escaped(escaped, value.raw());
  return escaped;
}

void append_arguments(Value arguments, Block& block) {
  if (arguments.is_string()) {
    block.text += arguments.escaped();
  } else if (arguments.exists() && !arguments.is_null()) {
    block.text += escaped_raw(arguments);
  }
}

Value arguments_of(Value body) {
  const Value arguments = body.find("arguments");
  return arguments.exists() ? arguments : body.find("input");
}

// Looking at arguments that are longer, once per piece, would cost too much.
constexpr std::size_t kMostArguments = std::size_t{16} * 1024;

// Servers that number every call 0 and give no ids begin the next one with its name alone; others
// repeat the name with each piece of one call.
bool begins_another(Value body, const Block& call) {
  const std::string_view name = body.find("name").escaped();
  if (name.empty() || call.name.empty() || call.text.empty()) {
    return false;
  }
  if (name != call.name) {
    return true;
  }
  const Value arguments = arguments_of(body);
  const std::string_view piece = arguments.is_string() ? arguments.escaped() : arguments.raw();
  const bool is_empty = piece.empty() || arguments.is_null();
  const bool may_begin =
      is_empty ? !call.names_arguments : piece.starts_with('{') || piece.starts_with('[');
  return may_begin && call.type != "custom" && call.text.size() <= kMostArguments &&
         chat::has_valid_arguments(call);
}

void absorb_name(Value name, Block& block) {
  if (name.escaped() != block.name) {
    block.name += name.escaped();
  }
}

void absorb_body(Value body, std::string_view arguments, Block& block) {
  const Value name = body.find("name");
  const std::size_t size_before = block.text.size();
  absorb_name(name, block);
  append_arguments(body.find(arguments), block);
  block.names_arguments |= !name.escaped().empty() && block.text.size() > size_before;
}

void absorb_call_body(Value call, Block& block) {
  Value id;
  Value type;
  Value function;
  Value custom;
  for (const json::Member member : call.members()) {
    const std::string_view name = member.name.escaped();
    if (name == "id") {
      id = member.value;
    } else if (name == "type") {
      type = member.value;
    } else if (name == "function") {
      function = member.value;
    } else if (name == "custom") {
      custom = member.value;
    } else if (name != "index" && !member.value.is_null()) {
      chat::set_member(block.native, name, member.value.raw());
    }
  }
  if (block.id.empty()) {
    block.id = id_text(id);
  }
  if (block.type.empty()) {
    block.type = type.escaped();
  }
  if (function.is_object()) {
    absorb_body(function, "arguments", block);
  }
  if (custom.is_object()) {
    absorb_body(custom, "input", block);
    block.type = "custom";
  }
}

bool is_openai_shaped(Value call) {
  const Value function = call.find("function");
  const bool is_custom = call.find("custom").is_object();
  return call.find("id").is_string() && !call.find("type").escaped().empty() &&
         (is_custom ||
          (function.find("name").is_string() && function.find("arguments").is_string()));
}

std::int64_t count_tool_calls(const Choice& choice) {
  return std::count_if(choice.blocks.begin(), choice.blocks.end(), [](const Block& block) {
    return block.kind == BlockKind::kToolCall && block.member == "tool_calls";
  });
}

// The block that a delta with this index, id and name belongs to: the rule for servers that omit or
// repeat indices. Null if it begins a new call.
Block* find_tool_call(Value call, Choice& choice) {
  const std::string_view id = id_text(call.find("id"));
  const auto index = call.find("index").as_int();
  const bool has_index = index && *index >= 0;
  const Value function =
      call.find("function").exists() ? call.find("function") : call.find("custom");
  const bool has_name = !function.find("name").escaped().empty();
  bool is_nearest = true;
  for (auto block = choice.blocks.rbegin(); block != choice.blocks.rend(); ++block) {
    if (block->kind != BlockKind::kToolCall || block->member != "tool_calls" ||
        (has_index && block->index != *index)) {
      continue;
    }
    // Servers that number every call 0 begin the next with an id and a name of its own.
    const bool may_continue = has_index ? id.empty() || block->id.empty() || !has_name
                                        : (id.empty() ? !has_name : block->id.empty());
    if ((!id.empty() && id == block->id) ||
        (is_nearest && may_continue && !begins_another(function, *block))) {
      return &*block;
    }
    is_nearest = false;
  }
  return nullptr;
}

}  // namespace

bool is_last_of_its_name(Value object, json::Member member) {
  if (object.size() == 1) {
    return true;
  }
  std::string storage;
  const Value last = object.find(member.name.unescaped(storage));
  return last.raw().data() == member.value.raw().data();
}

std::string_view id_text(Value id) { return id.is_number() ? id.raw() : id.escaped(); }

void append_text(BlockKind kind, std::string_view member, std::string_view escaped,
                 Choice& choice) {
  for (Block& block : choice.blocks) {
    if (block.kind == kind && block.member == member) {
      block.text += escaped;
      return;
    }
  }
  add_block(kind, member, choice).text = escaped;
}

void append_content(std::string_view escaped, Choice& choice) {
  Block* last = last_content_block(choice);
  if (last != nullptr && last->kind == BlockKind::kText) {
    last->text += escaped;
    return;
  }
  const bool is_first = last == nullptr;
  Block& block = add_block(BlockKind::kText, "content", choice);
  block.text = escaped;
  if (!is_first) {
    block.type = "text";  // a string after list parts is one more of them
  }
}

void absorb_parts(Value parts, bool is_stream, Choice& choice) {
  bool may_continue = is_stream;
  for (const Value part : parts.elements()) {
    Block block = block_of_part(part);
    Block* last = last_content_block(choice);
    const bool continues = may_continue && last != nullptr && last->kind == block.kind &&
                           block.kind != BlockKind::kUnknown;
    may_continue = false;
    if (!continues) {
      insert_block(std::move(block), choice);
      continue;
    }
    last->text += block.text;
    for (const chat::RawMember& member : block.native) {
      chat::set_member(last->native, member.name, member.value);
    }
  }
}

ToolCallDeltas absorb_tool_calls(Value calls, bool is_stream, Choice& choice) {
  ToolCallDeltas deltas;
  deltas.is_malformed = !calls.is_array();
  for (const Value call : calls.elements()) {
    if (!call.is_object()) {
      deltas.is_malformed = true;
      continue;
    }
    for (const std::string_view name : {"function", "custom"}) {
      const Value body = call.find(name);
      deltas.is_malformed |= body.exists() && !body.is_object() && !body.is_null();
    }
    Block* block = is_stream ? find_tool_call(call, choice) : nullptr;
    const auto index = call.find("index").as_int();
    if (block == nullptr) {
      Block fresh;
      fresh.kind = BlockKind::kToolCall;
      fresh.member = "tool_calls";
      fresh.index = index && *index >= 0 ? *index : count_tool_calls(choice);
      block = &insert_block(std::move(fresh), choice);
    }
    absorb_call_body(call, *block);
    deltas.positions.push_back(tool_call_position(*block, choice));
    deltas.needs_rewrite |= is_stream
                                ? index != deltas.positions.back() || call.find("id").is_number()
                                : !is_openai_shaped(call);
  }
  return deltas;
}

std::int64_t tool_call_position(const Block& call, const Choice& choice) {
  std::int64_t position = 0;
  for (const Block& block : choice.blocks) {
    if (&block == &call) {
      return position;
    }
    position += block.kind == BlockKind::kToolCall && block.member == "tool_calls" ? 1 : 0;
  }
  return position;
}

void absorb_function_call(Value call, Choice& choice) {
  for (Block& block : choice.blocks) {
    if (block.kind == BlockKind::kToolCall && block.member == "function_call") {
      absorb_name(call.find("name"), block);
      append_arguments(call.find("arguments"), block);
      return;
    }
  }
  Block block;
  block.kind = BlockKind::kToolCall;
  block.member = "function_call";
  block.name = call.find("name").escaped();
  append_arguments(call.find("arguments"), block);
  insert_block(std::move(block), choice);
}

}  // namespace llmgate::wire
