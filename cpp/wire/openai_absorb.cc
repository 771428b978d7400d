#include "wire/openai_absorb.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "chat/usage.h"
#include "wire/classify.h"
#include "wire/openai_content.h"
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

// Members of a message that are neither blocks nor OpenAI's own keep their last value, or grow.
void absorb_message_member(std::string_view name, Value value, bool is_stream, Choice& choice) {
  merge_message_member(name, value, is_stream, choice.message_members);
}

void absorb_refusal(Value value, bool is_stream, Choice& choice, Absorbed& absorbed) {
  if (!value.is_string()) {
    absorb_message_member("refusal", value, is_stream, choice);
    return;
  }
  append_text(chat::BlockKind::kRefusal, "refusal", value.escaped(), choice);
  absorbed.progressed = absorbed.has_content = true;
}

void absorb_reasoning(std::string_view member, Value message, Value value, bool is_stream,
                      Choice& choice, Absorbed& absorbed) {
  // Relays send the same text under both names: it counts once, under the shorter one.
  const Value twin = message.find("reasoning");
  if (member == "reasoning_content" && !twin.escaped().empty()) {
    return;
  }
  if (!value.is_string()) {
    absorb_message_member(member, value, is_stream, choice);
    return;
  }
  append_text(chat::BlockKind::kReasoning, member, value.escaped(), choice);
  if (value.escaped().empty()) {
    return;
  }
  absorbed.progressed = absorbed.has_content = true;
  if (member == "reasoning" && !message.find("reasoning_content").is_string()) {
    absorbed.needs_rewrite = true;
  }
}

void absorb_content(Value content, bool is_stream, Choice& choice, Absorbed& absorbed) {
  if (content.is_string()) {
    append_content(content.escaped(), choice);
    absorbed.progressed |= !content.escaped().empty();
    absorbed.has_content |= !content.escaped().empty();
  } else if (!content.is_array()) {
    if (!content.is_null()) {
      note_problem(absorbed, "a message's content", content);
    }
  } else if (!is_outsized("a message's content", choice.blocks.size() + content.size(), absorbed)) {
    absorb_parts(content, is_stream, choice);
    absorbed.progressed = absorbed.has_content = absorbed.needs_rewrite = true;
  }
}

void absorb_calls(Value calls, bool is_stream, Choice& choice, Absorbed& absorbed) {
  if (is_outsized("a message's tool_calls", choice.blocks.size() + calls.size(), absorbed)) {
    return;
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
}

void absorb_message(Value message, bool is_stream, Choice& choice, Absorbed& absorbed) {
  if (is_outsized("a message", choice.message_members.size() + message.size(), absorbed)) {
    return;
  }
  bool has_content = is_stream;
  bool has_role = is_stream;
  for (const json::Member member : message.members()) {
    const std::string_view name = member.name.escaped();
    const Value value = member.value;
    if (name == "content") {
      has_content = true;
      absorb_content(value, is_stream, choice, absorbed);
    } else if (name == "role") {
      has_role |= value.is_string();
      if (choice.role.empty()) {
        choice.role = value.escaped();
      }
    } else if (name == "tool_calls" && !value.is_null()) {
      absorb_calls(value, is_stream, choice, absorbed);
    } else if (name == "function_call" && value.is_object()) {
      absorb_function_call(value, choice);
      absorbed.progressed = absorbed.has_content = true;
    } else if (name == "refusal") {
      absorb_refusal(value, is_stream, choice, absorbed);
    } else if (name == "reasoning_content" || name == "reasoning") {
      absorb_reasoning(name, message, value, is_stream, choice, absorbed);
    } else {
      absorb_message_member(name, value, is_stream, choice);
      absorbed.progressed |= !value.is_null();
    }
  }
  absorbed.needs_rewrite |= !has_content || !has_role;
}

void absorb_finish(Value word, Choice& choice, Absorbed& absorbed) {
  if (!word.is_string()) {
    if (!word.is_null()) {
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
  Choice& choice = turn.choice_at(value.find("index").as_int().value_or(position));
  if (is_outsized("a choice", choice.members.size() + value.size(), absorbed)) {
    return;
  }
  // A stream's choice may hold both its delta and the message so far: the delta counts.
  const Value delta = is_stream ? value.find("delta") : Value();
  const std::string_view source = delta.exists() ? "delta" : "message";
  bool has_message = is_stream;
  absorbed.needs_rewrite |= is_stream ? !delta.exists() : choice.index != position;
  for (const json::Member member : value.members()) {
    const std::string_view name = member.name.escaped();
    if (name == source) {
      if (member.value.is_object()) {
        has_message = true;
        absorb_message(member.value, is_stream, choice, absorbed);
      } else if (!member.value.is_null()) {
        note_problem(absorbed, "a choice's message", member.value);
      }
    } else if (name == "finish_reason") {
      absorb_finish(member.value, choice, absorbed);
    } else if (name != "index" && name != "delta" && name != "message") {
      merge_choice_member(name, member.value, is_stream, choice.members);
    }
  }
  absorbed.needs_rewrite |= !has_message;
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

Absorbed absorb_completion(Value root, bool is_stream, const Dialect& dialect, Turn& turn) {
  Absorbed absorbed;
  absorbed.is_error = !root.is_object() && is_error_body(root);
  if (is_outsized("the reply", turn.members.size() + root.size(), absorbed)) {
    return absorbed;
  }
  bool is_completion = is_stream;
  for (const json::Member member : root.members()) {
    const std::string_view name = member.name.escaped();
    const Value value = member.value;
    if (name == "choices") {
      absorb_choices(value, is_stream, turn, absorbed);
    } else if (name == "id" || name == "model") {
      chat::EscapedText& known = name == "id" ? turn.id : turn.model;
      if (known.empty()) {
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
  absorbed.needs_rewrite |= !is_stream && (!is_completion || turn.id.empty() || turn.model.empty());
  return absorbed;
}

}  // namespace llmgate::wire
