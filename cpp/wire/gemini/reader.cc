#include "wire/gemini/reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "json/writer.h"
#include "wire/classify.h"
#include "wire/gemini/blocks.h"
#include "wire/gemini/conversions.h"
#include "wire/gemini/usage.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using chat::Block;
using chat::BlockKind;
using chat::Choice;
using json::Member;
using json::Value;

// Far above every answer seen; look-ups here are linear.
constexpr std::size_t kMostEntries = 1024;

bool is_call(const Block& block) { return block.kind == BlockKind::kToolCall; }

// Pieces of a call stand in members that mean nothing once it is whole.
void drop_stream_members(Block& call) {
  std::erase_if(call.native, [](const chat::RawMember& member) {
    return member.name == "functionCall.willContinue" || member.name == "functionCall.partialArgs";
  });
}

// Names of the view's own members: what an answer has under one goes under another.
bool is_of_view(std::string_view name) {
  constexpr std::array kViews =
      std::to_array<std::string_view>({"id", "object", "model", "choices", "usage", "created"});
  return std::find(kViews.begin(), kViews.end(), name) != kViews.end();
}

bool is_count(std::string_view name) {
  return name.ends_with("TokenCount") || name.ends_with("TokensDetails");
}

std::string described(std::string_view where, Value value) {
  return std::string(where) + " is " + std::string(json::name_of(value.type()));
}

}  // namespace

// The chunks that one read() makes, and what it has seen.
struct GeminiReader::Reading {
  Value root;
  chat::ChunkWriter* writer;
  StreamParser::Outcome outcome;
};

GeminiReader::GeminiReader(const Issuer& issuer, bool is_stream)
    : issuer_(issuer), is_stream_(is_stream) {
  turn_.provider = issuer.dialect->provider;
  turn_.format = kGeminiFormat;
  turn_.created_s = issuer.now_s;
}

Error GeminiReader::malformed(std::string problem, Value root) const {
  return invalid_response(std::move(problem), root.raw(), issuer_);
}

Result<StreamParser::Outcome> GeminiReader::read(Value root, std::vector<std::string>* chunks) {
  if (!root.is_object()) {
    return malformed(described("the answer", root), root);
  }
  if (turn_.members.size() + root.size() > kMostEntries) {
    return malformed("the answer has too many members", root);
  }
  std::optional<chat::ChunkWriter> writer;
  if (chunks != nullptr) {
    writer.emplace(turn_, *chunks);
  }
  Reading reading{root, writer ? &*writer : nullptr, {}};
  if (Failure failure = read_top(reading)) {
    return std::move(*failure);
  }
  return reading.outcome;
}

Failure GeminiReader::read_top(Reading& reading) {
  Value candidates;
  Value feedback;
  for (const Member member : reading.root.members()) {
    const std::string_view name = member.name.escaped();
    const Value value = member.value;
    if (name == "candidates") {
      candidates = value;
    } else if (name == "usageMetadata") {
      read_usage(value);
    } else if (name == "responseId") {
      turn_.id = turn_.id.empty() ? value.escaped() : std::string_view(turn_.id);
    } else if (name == "modelVersion") {
      turn_.model = turn_.model.empty() ? value.escaped() : std::string_view(turn_.model);
    } else if (name == "error" && !value.is_null()) {
      return classify_error(0, {}, reading.root.raw(), issuer_);
    } else {
      read_member(name, value);
      feedback = name == "promptFeedback" ? value : feedback;
    }
  }
  if (candidates.exists() && !candidates.is_array() && !candidates.is_null()) {
    return malformed(described("candidates", candidates), reading.root);
  }
  if (candidates.size() == 0 && feedback.find("blockReason").exists()) {
    return blocked(feedback, reading.root);
  }
  if (turn_.choices.size() + candidates.size() > kMostEntries) {
    return malformed("there are too many candidates", reading.root);
  }
  std::int64_t position = 0;
  for (const Value candidate : candidates.elements()) {
    if (Failure failure = read_candidate(candidate, position++, reading)) {
      return failure;
    }
  }
  return std::nullopt;
}

void GeminiReader::read_member(std::string_view name, Value value) {
  if (name == "createTime" && !has_time_) {
    const std::int64_t time = gemini_time_s(value.escaped());
    has_time_ = time != 0;
    turn_.created_s = has_time_ ? time : turn_.created_s;
  }
  if (is_of_view(name)) {
    chat::set_member(turn_.members, "response." + std::string(name), value.raw());
  } else if (!value.is_null() || !is_stream_) {
    chat::set_member(turn_.members, name, value.raw());
  }
}

