#include "wire/openai/stream.h"

#include <algorithm>
#include <string>
#include <utility>

#include "chat/chunk_writer.h"
#include "chat/replay.h"
#include "chat/usage.h"
#include "json/writer.h"
#include "wire/classify.h"
#include "wire/openai/absorb.h"
#include "wire/openai/content.h"
#include "wire/openai/native.h"
#include "wire/raw_merge.h"
#include "wire/restore_replays.h"

namespace llmgate::wire {
namespace {

using json::Value;
using json::Writer;

// A replay puts what was said deeper than it came: an input of Anthropic's by five levels.
constexpr json::Limits kOwnChunkLimits{.max_depth = kReplyLimits.max_depth + 8};

// Rewrites one provider's chunk into OpenAI's shape, copying every member that needs no change.
// `turn` has absorbed the chunk already.
class ChunkRewriter {
 public:
  ChunkRewriter(const Absorbed& absorbed, chat::Turn& turn) : absorbed_(absorbed), turn_(turn) {}

  std::string rewrite(Value root) {
    std::string text;
    text.reserve(root.raw().size() + 128);
    Writer out(text);
    out.begin_object();
    for (const json::Member member : root.members()) {
      const std::string_view name = member.name.escaped();
      if (name == "choices") {
        continue;
      }
      out.raw_key(member.name.raw());
      if (name == "usage" && member.value.is_object()) {
        chat::write_usage(turn_.usage, out);
      } else if ((name == "id" || name == "model") && member.value.is_number()) {
        out.escaped(id_text(member.value));
      } else {
        out.raw(member.value.raw());
      }
    }
    write_choices(root.find("choices"), out.escaped_key("choices"));
    out.end_object();
    return text;
  }

 private:
  void write_choices(Value choices, Writer& out) {
    out.begin_array();
    std::int64_t position = 0;
    for (const Value choice : choices.elements()) {
      write_choice(choice, position++, out);
    }
    out.end_array();
  }

  void write_choice(Value choice, std::int64_t position, Writer& out) {
    const auto sent_index = choice.find("index").as_int();
    const std::int64_t index = sent_index.value_or(position);
    const bool has_delta = choice.find("delta").exists();
    out.begin_object();
    if (!sent_index) {
      out.escaped_key("index").number(index);
    }
    for (const json::Member member : choice.members()) {
      const std::string_view name = member.name.escaped();
      if (!is_last_of_its_name(choice, member) || (name == "index" && !sent_index)) {
        continue;
      }
      if (name == "finish_reason") {
        write_finish(choice, had_finished(index) ? Value() : member.value, out);
      } else if (name == "delta" || (name == "message" && !has_delta)) {
        write_delta(member.value, out.escaped_key("delta"));
      } else {
        out.raw_key(member.name.raw()).raw(member.value.raw());
      }
    }
    if (!has_delta && !choice.find("message").exists()) {
      out.escaped_key("delta")
          .begin_object()
          .end_object();  // Azure's verdicts of the content filter
    }
    out.end_object();
  }

  static void write_finish(Value choice, Value word, Writer& out) {
    out.escaped_key("finish_reason");
    const chat::FinishReason finish = finish_reason_of(word.escaped());
    if (!word.is_string() || finish == chat::FinishReason::kNone) {
      out.null();
      return;
    }
    const std::string_view mapped = name_of(finish);
    out.escaped(mapped.empty() ? word.escaped() : mapped);
    if (!mapped.empty() && mapped != word.escaped() &&
        !choice.find("native_finish_reason").exists()) {
      out.escaped_key("native_finish_reason").raw(word.raw());
    }
  }

  void write_delta(Value delta, Writer& out) {
    if (!delta.is_object()) {
      out.raw(delta.exists() ? delta.raw() : "{}");
      return;
    }
    const Value alias = delta.find("reasoning_content");
    out.begin_object();
    for (const json::Member member : delta.members()) {
      const std::string_view name = member.name.escaped();
      const Value value = member.value;
      if (!is_last_of_its_name(delta, member)) {
        continue;
      }
      if (name == "content" && value.is_array()) {
        write_parts(value, out);
      } else if (name == "tool_calls" && value.is_array()) {
        write_tool_calls(value, out.escaped_key("tool_calls"));
      } else {
        out.raw_key(member.name.raw()).raw(value.raw());
        if (name == "reasoning" && value.is_string() && !alias.is_string()) {
          out.escaped_key("reasoning_content").raw(value.raw());
        }
      }
    }
    out.end_object();
  }

