// Messages in Anthropic's JSON as canonical messages; see anthropic_read_request.h.
#pragma once

#include "base/result.h"
#include "json/document.h"
#include "json/document_writer.h"
#include "json/path.h"
#include "wire/format.h"

namespace llmgate::wire {

class AnthropicMessageReader {
 public:
  // `model` is the one that the assistant's messages are ascribed to.
  AnthropicMessageReader(const Issuer& issuer, std::string_view model, json::DocumentWriter& out)
      : issuer_(issuer), model_(model), out_(out) {}

  void read_system(json::Value system);
  Failure read(json::Value message, const json::Path& path);

 private:
  enum class Last : unsigned char { kOther, kUser, kTool };

  void read_user(json::Value message);
  void read_results(json::Value message);
  void read_result(json::Value result, std::string_view hint, json::Value message);
  Failure read_assistant(json::Value message, const json::Path& path);
  void write_blocks(json::Value content);
  Failure write_replay(json::Value content, const json::Path& path);
  void write_form(std::string_view hint, json::Value message);

  const Issuer& issuer_;
  std::string_view model_;
  json::DocumentWriter& out_;
  Last last_ = Last::kOther;
};

}  // namespace llmgate::wire
