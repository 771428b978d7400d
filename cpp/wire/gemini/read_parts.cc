#include "wire/gemini/read_parts.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "chat/replay.h"
#include "wire/gemini/conversions.h"
#include "wire/gemini/parts.h"

namespace llmgate::wire {
namespace {

using json::DocumentWriter;
using json::Member;
using json::Value;

// Bytes or a file of a part, in either spelling.
struct Source {
  std::string_view key;  // of the part
  Value mime;
  Value data;
  Value uri;
  bool is_snake = false;
};

std::optional<Source> source_of(Value part) {
  Source source;
  for (const std::string_view key : {"inlineData", "inline_data", "fileData", "file_data"}) {
    const Value body = part.find(key);
    if (!body.is_object()) {
      continue;
    }
    source.key = key;
    source.is_snake = key.find('_') != key.npos;
    source.mime = body.find(source.is_snake ? "mime_type" : "mimeType");
    source.data = body.find("data");
    source.uri = body.find(source.is_snake ? "file_uri" : "fileUri");
    const bool is_inline = key.starts_with("inline");
    const Value content = is_inline ? source.data : source.uri;
    const std::size_t known = (source.mime.exists() ? 1U : 0U) + (content.exists() ? 1U : 0U);
    const bool is_mime = source.mime.is_string() && !source.mime.has_escapes() &&
                         !source.mime.escaped().empty() &&
                         source.mime.escaped().find(',') == std::string_view::npos;
    if (!content.is_string() || body.size() != known ||
        (is_inline ? !is_mime : source.mime.exists() && !is_mime)) {
      return std::nullopt;
    }
    return source;
  }
  return std::nullopt;
}

// Members that stand beside a text or a source and travel on the canonical part under their names.
bool may_travel(std::string_view name) {
  constexpr std::array kNames = std::to_array<std::string_view>(
      {"thoughtSignature", "thought_signature", "videoMetadata", "video_metadata",
       "mediaResolution", "media_resolution", "partMetadata", "part_metadata"});
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool has_only_known(Value part, std::string_view key) {
  for (const Member member : part.members()) {
    const std::string_view name = member.name.escaped();
    const bool is_no_thought = name == "thought" && member.value.as_bool() == false;
    if (name != key && !may_travel(name) && !is_no_thought) {
      return false;
    }
  }
  return true;
}

void write_wrapped(Value part, DocumentWriter& out) {
  out.begin_object().escaped_key("type").escaped(chat::kNativePart);
  out.escaped_key("format").escaped(kGeminiFormat).escaped_key("native").splice(part);
  out.end_object();
}

// The rest of the part, and the hints: whether it was in snake case, the type that its file does
// not tell.
bool write_rest(Value part, bool is_snake, std::optional<std::string_view> mime,
                DocumentWriter& out) {
  bool has_thought = false;
  for (const Member member : part.members()) {
    if (may_travel(member.name.escaped())) {
      out.splice(member);
    }
    has_thought |= member.name.says("thought");
  }
  if (!has_thought && !is_snake && !mime) {
    return false;
  }
  out.escaped_key(chat::kFormMember).begin_object();
  if (is_snake) {
    out.escaped_key("snake").boolean(true);
  }
  if (mime && mime->empty()) {
    out.escaped_key("mime").null();
  } else if (mime) {
    out.escaped_key("mime").escaped(*mime);
  }
  if (has_thought) {
    out.escaped_key("members").begin_object().escaped_key("thought").boolean(false).end_object();
  }
  out.end_object();
  return true;
}

void write_data_url(const Source& source, DocumentWriter& out) {
  out.escaped({"data:", source.mime.escaped(), ";base64,", source.data.escaped()});
}

// OpenAI's two formats by the other names that they have.
std::string_view audio_format(std::string_view mime) {
  if (mime == "audio/x-wav" || mime == "audio/wave") {
    return "wav";
  }
  return mime == "audio/mpeg" ? "mp3" : mime.substr(mime.find('/') + 1);
}

bool write_inline(Value part, const Source& source, DocumentWriter& out) {
  const std::string_view mime = source.mime.escaped();
  std::optional<std::string_view> spelt;
  out.begin_object().escaped_key("type");
  if (mime.starts_with("audio/")) {
    const std::string_view format = audio_format(mime);
    spelt = "audio/" + std::string(format) == mime ? spelt : std::optional(mime);
    out.escaped("input_audio").escaped_key("input_audio").begin_object();
    out.escaped_key("data").splice(source.data).escaped_key("format").escaped(format);
  } else if (mime.starts_with("image/") || mime.starts_with("video/")) {
    const std::string_view type = mime.starts_with("image/") ? "image_url" : "video_url";
    out.escaped(type).escaped_key(type).begin_object();
    write_data_url(source, out.escaped_key("url"));
  } else {
    out.escaped("file").escaped_key("file").begin_object();
    write_data_url(source, out.escaped_key("file_data"));
  }
  out.end_object();
  const bool has_hints = write_rest(part, source.is_snake, spelt, out);
  out.end_object();
  return has_hints;
}

bool is_url(std::string_view uri) {
  return uri.starts_with("https:") || uri.starts_with("http:") || uri.starts_with("gs:");
}

// A file's type that its address does not tell is said beside it, where others can read it.
bool write_uri(Value part, const Source& source, DocumentWriter& out) {
  std::string storage;
  const std::string_view told = gemini_mime_of_url(source.uri.unescaped(storage));
  const std::string_view mime = source.mime.escaped();
  std::string_view type = "file";
  if (mime.starts_with("image/") || mime.starts_with("video/")) {
    type = mime.starts_with("image/") ? "image_url" : "video_url";
  }
  std::optional<std::string_view> spelt;
  out.begin_object().escaped_key("type").escaped(type).escaped_key(type).begin_object();
  out.escaped_key(type == "file" ? "file_data" : "url").splice(source.uri);
  if (told != mime && type == "file" && !mime.empty()) {
    out.escaped_key("format").escaped(mime);
  } else if (told != mime) {
    spelt = mime;
  }
  out.end_object();
  const bool has_hints = write_rest(part, source.is_snake, spelt, out);
  out.end_object();
  return has_hints;
}

}  // namespace

bool read_gemini_part(Value part, bool takes_urls, DocumentWriter& out) {
  const Value text = part.find("text");
  if (text.is_string() && has_only_known(part, "text")) {
    out.begin_object().escaped_key("type").escaped("text").escaped_key("text").splice(text);
    const bool has_hints = write_rest(part, false, std::nullopt, out);
    out.end_object();
    return has_hints;
  }
  const auto source = source_of(part);
  if (source && has_only_known(part, source->key)) {
    if (source->data.exists()) {
      return write_inline(part, *source, out);
    }
    if (is_url(source->uri.escaped()) && takes_urls) {
      return write_uri(part, *source, out);
    }
  }
  write_wrapped(part, out);
  return false;
}

bool is_gemini_media(Value part) { return source_of(part).has_value(); }

}  // namespace llmgate::wire
