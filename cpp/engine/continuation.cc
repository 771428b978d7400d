#include "engine/continuation.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "json/writer.h"

namespace llmgate::engine {
namespace {

bool is_text(const chat::Block& block) { return block.kind == chat::BlockKind::kText; }

}  // namespace

bool can_continue(const chat::Turn& partial, const chat::ChatRequest& request) {
  if (partial.choices.size() != 1 || request.root().find("n").as_int().value_or(1) != 1) {
    return false;
  }
  const auto& blocks = partial.choices.front().blocks;
  const bool says_something = std::any_of(
      blocks.begin(), blocks.end(), [](const chat::Block& block) { return !block.text.empty(); });
  return says_something && std::all_of(blocks.begin(), blocks.end(), is_text);
}

Result<chat::ChatRequest> request_to_continue(const chat::ChatRequest& request,
                                              const chat::Turn& partial) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const json::Member member : request.root().members()) {
    out.raw_key(member.name.raw());
    if (!member.name.says("messages")) {
      out.raw(member.value.raw());
      continue;
    }
    out.begin_array();
    for (const json::Value message : member.value.elements()) {
      out.raw(message.raw());
    }
    std::string said;
    for (const chat::Block& block : partial.choices.front().blocks) {
      said += block.text;
    }
    out.begin_object().escaped_key("role").escaped("assistant");
    out.escaped_key("content").escaped(said).end_object().end_array();
  }
  out.end_object();
  return chat::ChatRequest::read(std::move(text));
}

void join_turns(chat::Turn before, chat::Turn& after) {
  auto& earlier = before.choices.front().blocks;
  auto& later = after.choice_at(before.choices.front().index).blocks;
  if (!later.empty() && is_text(later.front()) && !earlier.empty()) {
    later.front().text.insert(0, earlier.back().text);  // one text, cut in the middle
    earlier.pop_back();
  }
  later.insert(later.begin(), std::make_move_iterator(earlier.begin()),
               std::make_move_iterator(earlier.end()));
  after.is_view_as_sent = false;
}

}  // namespace llmgate::engine
