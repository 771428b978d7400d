#include "wire/anthropic/stream.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "chat/chunk_writer.h"
#include "wire/anthropic/content.h"
#include "wire/anthropic/growth.h"
#include "wire/anthropic/reply.h"
#include "wire/classify.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using chat::Block;
using chat::BlockKind;
using chat::Choice;
using json::Value;

class AnthropicStreamParser final : public StreamParser {
 public:
  explicit AnthropicStreamParser(const Issuer& issuer)
      : dialect_(*issuer.dialect), model_(issuer.model) {
    turn_.provider = dialect_.provider;
    turn_.format = anthropic_messages_format().name();
    turn_.created_s = issuer.now_s;
    turn_.choices.emplace_back();
  }

  Result<Outcome> parse_event(const net::SseEvent& event,
                              std::vector<std::string>& chunks) override {
    if (saw_marker_ || event.name == "ping") {
      return Outcome{};
    }
    if (const auto error = document_.read(event.data, kReplyLimits)) {
      return malformed(std::string("a stream event is not JSON: ") + error->reason, event.data);
    }
    const Value root = document_.root();
    const Value type = root.find("type");
    if (type.says("error") || (event.name == "error" && !type.exists())) {
      return classify_error(0, {}, event.data, {&dialect_, model_});
    }
    if (!root.is_object()) {
      return malformed("a stream event is no object", event.data);
    }
    outcome_ = {};
    problem_.clear();
    chat::ChunkWriter writer(turn_, chunks);
    take(type.is_string() ? type.escaped() : std::string_view(event.name), root, writer);
    if (!problem_.empty()) {
      return malformed(std::move(problem_), event.data);
    }
    return outcome_;
  }

  [[nodiscard]] bool saw_marker() const override { return saw_marker_; }

  [[nodiscard]] bool is_every_choice_finished(std::int64_t expected) const override {
    return expected <= 1 && choice().finish != chat::FinishReason::kNone;
  }

  void finish(std::vector<std::string>& chunks) override {
    chat::ChunkWriter writer(turn_, chunks);
    for (const GrowingBlock& growing : growing_) {
      close(growing, writer);
    }
    growing_.clear();
    settle();
    writer.add_message_members(choice());
    writer.add_finish(choice());
    writer.add_usage();
  }

  chat::Turn take_turn() override {
    for (const GrowingBlock& growing : growing_) {
      close_anthropic_block(growing, choice().blocks[growing.position]);
    }
    growing_.clear();
    settle();
    return std::move(turn_);
  }

 private:
  [[nodiscard]] Choice& choice() { return turn_.choices.front(); }
  [[nodiscard]] const Choice& choice() const { return turn_.choices.front(); }

  void take(std::string_view type, Value root, chat::ChunkWriter& writer) {
    if (type == "content_block_delta") {
      take_delta(root, writer);
    } else if (type == "content_block_start") {
      start_block(root, writer);
    } else if (type == "content_block_stop") {
      stop_block(root, writer);
    } else if (type == "message_delta") {
      take_message_delta(root);
    } else if (type == "message_start") {
      start_message(root.find("message"), writer);
    } else if (type == "message_stop") {
      saw_marker_ = true;
    } else if (type != "ping") {
      keep_event(root);
    }
  }

  void start_message(Value message, chat::ChunkWriter& writer) {
    if (!message.is_object()) {
      problem_ = "message_start holds no message";
      return;
    }
    problem_ = absorb_anthropic_message(message, turn_, usage_);
    if (problem_.empty() && !has_begun_) {
      has_begun_ = true;
      writer.add_role(0);
      show_blocks(writer);
    }
  }

  // Content that came whole with the start of the message; not seen in any recording.
  void show_blocks(chat::ChunkWriter& writer) {
    for (Block& block : choice().blocks) {
      if (block.kind == BlockKind::kText) {
        writer.add_text(0, block.text);
      } else if (block.kind == BlockKind::kReasoning) {
        writer.add_reasoning(0, block.text);
      } else if (block.kind == BlockKind::kToolCall) {
        begin_call(block, writer);
      } else {
        continue;
      }
      outcome_ = {true, true};
    }
  }

  std::int64_t begin_call(Block& block, chat::ChunkWriter& writer) {
    if (block.id.empty()) {
      block.id = invented_id(turn_.id, 0, calls_, block.name, {});
    }
    block.index = calls_;
    writer.add_tool_call(0, calls_, block);
    return calls_++;
  }

  void start_block(Value root, chat::ChunkWriter& writer) {
    const Value object = root.find("content_block");
    const auto index = root.find("index").as_int();
    if (!object.is_object() || !index) {
      problem_ = "content_block_start holds no block or no index";
      return;
    }
    if (choice().blocks.size() >= kMostAnthropicEntries || object.size() > kMostAnthropicEntries) {
      problem_ = "the message has more than " + std::to_string(kMostAnthropicEntries) + " entries";
      return;
    }
    if (find_growing(*index) != nullptr) {
      problem_ = "a content block starts twice";
      return;
    }
    GrowingBlock& growing = growing_.emplace_back();
    growing.index = *index;
    growing.position = choice().blocks.size();
    const Value input = object.find("input");
    if (input.exists() && !(input.is_object() && input.size() == 0)) {
      growing.first_input = input.raw();
    }
    Block& block = add_anthropic_block(object, true, choice());
    show_start(block, growing, writer);
  }

