#include "chat/turn.h"

#include <algorithm>
#include <utility>

#include "json/document.h"

namespace llmgate::chat {
namespace {

constexpr std::size_t kUsualMembers = 4;  // of a message or choice, beside those that are read

}  // namespace

RawMember* find_member(RawMembers& members, std::string_view name) {
  for (RawMember& member : members) {
    if (member.name == name) {
      return &member;
    }
  }
  return nullptr;
}

const RawMember* find_member(const RawMembers& members, std::string_view name) {
  return find_member(const_cast<RawMembers&>(members), name);
}

void set_member(RawMembers& members, std::string_view name, std::string_view value) {
  if (RawMember* found = find_member(members, name)) {
    found->value.assign(value);
    return;
  }
  if (members.capacity() == 0) {
    members.reserve(kUsualMembers);
  }
  members.emplace_back(name, value);
}

std::string_view name_of(BlockKind kind) {
  switch (kind) {
    case BlockKind::kText:
      return "text";
    case BlockKind::kReasoning:
      return "reasoning";
    case BlockKind::kToolCall:
      return "tool_call";
    case BlockKind::kRefusal:
      return "refusal";
    case BlockKind::kServerTool:
      return "server_tool";
    case BlockKind::kImage:
      return "image";
    case BlockKind::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view name_of(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStop:
      return "stop";
    case FinishReason::kLength:
      return "length";
    case FinishReason::kToolCalls:
      return "tool_calls";
    case FinishReason::kContentFilter:
      return "content_filter";
    case FinishReason::kFunctionCall:
      return "function_call";
    case FinishReason::kNone:
    case FinishReason::kUnknown:
      return "";
  }
  return "";
}

Choice& Turn::choice_at(std::int64_t index) {
  const auto behind = std::lower_bound(
      choices.begin(), choices.end(), index,
      [](const Choice& choice, std::int64_t wanted) { return choice.index < wanted; });
  if (behind != choices.end() && behind->index == index) {
    return *behind;
  }
  Choice choice;
  choice.index = index;
  return *choices.insert(behind, std::move(choice));
}

std::string_view native_finish_word(const Choice& choice) {
  const RawMember* sent = find_member(choice.members, "native_finish_reason");
  if (sent == nullptr || sent->value.size() <= 2 || sent->value.front() != '"') {
    return choice.finish_word;
  }
  return std::string_view(sent->value).substr(1, sent->value.size() - 2);
}

bool has_valid_arguments(const Block& tool_call) {
  if (tool_call.text.empty()) {
    return true;
  }
  const std::string quoted = '"' + tool_call.text + '"';
  json::Document inside;
  if (inside.read(quoted)) {
    return false;
  }
  const std::string arguments = inside.root().unescaped();
  json::Document document;
  return !document.read(arguments);
}

}  // namespace llmgate::chat