// Cumulative: the last total holds with the counts beside it, and early chunks lack some.
void GeminiReader::read_usage(Value metadata) {
  if (!is_stream_) {
    turn_.usage = metadata.is_object() ? read_gemini_usage(metadata) : chat::Usage();
    return;
  }
  if (usage_.size() + metadata.size() > kMostEntries) {
    return;
  }
  if (metadata.find("totalTokenCount").exists()) {
    std::erase_if(usage_, [](const chat::RawMember& member) { return is_count(member.name); });
  }
  for (const Member member : metadata.members()) {
    if (!member.value.is_null()) {
      chat::set_member(usage_, member.name.escaped(), member.value.raw());
    }
  }
}

Error GeminiReader::blocked(Value feedback, Value root) const {
  Error error = malformed("", root);
  const Value reason = feedback.find("blockReason");
  error.kind = ErrorKind::kContentPolicyViolation;
  error.provider_code = reason.is_string() ? reason.unescaped() : std::string(reason.raw());
  error.message = "the prompt was blocked: " + error.provider_code;
  if (feedback.find("blockReasonMessage").is_string()) {
    error.message += ": " + feedback.find("blockReasonMessage").unescaped();
  }
  return error;
}

Failure GeminiReader::read_candidate(Value candidate, std::int64_t position, Reading& reading) {
  if (!candidate.is_object()) {
    return malformed(described("a candidate", candidate), reading.root);
  }
  Choice& choice = turn_.choice_at(candidate.find("index").as_int().value_or(position));
  if (choice.members.size() + candidate.size() > kMostEntries) {
    return malformed("a candidate has too many members", reading.root);
  }
  Value content;
  Value finish;
  for (const Member member : candidate.members()) {
    const std::string_view name = member.name.escaped();
    if (name == "content") {
      content = member.value;
    } else if (name == "finishReason") {
      finish = member.value;
    } else if (name != "index") {
      gatherings_[choice.index].add(name, member.value, is_stream_, choice.members);
    }
  }
  if (content.exists() && !content.is_object() && !content.is_null()) {
    return malformed(described("a candidate's content", content), reading.root);
  }
  const Value parts = content.find("parts");
  if (parts.exists() && !parts.is_array() && !parts.is_null()) {
    return malformed(described("a content's parts", parts), reading.root);
  }
  if (Failure failure = read_parts(parts, choice, reading)) {
    return failure;
  }
  read_finish(finish, parts.size() != 0, choice, reading);
  return std::nullopt;
}

Failure GeminiReader::read_parts(Value parts, Choice& choice, Reading& reading) {
  if (choice.blocks.size() + parts.size() > kMostEntries) {
    return malformed("a candidate has too many parts", reading.root);
  }
  GeminiGathering& gathered = gatherings_[choice.index];
  if (!is_stream_) {
    gathered.raw_parts = parts.raw();
  }
  if (reading.writer != nullptr && !gathered.has_role) {
    gathered.has_role = true;
    reading.writer->add_role(choice.index);
  }
  bool is_first = is_stream_;
  for (const Value part : parts.elements()) {
    if (!part.is_object()) {
      return malformed(described("a part", part), reading.root);
    }
    reading.outcome.progressed = true;
    if (part.find(kGeminiCall).is_object()) {
      if (Failure failure = add_call(part, choice, gathered, reading)) {
        return failure;
      }
    } else {
      add_block(part, is_first && gathered.may_continue, choice, reading);
    }
    gathered.may_continue = is_bare_text(choice.blocks.back());
    is_first = false;
  }
  return std::nullopt;
}

// A part with a signature is never joined with its neighbours ("Thought signatures"), nor are parts
// of one chunk.
void GeminiReader::add_block(Value part, bool may_join, Choice& choice, Reading& reading) {
  if (!may_join || !continue_gemini_text(part, choice.blocks.back())) {
    read_gemini_block(part, choice.blocks.emplace_back());
  }
  const Block& block = choice.blocks.back();
  const bool is_text = block.kind == BlockKind::kText;
  const bool is_reasoning = block.kind == BlockKind::kReasoning;
  const Value text = part.find("text");
  reading.outcome.has_content |= (is_text || is_reasoning) && !text.escaped().empty();
  if (reading.writer != nullptr && is_text) {
    reading.writer->add_text(choice.index, text.escaped());
  } else if (reading.writer != nullptr && is_reasoning) {
    reading.writer->add_reasoning(choice.index, text.escaped());
  }
}

