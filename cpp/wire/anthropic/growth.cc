#include "wire/anthropic/growth.h"

#include <algorithm>

#include "json/string_text.h"
#include "json/writer.h"
#include "wire/anthropic/content.h"

namespace llmgate::wire {
namespace {

using chat::Block;
using chat::BlockKind;
using chat::RawMember;
using json::Value;

void append_to_list(std::string_view element, std::string& list) {
  if (list.empty() || list.front() != '[') {
    list = "[]";
  }
  list.pop_back();
  if (list.size() > 1 && list.find_first_not_of(" \t\r\n", 1) != std::string::npos) {
    list += ',';
  }
  list += element;
  list += ']';
}

RawMember& member_of(Block& block, std::string_view name) {
  if (RawMember* found = chat::find_member(block.native, name)) {
    return *found;
  }
  return block.native.emplace_back(name, "null");
}

// Texts continue, lists are joined, everything else takes its last value.
void grow_member(json::Member piece, Block& block) {
  const std::string_view name = piece.name.escaped();
  if (block.native.size() >= kMostAnthropicEntries &&
      chat::find_member(block.native, name) == nullptr) {
    return;
  }
  std::string& known = member_of(block, name).value;
  if (piece.value.is_string() && known.front() == '"') {
    known.pop_back();
    known += piece.value.raw().substr(1);
  } else if (piece.value.is_array() && known.front() == '[') {
    for (const Value element : piece.value.elements()) {
      append_to_list(element.raw(), known);
    }
  } else if (!piece.value.is_null()) {
    known.assign(piece.value.raw());
  }
}

// Of blocks that are kept whole the text is a member like any other.
bool is_kept_whole(const Block& block) {
  return block.kind == BlockKind::kServerTool || block.kind == BlockKind::kUnknown;
}

void write_input(const GrowingBlock& growing, json::Writer& out) {
  std::string input;
  json::append_unescaped(input, growing.input);
  json::Document document;
  if (input.empty()) {
    out.raw(growing.first_input.empty() ? std::string_view("{}") : growing.first_input);
  } else if (!document.read(input)) {
    out.raw(input);
  } else {
    out.escaped(growing.input);
  }
}

bool has_input(const GrowingBlock& growing, const Block& block) {
  return !growing.input.empty() || chat::find_member(block.native, "input") != nullptr;
}

void make_whole(const GrowingBlock& growing, Block& block) {
  const bool writes_input = has_input(growing, block);
  std::string whole;
  json::Writer out(whole);
  out.begin_object();
  for (const RawMember& member : block.native) {
    if (member.name != "input") {
      out.escaped_key(member.name).raw(member.value);
    }
  }
  if (writes_input) {
    write_input(growing, out.escaped_key("input"));
  }
  out.end_object();
  block.native.clear();
  block.native.emplace_back("", whole);
}

}  // namespace

Growth grow_anthropic_block(Value delta, GrowingBlock& growing, Block& block) {
  const Value type = delta.find("type");
  const bool is_whole = is_kept_whole(block);
  if (type.says("text_delta") && !is_whole) {
    const std::string_view piece = delta.find("text").escaped();
    if (block.kind == BlockKind::kText) {
      block.text += piece;
      return {Grown::kText, piece};
    }
  }
  if (type.says("thinking_delta") && block.kind == BlockKind::kReasoning) {
    const std::string_view piece = delta.find("thinking").escaped();
    block.text += piece;
    return {Grown::kReasoning, piece};
  }
  if (type.says("input_json_delta")) {
    const std::string_view piece = delta.find("partial_json").escaped();
    if (is_structured_output(block) || block.kind == BlockKind::kToolCall) {
      block.text += piece;
      return {is_structured_output(block) ? Grown::kText : Grown::kInput, piece};
    }
    if (is_whole) {
      growing.input += piece;
      return {Grown::kInput, {}};
    }
  }
  if (type.says("citations_delta")) {
    const Value citation = delta.find("citation");
    if (citation.exists()) {
      append_to_list(citation.raw(), member_of(block, "citations").value);
    }
    return {};
  }
  for (const json::Member member : delta.members()) {
    if (!member.name.says("type")) {
      grow_member(member, block);
    }
  }
  return {};
}

std::string close_anthropic_block(const GrowingBlock& growing, Block& block) {
  if (is_kept_whole(block)) {
    make_whole(growing, block);
    return {};
  }
  const bool is_call = block.kind == BlockKind::kToolCall || is_structured_output(block);
  if (!is_call || !block.text.empty()) {
    return {};
  }
  json::append_escaped(block.text,
                       growing.first_input.empty() ? std::string_view("{}") : growing.first_input);
  return block.text;
}

}  // namespace llmgate::wire
