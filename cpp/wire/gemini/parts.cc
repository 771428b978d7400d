#include "wire/gemini/parts.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "chat/refusal.h"
#include "chat/replay.h"
#include "wire/gemini/conversions.h"

namespace llmgate::wire {
namespace {

using json::Member;
using json::Path;
using json::Value;

struct Extension {
  std::string_view name;
  std::string_view mime;
};
// The types that Gemini documents for images, documents, audio and video (read 2026-11).
constexpr std::array kExtensions = std::to_array<Extension>({
    {"png", "image/png"},         {"jpg", "image/jpeg"},      {"jpeg", "image/jpeg"},
    {"webp", "image/webp"},       {"heic", "image/heic"},     {"heif", "image/heif"},
    {"gif", "image/gif"},         {"pdf", "application/pdf"}, {"txt", "text/plain"},
    {"html", "text/html"},        {"htm", "text/html"},       {"css", "text/css"},
    {"csv", "text/csv"},          {"xml", "text/xml"},        {"md", "text/md"},
    {"rtf", "text/rtf"},          {"js", "text/javascript"},  {"py", "text/x-python"},
    {"json", "application/json"}, {"mp3", "audio/mp3"},       {"wav", "audio/wav"},
    {"aiff", "audio/aiff"},       {"aac", "audio/aac"},       {"ogg", "audio/ogg"},
    {"flac", "audio/flac"},       {"m4a", "audio/m4a"},       {"mp4", "video/mp4"},
    {"mpeg", "video/mpeg"},       {"mpg", "video/mpg"},       {"mov", "video/mov"},
    {"avi", "video/avi"},         {"flv", "video/x-flv"},     {"webm", "video/webm"},
    {"wmv", "video/wmv"},         {"3gp", "video/3gpp"},
});

// Members of a part that Gemini knows itself, beside what the part is.
constexpr std::array kOwnMembers = std::to_array<std::string_view>(
    {"thought", "thoughtSignature", "thought_signature", "videoMetadata", "video_metadata",
     "mediaResolution", "media_resolution", "partMetadata", "part_metadata"});

bool is_http(std::string_view url) { return url.starts_with("https:") || url.starts_with("http:"); }

// What every model takes: uploads, and videos by their page.
bool is_own_file(std::string_view url) {
  constexpr std::array kHosts = std::to_array<std::string_view>(
      {"generativelanguage.googleapis.com/", "www.youtube.com/", "youtube.com/", "youtu.be/"});
  const std::size_t host = url.find("//");
  if (host == std::string_view::npos) {
    return true;
  }
  return std::any_of(kHosts.begin(), kHosts.end(), [url, host](std::string_view known) {
    return url.substr(host + 2).starts_with(known);
  });
}

// "data:image/png;base64,": the type, and where the bytes begin; 0 if it is no such URL.
struct DataUrl {
  std::string_view mime;
  std::size_t data = 0;
};
DataUrl read_data_url(std::string_view url) {
  constexpr std::string_view kScheme = "data:";
  constexpr std::string_view kBase64 = ";base64";
  const std::size_t comma = url.find(',');
  if (comma == std::string_view::npos ||
      !url.substr(kScheme.size(), comma - kScheme.size()).ends_with(kBase64)) {
    return {};
  }
  const std::string_view mime = url.substr(kScheme.size(), comma - kScheme.size() - kBase64.size());
  return {mime.empty() ? "text/plain" : mime, comma + 1};
}

}  // namespace

std::string_view gemini_mime_of_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t dot = url.rfind('.');
  const std::size_t slash = url.rfind('/');
  if (dot == std::string_view::npos || (slash != std::string_view::npos && slash > dot)) {
    return {};
  }
  std::string end(url.substr(dot + 1));
  for (char& c : end) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  const auto* found = std::find_if(kExtensions.begin(), kExtensions.end(),
                                   [&end](const Extension& known) { return known.name == end; });
  return found == kExtensions.end() ? std::string_view() : found->mime;
}

bool GeminiPartWriter::is_media(Value part) {
  const Value type = part.find("type");
  return type.says("image_url") || type.says("input_audio") || type.says("file") ||
         type.says("video_url");
}

bool GeminiPartWriter::is_ours(Value part) {
  return is_media(part) ||
         (part.find("type").says(chat::kNativePart) && part.find("format").says(kGeminiFormat) &&
          part.find("native").is_object());
}

Failure GeminiPartWriter::write(Value part, const Path& path) {
  const Value type = part.find("type");
  if (type.says("text")) {
    out_.begin_object().escaped_key("text").raw(part.find("text").raw());
    write_rest(part, path);
    out_.end_object();
    return std::nullopt;
  }
  if (is_media(part)) {
    return write_media(part, path);
  }
  if (type.says("refusal")) {
    out_.begin_object().escaped_key("text").raw(part.find("refusal").raw());
    write_rest(part, path);
    out_.end_object();
    note_gemini("messages[].content[].refusal", path, dispositions_);
  } else if (is_ours(part)) {
    out_.raw(part.find("native").raw());
  } else {
    note_gemini("messages[].content[](other)", path, dispositions_, type.unescaped());
  }
  return std::nullopt;
}

Failure GeminiPartWriter::write_media(Value part, const Path& path) {
  const Value type = part.find("type");
  const std::string_view name = type.escaped();
  const Value body = part.find(name);
  if (name == "input_audio") {
    write_audio(part, body, path);
    return std::nullopt;
  }
  if (name == "file") {
    return write_file(part, path);
  }
  if (body.find("detail").exists() && !body.find("detail").says("auto")) {
    note_gemini("messages[].content[].image_url.detail", path.member(name).member("detail").text(),
                dispositions_);
  }
  return write_source(part, body.is_object() ? body.find("url") : body,
                      body.find("format").escaped(), path);
}