Failure GeminiReader::add_call(Value part, Choice& choice, GeminiGathering& gathered,
                               Reading& reading) {
  const Value call = part.find(kGeminiCall);
  const bool goes_on = call.find("willContinue").as_bool().value_or(false);
  const Value pieces = call.find("partialArgs");
  const bool continues = gathered.arguments && !call.find("name").exists();
  if (!continues) {
    close_call(choice, gathered, reading.writer);
    read_gemini_block(part, choice.blocks.emplace_back());
    drop_stream_members(choice.blocks.back());
    if (!goes_on && !pieces.exists()) {
      show_call(choice, reading.writer);
      reading.outcome.has_content = true;
      return std::nullopt;
    }
    gathered.arguments.emplace();
  }
  if (!gathered.arguments->add(pieces)) {
    return malformed("a function call's partialArgs cannot be put together", reading.root);
  }
  if (!goes_on) {
    close_call(choice, gathered, reading.writer);
    reading.outcome.has_content = true;
  }
  return std::nullopt;
}

void GeminiReader::close_call(Choice& choice, GeminiGathering& gathered,
                              chat::ChunkWriter* writer) {
  if (!gathered.arguments) {
    return;
  }
  set_gemini_arguments(gathered.arguments->escaped(), choice.blocks.back());
  gathered.arguments.reset();
  show_call(choice, writer);
}

// The last block is a whole call.
void GeminiReader::show_call(Choice& choice, chat::ChunkWriter* writer) {
  Block& call = choice.blocks.back();
  const auto position = std::count_if(choice.blocks.begin(), choice.blocks.end() - 1, is_call);
  if (call.id.empty()) {
    call.id = invented_id(turn_.id, choice.index, position, call.name, call.text);
  }
  if (writer != nullptr) {
    writer->add_tool_call(choice.index, position, call);
  }
}

// Code execution repeats the finish between its parts: only behind the last of them it is one.
void GeminiReader::read_finish(Value word, bool has_parts, Choice& choice, Reading& reading) {
  if (word.is_string() || word.is_number()) {
    choice.finish_word = word.is_string() ? word.escaped() : word.raw();
    choice.finish = gemini_finish_reason(choice.finish_word);
    reading.outcome.progressed = true;
  } else if (has_parts) {
    choice.finish_word.clear();
    choice.finish = chat::FinishReason::kNone;
  }
}

bool GeminiReader::is_every_choice_finished(std::int64_t expected) const {
  const auto is_finished = [this](const Choice& choice) {
    const auto gathered = gatherings_.find(choice.index);
    if (choice.finish == chat::FinishReason::kNone ||
        (gathered != gatherings_.end() && gathered->second.arguments)) {
      return false;
    }
    const bool is_open = !choice.blocks.empty() && (choice.blocks.back().type == "executableCode" ||
                                                    choice.blocks.back().type == "toolCall");
    return !is_open || choice.finish != chat::FinishReason::kStop;
  };
  return static_cast<std::int64_t>(turn_.choices.size()) >= expected &&
         std::all_of(turn_.choices.begin(), turn_.choices.end(), is_finished);
}

void GeminiReader::settle(std::vector<std::string>* chunks) {
  std::optional<chat::ChunkWriter> writer;
  if (chunks != nullptr) {
    writer.emplace(turn_, *chunks);
  }
  settle_usage();
  for (Choice& choice : turn_.choices) {
    GeminiGathering& gathered = gatherings_[choice.index];
    close_call(choice, gathered, writer ? &*writer : nullptr);
    settle_gemini_choice(gathered, choice);
    if (writer) {
      writer->add_message_members(choice);
      writer->add_finish(choice);
    }
  }
  if (writer) {
    writer->add_usage();
  }
}

void GeminiReader::settle_usage() {
  if (usage_.empty()) {
    return;
  }
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const chat::RawMember& member : usage_) {
    out.escaped_key(member.name).raw(member.value);
  }
  out.end_object();
  json::Document document;
  if (!document.read(text)) {
    turn_.usage = read_gemini_usage(document.root());
  }
}

}  // namespace llmgate::wire
