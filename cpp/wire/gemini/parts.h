// Content parts of the canonical request as parts of Gemini's: texts, bytes, files. Render step of
// a request's path.
#pragma once

#include <string_view>

#include "base/result.h"
#include "chat/disposition.h"
#include "json/document.h"
#include "json/path.h"
#include "json/writer.h"
#include "wire/gemini/model.h"

namespace llmgate::wire {

// By the end of its path; empty if it does not tell.
std::string_view gemini_mime_of_url(std::string_view url);

class GeminiPartWriter {
 public:
  // `fetches_urls`: false, and the target takes files of its own Files API alone.
  GeminiPartWriter(bool fetches_urls, json::Writer& out, chat::Dispositions& dispositions)
      : fetches_urls_(fetches_urls), out_(out), dispositions_(dispositions) {}

  // Writes the part, or reports why there is none.
  Failure write(json::Value part, const json::Path& path);
  // Notes what a text part holds beside its text.
  void note_rest(json::Value part, const json::Path& path);
  // Whether write() has something to write for a part that is no text.
  static bool is_ours(json::Value part);

 private:
  static bool is_media(json::Value part);
  Failure write_media(json::Value part, const json::Path& path);
  Failure write_source(json::Value part, json::Value source, std::string_view mime,
                       const json::Path& path);
  Failure write_file(json::Value part, const json::Path& path);
  void write_audio(json::Value part, json::Value audio, const json::Path& path);
  void write_inline(json::Value part, std::string_view mime, std::string_view escaped_data,
                    const json::Path& path);
  void write_uri(json::Value part, json::Value source, std::string_view mime,
                 const json::Path& path);
  void write_rest(json::Value part, const json::Path& path);

  bool fetches_urls_;
  json::Writer& out_;
  chat::Dispositions& dispositions_;
};

}  // namespace llmgate::wire