  // A content list becomes the two texts that OpenAI's shape knows; the replay has it as it was.
  static void write_parts(Value parts, Writer& out) {
    chat::Choice pieces;
    absorb_parts(parts, false, pieces);
    std::string text;
    std::string reasoning;
    for (const chat::Block& block : pieces.blocks) {
      (block.kind == chat::BlockKind::kReasoning ? reasoning : text) += block.text;
    }
    out.escaped_key("content").escaped(text);
    if (!reasoning.empty()) {
      out.escaped_key("reasoning_content").escaped(reasoning);
    }
  }

  void write_tool_calls(Value calls, Writer& out) {
    out.begin_array();
    for (const Value call : calls.elements()) {
      out.begin_object();
      if (next_call_ < absorbed_.call_positions.size()) {
        out.escaped_key("index").number(absorbed_.call_positions[next_call_++]);
      }
      for (const json::Member member : call.members()) {
        if (member.name.says("id") && member.value.is_number()) {
          out.escaped_key("id").escaped(id_text(member.value));
        } else if (!member.name.says("index")) {
          out.raw_key(member.name.raw()).raw(member.value.raw());
        }
      }
      out.end_object();
    }
    out.end_array();
  }

  // Relays repeat the finish beside the usage: a choice ends once.
  [[nodiscard]] bool had_finished(std::int64_t index) const {
    const auto& repeated = absorbed_.repeated_finishes;
    return std::find(repeated.begin(), repeated.end(), index) != repeated.end();
  }

  const Absorbed& absorbed_;
  chat::Turn& turn_;
  std::size_t next_call_ = 0;  // in absorbed_.call_positions
};

class OpenAiStreamParser final : public StreamParser {
 public:
  explicit OpenAiStreamParser(const Issuer& issuer)
      : dialect_(*issuer.dialect), model_(issuer.model) {
    turn_.provider = dialect_.provider;
    turn_.format = openai_chat_format().name();
  }

  Result<Outcome> parse_event(const net::SseEvent& event,
                              std::vector<std::string>& chunks) override {
    if (saw_marker_) {
      return Outcome{};
    }
    if (event.data == "[DONE]") {
      saw_marker_ = true;
      return Outcome{};
    }
    auto error = document_.read(event.data, kReplyLimits);
    if (error && event.data.find(chat::kReplayMember) != std::string_view::npos) {
      error = document_.read(event.data, kOwnChunkLimits);
    }
    if (error) {
      return malformed(std::string("a stream event is not JSON: ") + error->reason, event.data);
    }
    const Value root = document_.root();
    const Absorbed absorbed = absorb_completion(root, true, dialect_, turn_);
    if (absorbed.is_error || event.name == "error") {
      return classify_error(0, {}, event.data, {&dialect_, model_});
    }
    if (!root.is_object()) {
      return malformed("a stream event is no object", event.data);
    }
    if (!absorbed.problem.empty()) {
      return malformed(absorbed.problem, event.data);
    }
    if (!absorbed.has_choices && !absorbed.has_usage) {
      return Outcome{};  // a keep-alive, or what stands beside the answer: the turn has it
    }
    if (!absorbed.has_choices || absorbed.needs_rewrite) {
      chunks.push_back(ChunkRewriter(absorbed, turn_).rewrite(root));
    } else {
      chunks.emplace_back(root.raw());
    }
    return Outcome{absorbed.progressed, absorbed.has_content};
  }

  [[nodiscard]] bool saw_marker() const override { return saw_marker_; }

  [[nodiscard]] bool is_every_choice_finished(std::int64_t expected) const override {
    return static_cast<std::int64_t>(turn_.choices.size()) >= expected &&
           std::all_of(turn_.choices.begin(), turn_.choices.end(), [](const chat::Choice& choice) {
             return choice.finish != chat::FinishReason::kNone;
           });
  }

  void finish(std::vector<std::string>& chunks) override {
    settle();
    chat::ChunkWriter writer(turn_, chunks);
    for (const chat::Choice& choice : turn_.choices) {
      writer.add_replay(choice);
    }
  }

  chat::Turn take_turn() override {
    settle();
    return std::move(turn_);
  }

 private:
  void settle() {
    if (is_settled_) {
      return;
    }
    is_settled_ = true;
    for (chat::Choice& choice : turn_.choices) {
      settle_members(choice);
      choice.replay.is_needed = is_bound_to_issuer(choice);
    }
    restore_replays(turn_);
    seal_openai_turn(turn_);
  }

  Error malformed(std::string problem, std::string_view data) const {
    return invalid_response(std::move(problem), data, {&dialect_, model_});
  }

  const Dialect& dialect_;
  std::string model_;
  json::Document document_;  // kept between events for its memory
  chat::Turn turn_;
  bool saw_marker_ = false;
  bool is_settled_ = false;
};

}  // namespace

std::unique_ptr<StreamParser> make_openai_stream_parser(const Issuer& issuer) {
  return std::make_unique<OpenAiStreamParser>(issuer);
}

}  // namespace llmgate::wire
