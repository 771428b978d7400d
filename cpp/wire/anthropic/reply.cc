#include "wire/anthropic/reply.h"

#include <utility>

#include "json/writer.h"
#include "wire/anthropic/content.h"
#include "wire/classify.h"

namespace llmgate::wire {
namespace {

using chat::Choice;
using chat::Turn;
using json::Value;

constexpr std::size_t kUsualMembers = 4;

// A null says that nothing is known yet: it takes nothing away.
void keep(std::string_view name, Value value, chat::RawMembers& members) {
  chat::RawMember* known = chat::find_member(members, name);
  if (known == nullptr) {
    if (members.capacity() == 0) {
      members.reserve(kUsualMembers);
    }
    if (members.size() < kMostAnthropicEntries) {
      members.emplace_back(name, value.raw());
    }
  } else if (!value.is_null()) {
    known->value.assign(value.raw());
  }
}

void absorb_stop_reason(Value word, Choice& choice) {
  if (word.is_string() && !word.escaped().empty()) {
    choice.finish = anthropic_finish(word.escaped());
    choice.finish_word = word.escaped();
  }
}

// Everything but the content and the usage, which plain replies and streams keep differently.
bool absorb_fact(json::Member member, Turn& turn) {
  const std::string_view name = member.name.escaped();
  Choice& choice = turn.choices.front();
  if (name == "id") {
    turn.id = member.value.escaped();
  } else if (name == "model") {
    turn.model = member.value.escaped();
  } else if (name == "role") {
    choice.role = member.value.escaped();
  } else if (name == "stop_reason") {
    absorb_stop_reason(member.value, choice);
  } else if (name == "stop_sequence" || name == "stop_details") {
    keep(name, member.value, choice.members);
  } else if (name != "type") {
    return false;
  }
  return true;
}

std::string outsized() {
  return "the message has more than " + std::to_string(kMostAnthropicEntries) + " members";
}

}  // namespace

void GrowingUsage::take(Value usage) {
  for (const json::Member member : usage.members()) {
    keep(member.name.escaped(), member.value, members_);
  }
}

chat::Usage GrowingUsage::read() const {
  if (members_.empty()) {
    return {};
  }
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const chat::RawMember& member : members_) {
    out.escaped_key(member.name).raw(member.value);
  }
  out.end_object();
  json::Document document;
  return document.read(text) ? chat::Usage() : read_anthropic_usage(document.root());
}

void absorb_anthropic_member(json::Member member, Turn& turn, GrowingUsage& usage) {
  if (member.name.says("usage")) {
    usage.take(member.value);
  } else if (!absorb_fact(member, turn)) {
    keep(member.name.escaped(), member.value, turn.members);
  }
}

std::string absorb_anthropic_message(Value message, Turn& turn, GrowingUsage& usage) {
  if (message.size() + turn.members.size() > kMostAnthropicEntries) {
    return outsized();
  }
  std::string problem;
  for (const json::Member member : message.members()) {
    if (!member.name.says("content")) {
      absorb_anthropic_member(member, turn, usage);
    } else if (turn.choices.front().blocks.empty()) {
      problem = absorb_anthropic_content(member.value, turn.choices.front());
    }
  }
  return problem;
}

Failure parse_anthropic_reply(std::string_view body, const Issuer& issuer, json::Document& scratch,
                              Turn& turn) {
  if (const auto error = scratch.read(body, kReplyLimits)) {
    return invalid_response(std::string("the reply is not JSON: ") + error->reason, body, issuer);
  }
  const Value root = scratch.root();
  if (!root.is_object()) {
    return is_error_body(root) ? classify_error(0, {}, body, issuer)
                               : invalid_response("the reply is no object", body, issuer);
  }
  if (root.size() > kMostAnthropicEntries) {
    return invalid_response(outsized(), body, issuer);
  }
  turn.provider = issuer.dialect->provider;
  turn.format = anthropic_messages_format().name();
  turn.created_s = issuer.now_s;
  Choice& choice = turn.choices.emplace_back();
  Value content;
  bool is_error = false;
  for (const json::Member member : root.members()) {
    const std::string_view name = member.name.escaped();
    if (name == "content") {
      content = member.value;
    } else if (name == "error") {
      is_error = !member.value.is_null();
    } else if (name == "usage" && member.value.is_object()) {
      turn.usage = read_anthropic_usage(member.value);
    } else if (!absorb_fact(member, turn)) {
      keep(name, member.value, turn.members);
    }
  }
  if (is_error) {
    return classify_error(0, {}, body, issuer);
  }
  if (std::string problem = absorb_anthropic_content(content, choice); !problem.empty()) {
    return invalid_response(std::move(problem), body, issuer);
  }
  seal_anthropic_choice(turn, content.raw(), choice);
  return std::nullopt;
}

}  // namespace llmgate::wire
