// OpenAI-shaped `chat.completion.chunk` texts out of what a turn says bit by bit. Each is complete
// on its own. Parse step of a request's path, for formats whose events have another shape.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "chat/turn.h"

namespace llmgate::chat {

class ChunkWriter {
 public:
  // `turn` holds id, model and time, and outlives the writer.
  ChunkWriter(const Turn& turn, std::vector<std::string>& chunks) : turn_(turn), chunks_(chunks) {}

  void add_role(std::int64_t choice);
  // `escaped` is a piece of the text; of an empty piece no chunk is made.
  void add_text(std::int64_t choice, std::string_view escaped);
  void add_reasoning(std::int64_t choice, std::string_view escaped);
  void add_refusal(std::int64_t choice, std::string_view escaped);
  // The call's id, type and name, and what it has of arguments so far; `position` among the
  // choice's calls.
  void add_tool_call(std::int64_t choice, std::int64_t position, const Block& call);
  void add_arguments(std::int64_t choice, std::int64_t position, std::string_view escaped);
  // What the message holds beside its blocks, and its replay, if there is any of both.
  void add_message_members(const Choice& choice);
  // The replay alone, if one is needed.
  void add_replay(const Choice& choice);
  // The finish and what stands beside the message.
  void add_finish(const Choice& choice);
  // The turn's usage, if there is any.
  void add_usage();

 private:
  template <typename WriteDelta>
  void add_delta(std::int64_t choice, WriteDelta write_delta);

  const Turn& turn_;
  std::vector<std::string>& chunks_;
};

}  // namespace llmgate::chat