Failure GeminiPartWriter::write_file(Value part, const Path& path) {
  const Value file = part.find("file");
  const Path inside = path.member("file");
  if (file.find("filename").exists()) {
    note_gemini("messages[].content[].file.filename", inside.member("filename"), dispositions_);
  }
  const Value data = file.find("file_data");
  if (data.is_string()) {
    return write_source(part, data, file.find("format").escaped(), path);
  }
  const Value id = file.find("file_id");
  const std::string_view text = id.escaped();
  if (is_http(text) || text.starts_with("gs:") || text.starts_with("files/")) {
    write_uri(part, id, file.find("format").escaped(), path);
    return std::nullopt;
  }
  return chat::refuse(inside.member("file_id"), id,
                      "the URI of a file uploaded to Gemini, or file_data with "
                      "\"data:<media type>;base64,<content>\" or a URL");
}

Failure GeminiPartWriter::write_source(Value part, Value source, std::string_view mime,
                                       const Path& path) {
  std::string storage;
  // Clients may escape the slashes of a URL.
  const std::string_view url = source.unescaped(storage);
  if (!url.starts_with("data:")) {
    if (!fetches_urls_ && is_http(url) && !is_own_file(url)) {
      return chat::refuse(path, source,
                          "\"data:<media type>;base64,<content>\": this model fetches no URLs");
    }
    if (!is_http(url) && !url.starts_with("gs:") && !url.starts_with("files/")) {
      return chat::refuse(path, source,
                          "an http(s) or gs: URL, or \"data:<media type>;base64,<content>\"");
    }
    if (is_http(url) && !is_own_file(url)) {
      note_gemini("messages[].content[](URL)", path, dispositions_);
    }
    write_uri(part, source, mime, path);
    return std::nullopt;
  }
  const DataUrl data = read_data_url(url);
  if (data.data == 0) {
    return chat::refuse(path, source, "\"data:<media type>;base64,<content>\"");
  }
  std::string escaped;
  std::string_view content = url.substr(data.data);
  if (source.has_escapes()) {
    json::append_escaped(escaped, content);
    content = escaped;
  }
  std::string escaped_mime;
  json::append_escaped(escaped_mime, data.mime);
  write_inline(part, mime.empty() ? std::string_view(escaped_mime) : mime, content, path);
  return std::nullopt;
}

void GeminiPartWriter::write_audio(Value part, Value audio, const Path& path) {
  std::string mime("audio/");
  const std::string_view format = audio.find("format").escaped();
  mime += format.empty() ? std::string_view("wav") : format;
  write_inline(part, mime, audio.is_string() ? audio.escaped() : audio.find("data").escaped(),
               path);
}

void GeminiPartWriter::write_inline(Value part, std::string_view mime,
                                    std::string_view escaped_data, const Path& path) {
  const Value form = part.find(chat::kFormMember);
  const bool is_snake = form.find("snake").exists();
  const Value spelt = form.find("mime");
  out_.begin_object().escaped_key(is_snake ? "inline_data" : "inlineData").begin_object();
  out_.escaped_key(is_snake ? "mime_type" : "mimeType");
  out_.escaped(spelt.is_string() ? spelt.escaped() : mime);
  out_.escaped_key("data").escaped(escaped_data).end_object();
  write_rest(part, path);
  out_.end_object();
}

void GeminiPartWriter::write_uri(Value part, Value source, std::string_view mime,
                                 const Path& path) {
  const Value form = part.find(chat::kFormMember);
  const bool is_snake = form.find("snake").exists();
  const Value spelt = form.find("mime");
  std::string storage;
  if (mime.empty()) {
    mime = gemini_mime_of_url(source.unescaped(storage));
  }
  if (spelt.exists()) {
    mime = spelt.escaped();
  }
  out_.begin_object().escaped_key(is_snake ? "file_data" : "fileData").begin_object();
  out_.escaped_key(is_snake ? "file_uri" : "fileUri").raw(source.raw());
  if (!mime.empty()) {
    out_.escaped_key(is_snake ? "mime_type" : "mimeType").escaped(mime);
  }
  out_.end_object();
  write_rest(part, path);
  out_.end_object();
}

void GeminiPartWriter::note_rest(Value part, const Path& path) {
  for (const Member member : part.members()) {
    const std::string_view name = member.name.escaped();
    if (name != "type" && name != "text" && name != chat::kFormMember && !member.value.is_null()) {
      note_gemini(name == "cache_control" ? "messages[].content[].cache_control"
                                          : "messages[].content[].(other)",
                  path.member(name), dispositions_);
    }
  }
}

// What stands beside the text or the bytes.
void GeminiPartWriter::write_rest(Value part, const Path& path) {
  if (part.size() == 2) {
    return;
  }
  const std::string_view type = part.find("type").escaped();
  for (const Member member : part.members()) {
    const std::string_view name = member.name.escaped();
    if (name == "type" || name == type) {
      continue;
    }
    if (name == chat::kFormMember) {
      for (const Member kept : member.value.find("members").members()) {
        out_.raw_key(kept.name.raw()).raw(kept.value.raw());
      }
    } else if (std::find(kOwnMembers.begin(), kOwnMembers.end(), name) != kOwnMembers.end()) {
      out_.raw_key(member.name.raw()).raw(member.value.raw());
    } else if (!member.value.is_null()) {
      note_gemini(name == "cache_control" ? "messages[].content[].cache_control"
                                          : "messages[].content[].(other)",
                  path.member(name), dispositions_);
    }
  }
}

}  // namespace llmgate::wire
