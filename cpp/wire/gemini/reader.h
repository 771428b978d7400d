// Gemini's answers into a Turn: whole ones, and streams chunk by chunk, by the same code. Parse
// step of a request's path; belongs to one answer.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/chunk_writer.h"
#include "chat/turn.h"
#include "json/document.h"
#include "wire/format.h"
#include "wire/gemini/settle.h"

namespace llmgate::wire {

class GeminiReader {
 public:
  // `is_stream`: texts of chunks that follow each other are pieces of one. The issuer's strings
  // must outlive the reader.
  GeminiReader(const Issuer& issuer, bool is_stream);

  // Takes one GenerateContentResponse; what a caller should see of it is appended to `chunks`,
  // unless that is null. Of an answer that is no stream `root` must live until settle().
  Result<StreamParser::Outcome> read(json::Value root, std::vector<std::string>* chunks);

  [[nodiscard]] bool is_every_choice_finished(std::int64_t expected) const;

  // Once, behind the last chunk: what can only be said then.
  void settle(std::vector<std::string>* chunks);

  chat::Turn& turn() { return turn_; }

 private:
  struct Reading;  // what one read() knows

  Failure read_top(Reading& reading);
  void read_member(std::string_view name, json::Value value);
  void read_usage(json::Value metadata);
  [[nodiscard]] Error blocked(json::Value feedback, json::Value root) const;
  Failure read_candidate(json::Value candidate, std::int64_t position, Reading& reading);
  Failure read_parts(json::Value parts, chat::Choice& choice, Reading& reading);
  static void add_block(json::Value part, bool may_join, chat::Choice& choice, Reading& reading);
  Failure add_call(json::Value part, chat::Choice& choice, GeminiGathering& gathered,
                   Reading& reading);
  void close_call(chat::Choice& choice, GeminiGathering& gathered, chat::ChunkWriter* writer);
  void show_call(chat::Choice& choice, chat::ChunkWriter* writer);
  static void read_finish(json::Value word, bool has_parts, chat::Choice& choice, Reading& reading);
  void settle_usage();
  [[nodiscard]] Error malformed(std::string problem, json::Value root) const;

  Issuer issuer_;
  bool is_stream_;
  bool has_time_ = false;
  chat::Turn turn_;
  std::map<std::int64_t, GeminiGathering> gatherings_;  // by the choice's index
  chat::RawMembers usage_;                              // of a stream, by name
};

}  // namespace llmgate::wire