  void show_start(Block& block, GrowingBlock& growing, chat::ChunkWriter& writer) {
    if (block.kind == BlockKind::kToolCall) {
      growing.call = begin_call(block, writer);
      outcome_ = {true, true};
    } else if (block.kind == BlockKind::kText || block.kind == BlockKind::kReasoning) {
      const bool is_text = block.kind == BlockKind::kText;
      is_text ? writer.add_text(0, block.text) : writer.add_reasoning(0, block.text);
      // Redacted thinking has no pieces: its start is all of it.
      outcome_.progressed = !block.text.empty() || block.type == "redacted_thinking";
      outcome_.has_content = !block.text.empty();
    } else {
      outcome_.progressed = true;
    }
  }

  void take_delta(Value root, chat::ChunkWriter& writer) {
    const Value delta = root.find("delta");
    const auto index = root.find("index").as_int();
    GrowingBlock* growing = index ? find_growing(*index) : nullptr;
    if (!delta.is_object() || growing == nullptr) {
      problem_ = "content_block_delta of no block that has started";
      return;
    }
    Block& block = choice().blocks[growing->position];
    const Growth growth = grow_anthropic_block(delta, *growing, block);
    outcome_.progressed =
        growth.what == Grown::kOther || !growth.piece.empty() || growth.what == Grown::kInput;
    outcome_.has_content = !growth.piece.empty();
    if (growth.what == Grown::kText) {
      writer.add_text(0, growth.piece);
    } else if (growth.what == Grown::kReasoning) {
      writer.add_reasoning(0, growth.piece);
    } else if (growth.what == Grown::kInput) {
      writer.add_arguments(0, growing->call, growth.piece);
    }
  }

  void stop_block(Value root, chat::ChunkWriter& writer) {
    const auto index = root.find("index").as_int();
    GrowingBlock* growing = index ? find_growing(*index) : nullptr;
    if (growing != nullptr) {
      close(*growing, writer);
      growing_.erase(growing_.begin() + (growing - growing_.data()));
      outcome_.progressed = true;
    }
  }

  void close(const GrowingBlock& growing, chat::ChunkWriter& writer) {
    Block& block = choice().blocks[growing.position];
    const std::string gained = close_anthropic_block(growing, block);
    if (block.kind == BlockKind::kToolCall) {
      writer.add_arguments(0, growing.call, gained);
    } else if (block.kind == BlockKind::kText) {
      writer.add_text(0, gained);
    }
  }

  void take_message_delta(Value root) {
    const bool was_finished = choice().finish != chat::FinishReason::kNone;
    for (const json::Member member : root.members()) {
      if (member.name.says("delta") && member.value.is_object()) {
        problem_ = absorb_anthropic_message(member.value, turn_, usage_);
      } else if (!member.name.says("type")) {
        absorb_anthropic_member(member, turn_, usage_);
      }
      if (!problem_.empty()) {
        return;
      }
    }
    outcome_.progressed = !was_finished && choice().finish != chat::FinishReason::kNone;
  }

  // An event that we do not know: all that came of its type, as a list. The name of its line is no
  // name for a member: it may be any bytes.
  void keep_event(Value root) {
    const Value named = root.find("type");
    const std::string_view type = named.is_string() ? named.escaped() : "unnamed_events";
    chat::RawMember* known = chat::find_member(turn_.members, type);
    if (known == nullptr) {
      if (turn_.members.size() < kMostAnthropicEntries) {
        turn_.members.emplace_back(type, "[" + std::string(root.raw()) + "]");
      }
      return;
    }
    if (known->value.front() == '[') {
      known->value.pop_back();
      known->value += ',';
      known->value += root.raw();
      known->value += ']';
    }
  }

  GrowingBlock* find_growing(std::int64_t index) {
    const auto found =
        std::find_if(growing_.rbegin(), growing_.rend(),
                     [index](const GrowingBlock& growing) { return growing.index == index; });
    return found == growing_.rend() ? nullptr : &*found;
  }

  void settle() {
    if (is_settled_) {
      return;
    }
    is_settled_ = true;
    turn_.usage = usage_.read();
    seal_anthropic_choice(turn_, {}, choice());
  }

  Error malformed(std::string problem, std::string_view data) const {
    return invalid_response(std::move(problem), data, {&dialect_, model_});
  }

  const Dialect& dialect_;
  std::string model_;
  json::Document document_;  // kept between events for its memory
  chat::Turn turn_;
  GrowingUsage usage_;
  std::vector<GrowingBlock> growing_;
  std::int64_t calls_ = 0;  // of the caller's tools so far
  Outcome outcome_;
  std::string problem_;
  bool has_begun_ = false;
  bool saw_marker_ = false;
  bool is_settled_ = false;
};

}  // namespace

std::unique_ptr<StreamParser> make_anthropic_stream_parser(const Issuer& issuer) {
  return std::make_unique<AnthropicStreamParser>(issuer);
}

}  // namespace llmgate::wire
