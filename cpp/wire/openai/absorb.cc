#include "wire/openai/absorb.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "chat/usage.h"
#include "wire/classify.h"
#include "wire/openai/content.h"
#include "wire/openai/native.h"
#include "wire/raw_merge.h"

namespace llmgate::wire {
namespace {

using chat::Choice;
using chat::Turn;
using json::Value;

void note_problem(Absorbed& absorbed, std::string_view where, Value value) {
  if (absorbed.problem.empty()) {
    absorbed.problem = std::string(where) + " is " +
                       (value.exists() ? std::string(json::name_of(value.type())) : "missing");
  }
}

// Far above every answer seen. Look-ups here are linear: without a bound, a small reply that holds
// 40000 tool calls took seconds of the loop's thread.
constexpr std::size_t kMostEntries = 1024;

bool is_outsized(std::string_view where, std::size_t size, Absorbed& absorbed) {
  if (size > kMostEntries && absorbed.problem.empty()) {
    absorbed.problem =
        std::string(where) + " has more than " + std::to_string(kMostEntries) + " entries";
  }
  return size > kMostEntries;
}

// What of a message becomes blocks. Of members with one name the last is here, as Python's json has
// it.
struct MessageParts {
  Value role;
  Value content;
  Value reasoning;
  Value reasoning_content;
  Value refusal;
  Value tool_calls;
  Value function_call;
};

Value* part_of(std::string_view name, MessageParts& parts) {
  if (name == "content") {
    return &parts.content;
  }
  if (name == "role") {
    return &parts.role;
  }
  if (name == "tool_calls") {
    return &parts.tool_calls;
  }
  if (name == "refusal") {
    return &parts.refusal;
  }
  if (name == "reasoning_content") {
    return &parts.reasoning_content;
  }
  if (name == "reasoning") {
    return &parts.reasoning;
  }
  return name == "function_call" ? &parts.function_call : nullptr;
}

void absorb_refusal(std::string_view refusal, Choice& choice, Absorbed& absorbed) {
  append_text(chat::BlockKind::kRefusal, "refusal", refusal, choice);
  absorbed.progressed = absorbed.has_content = true;
}

void absorb_reasoning(std::string_view member, std::string_view text, Choice& choice,
                      Absorbed& absorbed) {
  append_text(chat::BlockKind::kReasoning, member, text, choice);
  absorbed.progressed |= !text.empty();
  absorbed.has_content |= !text.empty();
}

void absorb_list(Value parts, bool is_stream, Choice& choice, Absorbed& absorbed) {
  if (!is_outsized("a message's content", choice.blocks.size() + parts.size(), absorbed)) {
    absorb_parts(parts, is_stream, choice);
    absorbed.progressed = absorbed.has_content = true;
  }
}

void absorb_content(Value content, bool is_stream, Choice& choice, Absorbed& absorbed) {
  if (content.is_string()) {
    append_content(content.escaped(), choice);
    absorbed.progressed |= !content.escaped().empty();
    absorbed.has_content |= !content.escaped().empty();
  } else if (content.is_array()) {
    absorb_list(content, is_stream, choice, absorbed);
    absorbed.needs_rewrite = true;
  } else if (content.exists() && !content.is_null()) {
    note_problem(absorbed, "a message's content", content);
  }
}

// Whether they are shown otherwise than they were sent.
bool absorb_calls(Value calls, bool is_stream, Choice& choice, Absorbed& absorbed) {
  if (is_outsized("a message's tool_calls", choice.blocks.size() + calls.size(), absorbed)) {
    return false;
  }
  const ToolCallDeltas deltas = absorb_tool_calls(calls, is_stream, choice);
  absorbed.needs_rewrite |= deltas.needs_rewrite;
  absorbed.progressed |= !deltas.positions.empty();
  absorbed.has_content |= !deltas.positions.empty();
  absorbed.call_positions.insert(absorbed.call_positions.end(), deltas.positions.begin(),
                                 deltas.positions.end());
  if (deltas.is_malformed) {
    note_problem(absorbed, "a message's tool_calls", calls);
  }
  return deltas.needs_rewrite;
}

bool is_block(const Value* part, const MessageParts& parts) {
  if (part == &parts.role || part == &parts.content) {
    return true;
  }
  if (part == &parts.tool_calls) {
    return !part->is_null();
  }
  return part == &parts.function_call ? part->is_object() : part->is_string();
}

// Keeps the members that no block covers. What is null, or of a type we do not know, is one of
// them.
MessageParts absorb_members(Value message, bool is_stream, Choice& choice, Absorbed& absorbed) {
  MessageParts parts;
  for (const json::Member member : message.members()) {
    const std::string_view name = member.name.escaped();
    const Value value = member.value;
    Value* part = part_of(name, parts);
    if (part != nullptr) {
      *part = value;
    } else if (is_stream && !is_last_of_its_name(message, member)) {
      continue;  // else it would grow
    }
    if (part == nullptr || !is_block(part, parts)) {
      merge_message_member(name, value, is_stream, choice.message_members);
      absorbed.progressed |= !value.is_null();
    }
  }
  return parts;
}

void absorb_texts(const MessageParts& parts, bool is_stream, Choice& choice, Absorbed& absorbed) {
  absorb_content(parts.content, is_stream, choice, absorbed);
  // Relays send the same text under both names: it counts once, under the shorter one.
  if (parts.reasoning_content.is_string() && parts.reasoning.escaped().empty()) {
    absorb_reasoning("reasoning_content", parts.reasoning_content.escaped(), choice, absorbed);
  }
  if (parts.reasoning.is_string()) {
    absorb_reasoning("reasoning", parts.reasoning.escaped(), choice, absorbed);
    absorbed.needs_rewrite |=
        !parts.reasoning.escaped().empty() && !parts.reasoning_content.is_string();
  }
  if (parts.refusal.is_string()) {
    absorb_refusal(parts.refusal.escaped(), choice, absorbed);
  }
}

void absorb_message(Value message, bool is_stream, Choice& choice, Absorbed& absorbed) {
  if (is_outsized("a message", choice.message_members.size() + message.size(), absorbed)) {
    return;
  }
  const MessageParts parts = absorb_members(message, is_stream, choice, absorbed);
  if (choice.role.empty()) {
    choice.role = parts.role.escaped();
  }
  absorb_texts(parts, is_stream, choice, absorbed);
  bool has_rewritten_calls = false;
  if (parts.tool_calls.exists() && !parts.tool_calls.is_null()) {
    has_rewritten_calls = absorb_calls(parts.tool_calls, is_stream, choice, absorbed);
  }
  if (parts.function_call.is_object()) {
    absorb_function_call(parts.function_call, choice);
    absorbed.progressed = absorbed.has_content = true;
  }
  if (!is_stream) {
    const bool is_text = choice.blocks.size() == 1 && choice.blocks.front().member == "content" &&
                         choice.blocks.front().kind == chat::BlockKind::kText;
    if (!is_text) {  // which answers none; most messages are no more than one
      drop_answered_nulls(choice);
    }
    absorbed.needs_rewrite |= !parts.content.exists() || !parts.role.is_string();
    if (is_bound_to_issuer(choice)) {
      absorbed.needs_rewrite = true;
      choice.replay.is_needed = true;
      if (has_rewritten_calls || !is_shown_as_sent(choice)) {
        choice.replay.native = message.raw();
      }
    }
  }
}

void absorb_source(Value message, bool is_stream, Choice& choice, Absorbed& absorbed) {
  if (message.is_object()) {
    absorb_message(message, is_stream, choice, absorbed);
    return;
  }
  absorbed.needs_rewrite |= !is_stream;
  if (message.exists() && !message.is_null()) {
    note_problem(absorbed, "a choice's message", message);
  }
}

void absorb_finish(Value word, Choice& choice, Absorbed& absorbed) {
  if (!word.is_string()) {
    if (word.exists() && !word.is_null()) {
      note_problem(absorbed, "a choice's finish_reason", word);
    }
    return;
  }
  const chat::FinishReason finish = finish_reason_of(word.escaped());
  absorbed.needs_rewrite |= word.escaped().empty();
  if (word.escaped() != name_of(finish) && finish != chat::FinishReason::kUnknown) {
    absorbed.needs_rewrite = true;
  }
  if (choice.finish == chat::FinishReason::kNone && finish != chat::FinishReason::kNone) {
    choice.finish = finish;
    choice.finish_word = word.escaped();
    absorbed.progressed = true;
  } else if (finish != chat::FinishReason::kNone) {
    absorbed.repeated_finishes.push_back(choice.index);
    absorbed.needs_rewrite = true;
  }
}

void absorb_choice(Value value, bool is_stream, std::int64_t position, Turn& turn,
                   Absorbed& absorbed) {
  if (!value.is_object()) {
    note_problem(absorbed, "a choice", value);
    return;
  }
  const auto index = value.find("index").as_int();
  Choice& choice = turn.choice_at(index.value_or(position));
  if (is_outsized("a choice", choice.members.size() + value.size(), absorbed)) {
    return;
  }
  Value delta;
  Value message;
  Value finish;
  for (const json::Member member : value.members()) {
    const std::string_view name = member.name.escaped();
    if (name == "delta") {
      delta = member.value;
    } else if (name == "message") {
      message = member.value;
    } else if (name == "finish_reason") {
      finish = member.value;
    } else if (name != "index") {
      merge_choice_member(name, member.value, is_stream, choice.members);
    }
  }
  // A stream's choice may hold both its delta and the message so far: the delta counts.
  if (is_stream && delta.exists()) {
    message = delta;
  }
  absorbed.needs_rewrite |= !index || (is_stream ? !delta.exists() : *index != position);
  absorb_source(message, is_stream, choice, absorbed);
  absorb_finish(finish, choice, absorbed);
}

// Azure's first chunk has an empty id and model and a zero time: they never overwrite real ones.
bool says_nothing(Value value) {
  return value.is_null() || value.raw() == "\"\"" || value.raw() == "0";
}

void absorb_top_member(std::string_view name, Value value, bool is_stream, Turn& turn) {
  if (!is_stream) {
    turn.members.emplace_back(name, value.raw());
    return;
  }
  chat::RawMember* known = chat::find_member(turn.members, name);
  if (known == nullptr) {
    turn.members.emplace_back(name, value.raw());
  } else if (name == "created" ? known->value == "0" : !says_nothing(value)) {
    known->value.assign(value.raw());
  }
}

void absorb_choices(Value choices, bool is_stream, Turn& turn, Absorbed& absorbed) {
  absorbed.has_choices = choices.is_array();
  if (!absorbed.has_choices && !(is_stream && choices.is_null())) {
    note_problem(absorbed, "choices", choices);
  }
  if (is_outsized("choices", turn.choices.size() + choices.size(), absorbed)) {
    return;
  }
  std::int64_t position = 0;
  for (const Value choice : choices.elements()) {
    absorb_choice(choice, is_stream, position++, turn, absorbed);
  }
}

void absorb_usage(Value usage, const Dialect& dialect, Turn& turn, Absorbed& absorbed) {
  absorbed.has_usage = usage.is_object();
  if (absorbed.has_usage) {
    turn.usage = chat::read_usage(usage, dialect.reasoning_outside_completion);
    absorbed.needs_rewrite |= !turn.usage.is_normal;
  } else if (!usage.is_null()) {
    note_problem(absorbed, "usage", usage);
  }
}

}  // namespace

chat::FinishReason finish_reason_of(std::string_view word) {
  using enum chat::FinishReason;
  struct Row {
    std::string_view word;
    chat::FinishReason reason;
  };
  // OpenAI's five, and what compatible servers were recorded to say instead.
  constexpr std::array kRows = std::to_array<Row>({
      {"stop", kStop},
      {"length", kLength},
      {"tool_calls", kToolCalls},
      {"content_filter", kContentFilter},
      {"function_call", kFunctionCall},
      {"eos", kStop},             // Together
      {"tool_call", kToolCalls},  // DeepSeek models on Azure
      {"model_length", kLength},  // Mistral
      {"", kNone},                // Snowflake
  });
  const auto* row = std::find_if(kRows.begin(), kRows.end(),
                                 [word](const Row& candidate) { return candidate.word == word; });
  return row == kRows.end() ? kUnknown : row->reason;
}

void absorb_openai_message(Value message, Choice& choice) {
  Absorbed absorbed;
  absorb_message(message, false, choice, absorbed);
}

Absorbed absorb_completion(Value root, bool is_stream, const Dialect& dialect, Turn& turn) {
  Absorbed absorbed;
  absorbed.is_error = !root.is_object() && is_error_body(root);
  if (is_outsized("the reply", turn.members.size() + root.size(), absorbed)) {
    return absorbed;
  }
  bool is_completion = is_stream;
  Value choices;  // the last that has the name
  for (const json::Member member : root.members()) {
    const std::string_view name = member.name.escaped();
    const Value value = member.value;
    if (name == "choices") {
      choices = value;
    } else if (name == "id" || name == "model") {
      chat::EscapedText& known = name == "id" ? turn.id : turn.model;
      if (known.empty() || !is_stream) {
        known = id_text(value);
      }
      absorbed.needs_rewrite |= value.is_number();
    } else if (name == "usage") {
      absorb_usage(value, dialect, turn, absorbed);
    } else if (name == "object") {
      absorbed.is_error |= value.says("error");
      is_completion |= value.says("chat.completion");
    } else {
      absorbed.is_error |= name == "error" && !value.is_null();
      absorb_top_member(name, value, is_stream, turn);
      // Groq says it twice, in the older of its two ways before the other.
      if (name == "x_groq" && turn.usage.native.empty() && value.find("usage").is_object()) {
        turn.usage = chat::read_usage(value.find("usage"), dialect.reasoning_outside_completion);
      }
    }
  }
  if (choices.exists()) {
    absorb_choices(choices, is_stream, turn, absorbed);
  }
  absorbed.needs_rewrite |= !is_stream && (!is_completion || turn.id.empty() || turn.model.empty());
  return absorbed;
}

}  // namespace llmgate::wire
