// Results of tool calls as Gemini's functionResponse parts: what is an object goes as it is, every
// other text as the output or the error, media where the model takes them. Render step of a
// request's path.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/disposition.h"
#include "json/document.h"
#include "json/path.h"
#include "json/writer.h"
#include "wire/conversation.h"
#include "wire/gemini/parts.h"

namespace llmgate::wire {

// `"id": ...` of a call that the target did not make itself, as anyone takes it.
void write_gemini_id(std::string_view id, const json::Path& call, json::Writer& out,
                     chat::Dispositions& dispositions);

class GeminiResultWriter {
 public:
  // `takes_media`: the model's functionResponse has parts of its own.
  GeminiResultWriter(const Conversation& conversation, bool takes_media, GeminiPartWriter& parts,
                     json::Writer& out, chat::Dispositions& dispositions)
      : conversation_(conversation),
        takes_media_(takes_media),
        parts_(parts),
        out_(out),
        dispositions_(dispositions) {}

  // One part. `form` is the message's hints.
  Failure write(const Message& message, json::Value form);
  // A content of the user with the media that could not stand inside, if there are any.
  Failure write_media_behind();

 private:
  void write_id_and_name(const Message& message, json::Value form);
  void write_response(const Message& message);
  void write_text(json::Value content, const json::Path& path);
  bool write_if_object(json::Value text);
  Failure write_media(const Message& message, bool is_inside);

  struct Media {
    json::Value part;
    std::size_t message;
    std::size_t position;
  };

  const Conversation& conversation_;
  bool takes_media_;
  GeminiPartWriter& parts_;
  json::Writer& out_;
  chat::Dispositions& dispositions_;
  json::Document scratch_;  // for texts that may be JSON
  std::vector<Media> behind_;
};

}  // namespace llmgate::wire
