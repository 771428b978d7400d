#include "chat/chunk_writer.h"

#include <optional>
#include <utility>

#include "chat/replay.h"
#include "chat/usage.h"
#include "chat/view.h"
#include "json/writer.h"

namespace llmgate::chat {
namespace {

using json::Writer;

void begin_chunk(const Turn& turn, Writer& out) {
  out.begin_object().escaped_key("id").escaped(turn.id);
  out.escaped_key("object").escaped("chat.completion.chunk");
  out.escaped_key("model").escaped(turn.model);
  if (turn.created_s != 0) {
    out.escaped_key("created").number(turn.created_s);
  }
  out.escaped_key("choices").begin_array();
}

}  // namespace

template <typename WriteDelta>
void ChunkWriter::add_delta(std::int64_t choice, WriteDelta write_delta) {
  std::string text;
  Writer out(text);
  begin_chunk(turn_, out);
  out.begin_object().escaped_key("index").number(choice).escaped_key("delta").begin_object();
  write_delta(out);
  out.end_object().escaped_key("finish_reason").null().end_object().end_array().end_object();
  chunks_.push_back(std::move(text));
}

void ChunkWriter::add_role(std::int64_t choice) {
  add_delta(choice, [](Writer& out) {
    out.escaped_key("role").escaped("assistant").escaped_key("content").null();
  });
}

void ChunkWriter::add_text(std::int64_t choice, std::string_view escaped) {
  if (!escaped.empty()) {
    add_delta(choice, [escaped](Writer& out) { out.escaped_key("content").escaped(escaped); });
  }
}

void ChunkWriter::add_reasoning(std::int64_t choice, std::string_view escaped) {
  if (!escaped.empty()) {
    add_delta(choice,
              [escaped](Writer& out) { out.escaped_key("reasoning_content").escaped(escaped); });
  }
}

void ChunkWriter::add_refusal(std::int64_t choice, std::string_view escaped) {
  if (!escaped.empty()) {
    add_delta(choice, [escaped](Writer& out) { out.escaped_key("refusal").escaped(escaped); });
  }
}

void ChunkWriter::add_tool_call(std::int64_t choice, std::int64_t position, const Block& call) {
  add_delta(choice, [position, &call](Writer& out) {
    out.escaped_key("tool_calls").begin_array();
    write_tool_call(call, position, out);
    out.end_array();
  });
}

void ChunkWriter::add_arguments(std::int64_t choice, std::int64_t position,
                                std::string_view escaped) {
  if (escaped.empty()) {
    return;
  }
  add_delta(choice, [position, escaped](Writer& out) {
    out.escaped_key("tool_calls").begin_array().begin_object();
    out.escaped_key("index").number(position).escaped_key("function").begin_object();
    out.escaped_key("arguments").escaped(escaped).end_object().end_object().end_array();
  });
}

void ChunkWriter::add_message_members(const Choice& choice) {
  if (choice.annotations.empty() && choice.message_members.empty() && !choice.replay.is_needed) {
    return;
  }
  add_delta(choice.index,
            [this, &choice](Writer& out) { write_beside_blocks(turn_, choice, out); });
}

void ChunkWriter::add_replay(const Choice& choice) {
  if (choice.replay.is_needed) {
    add_delta(choice.index, [this, &choice](Writer& out) { write_replay(turn_, choice, out); });
  }
}

void ChunkWriter::add_finish(const Choice& choice) {
  std::string text;
  Writer out(text);
  begin_chunk(turn_, out);
  out.begin_object().escaped_key("index").number(choice.index);
  out.escaped_key("delta").begin_object().end_object();
  write_end(choice, out);
  out.end_object().end_array().end_object();
  chunks_.push_back(std::move(text));
}

void ChunkWriter::add_usage() {
  if (turn_.usage.native.empty()) {
    return;
  }
  std::string text;
  Writer out(text);
  begin_chunk(turn_, out);
  out.end_array();
  write_usage(turn_.usage, out.escaped_key("usage"));
  out.end_object();
  chunks_.push_back(std::move(text));
}

}  // namespace llmgate::chat
