#include "wire/anthropic/parts.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "chat/refusal.h"
#include "chat/replay.h"
#include "wire/anthropic/text_file.h"

namespace llmgate::wire {
namespace {

using json::Path;
using json::Value;
using json::Writer;
using enum AnthropicRule;

// Anthropic API reference, "Create a Message", read 2026-11: what a message's content may hold
// beside texts and what is made from OpenAI's parts.
constexpr std::array kOwnParts = std::to_array<std::string_view>(
    {"image", "document", "search_result", "container_upload", "tool_reference", "thinking",
     "redacted_thinking", "server_tool_use", "mcp_tool_use", "compaction", "tool_use",
     "tool_result", "fallback"});

bool is_own_part(std::string_view type) {
  return std::find(kOwnParts.begin(), kOwnParts.end(), type) != kOwnParts.end() ||
         type.ends_with("_tool_result");
}

// "data:image/png;base64,iVBO...", escaped.
struct DataUrl {
  std::string_view media_type;
  std::string_view data;
};

std::optional<DataUrl> read_data_url(std::string_view url) {
  constexpr std::string_view kScheme = "data:";
  constexpr std::string_view kBase64 = ";base64";
  const std::size_t comma = url.find(',');
  if (!url.starts_with(kScheme) || comma == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view head = url.substr(kScheme.size(), comma - kScheme.size());
  if (!head.ends_with(kBase64)) {
    return std::nullopt;
  }
  head.remove_suffix(kBase64.size());
  return DataUrl{head.substr(0, head.find(';')), url.substr(comma + 1)};
}

bool is_web_url(std::string_view url) {
  return url.starts_with("https:") || url.starts_with("http:");
}

class PartWriter {
 public:
  PartWriter(Value part, const Path& path, Value cache_control, AnthropicRendering& rendering,
             Writer& out)
      : part_(part), path_(path), cache_control_(cache_control), rendering_(rendering), out_(out) {}

  void write() {
    const std::string_view type = part_.find("type").escaped();
    if (type == "text") {
      write_text();
    } else if (type == "image_url") {
      write_image();
    } else if (type == "file") {
      write_file();
    } else if (type == "refusal") {
      rendering_.note(kRefusal, path_);
      begin("text").escaped_key("text").escaped(part_.find("refusal").escaped());
      end({"refusal"});
    } else if (type == "input_audio" || type == "video_url") {
      rendering_.refuse(path_, "Anthropic takes no " +
                                   std::string(type == "input_audio" ? "audio" : "video") +
                                   "; accepted: text, images (image_url) and files (PDF, text)");
    } else if (type == chat::kNativePart) {
      write_native();
    } else {
      write_own(type);
    }
  }

 private:
  Writer& begin(std::string_view type) {
    return out_.begin_object().escaped_key("type").escaped(type);
  }

  // Ends a block with the part's members that have not been read.
  void end(std::initializer_list<std::string_view> read) {
    bool has_cache_control = false;
    for (const json::Member member : part_.members()) {
      const std::string_view name = member.name.escaped();
      if (name != "type" && std::find(read.begin(), read.end(), name) == read.end()) {
        has_cache_control |= name == "cache_control";
        rendering_.splice(member, path_, out_);
      }
    }
    if (cache_control_.exists() && !has_cache_control) {
      rendering_.count_breakpoint(cache_control_, path_);
      out_.escaped_key("cache_control").raw(cache_control_.raw());
    }
    out_.end_object();
  }

  void write_text() {
    if (!is_sendable_part(part_, rendering_)) {
      rendering_.note(kEmptyText, path_);
      return;
    }
    begin("text").escaped_key("text").raw(part_.find("text").raw());
    end({"text"});
  }

  void write_own(std::string_view type) {
    if (!is_own_part(type)) {
      rendering_.note(kUnknownPart, path_.member("type"));
    }
    out_.begin_object().escaped_key("type").escaped(type);
    end({});
  }

  void write_native() {
    if (is_sendable_part(part_, rendering_)) {
      out_.raw(part_.find("native").raw());
    } else {
      rendering_.note(kForeignPart, path_, std::string(part_.find("format").escaped()));
    }
  }

  void write_source(const DataUrl& data) {
    out_.escaped_key("source").begin_object().escaped_key("type").escaped("base64");
    out_.escaped_key("media_type").escaped(data.media_type);
    out_.escaped_key("data").escaped(data.data).end_object();
  }

  void write_source(std::string_view type, std::string_view member, std::string_view value) {
    out_.escaped_key("source").begin_object().escaped_key("type").escaped(type);
    out_.escaped_key(member).escaped(value).end_object();
  }

  void write_image() {
    const Value image = part_.find("image_url");
    const Value url = image.is_object() ? image.find("url") : image;
    const Path image_path = path_.member("image_url");
    for (const json::Member member : image.members()) {
      if (member.name.says("detail") && !member.value.says("auto") && !member.value.is_null()) {
        rendering_.note(kImageDetail, image_path.member("detail"));
      } else if (!member.name.says("url") && !member.name.says("detail")) {
        rendering_.note(kImageFormat, image_path.member(member.name.escaped()));
      }
    }
    if (const auto data = read_data_url(url.escaped())) {
      begin(data->media_type == "application/pdf" ? "document" : "image");
      write_source(*data);
      end({"image_url"});
    } else if (is_web_url(url.escaped())) {
      begin("image");
      write_source("url", "url", url.escaped());
      end({"image_url"});
    } else {
      rendering_.refuse(image_path, "got " + chat::describe(url) +
                                        "; accepted: an http(s) URL, or "
                                        "\"data:<media type>;base64,<content>\"");
    }
  }

  void write_file() {
    const Value file = part_.find("file");
    const Path path = path_.member("file");
    const Value data = file.find("file_data");
    const Value id = file.find("file_id");
    if (data.is_string()) {
      write_file_data(file, data, path);
    } else if (is_web_url(id.escaped())) {  // where LiteLLM's users put addresses
      begin_document("document", file, path);
      write_source("url", "url", id.escaped());
      end({"file"});
    } else if (id.is_string()) {
      rendering_.use_files();
      if (!rendering_.is_verbatim()) {
        rendering_.note(kFilesBeta, path.member("file_id"));
      }
      const bool is_image = file.find("format").escaped().starts_with("image/");
      begin_document(is_image ? "image" : "document", file, path);
      write_source("file", "file_id", id.escaped());
      end({"file"});
    } else {
      rendering_.refuse(path, "got " + chat::describe(file) +
                                  "; accepted: {\"file_data\": \"data:<media type>;base64,...\" or "
                                  "a URL} or {\"file_id\": ...}");
    }
  }

  void begin_document(std::string_view type, Value file, const Path& path) {
    // Content in base64 says its type in another place; of an address Anthropic asks for none.
    const bool is_by_url =
        is_web_url(file.find("file_data").escaped()) || is_web_url(file.find("file_id").escaped());
    begin(type);
    for (const json::Member member : file.members()) {
      const std::string_view name = member.name.escaped();
      if (name == "filename" && type == "document" && member.value.is_string()) {
        out_.escaped_key("title").raw(member.value.raw());
      } else if (name != "file_data" && name != "file_id" && (name != "format" || is_by_url) &&
                 !member.value.is_null()) {
        rendering_.note(kFileMember, path.member(name));
      }
    }
  }

  void write_file_data(Value file, Value data, const Path& path) {
    constexpr std::string_view kPdfInBase64 = "JVBERi";
    const auto read = read_data_url(data.escaped());
    if (read && read->media_type.starts_with("text/")) {
      write_text_file(file, *read, path);
    } else if (read && read->media_type.starts_with("image/")) {
      begin_document("image", file, path);
      write_source(*read);
      end({"file"});
    } else if (read && read->media_type == "application/pdf") {
      begin_document("document", file, path);
      write_source(*read);
      end({"file"});
    } else if (is_web_url(data.escaped())) {
      begin_document("document", file, path);
      write_source("url", "url", data.escaped());
      end({"file"});
    } else if (data.escaped().starts_with(kPdfInBase64)) {
      rendering_.note(kGuessedPdf, path);
      begin_document("document", file, path);
      write_source(DataUrl{"application/pdf", data.escaped()});
      end({"file"});
    } else {
      rendering_.refuse(path.member("file_data"),
                        "Anthropic takes PDF, text and images as files; got " +
                            (read ? "\"" + std::string(read->media_type.substr(0, 64)) + "\""
                                  : chat::describe(data)));
    }
  }

  void write_text_file(Value file, const DataUrl& data, const Path& path) {
    const auto text = decode_text_file(data.data);
    if (!text) {
      rendering_.refuse(path.member("file_data"), "a text file must be UTF-8 in base64");
      return;
    }
    rendering_.note(kFileText, path);
    begin_document("document", file, path);
    out_.escaped_key("source").begin_object().escaped_key("type").escaped("text");
    out_.escaped_key("media_type").escaped("text/plain").escaped_key("data").string(*text);
    out_.end_object();
    end({"file"});
  }

  Value part_;
  const Path& path_;
  Value cache_control_;
  AnthropicRendering& rendering_;
  Writer& out_;
};

}  // namespace

bool is_sendable_part(Value part, const AnthropicRendering& rendering) {
  const Value type = part.find("type");
  if (type.says("text")) {
    return rendering.is_verbatim() || !part.find("text").escaped().empty();
  }
  return !type.says(chat::kNativePart) ||
         (part.find("format").says(anthropic_messages_format().name()) &&
          part.find("native").exists());
}

void write_anthropic_part(Value part, const Path& path, Value cache_control,
                          AnthropicRendering& rendering, Writer& out) {
  PartWriter(part, path, cache_control, rendering, out).write();
}

void write_anthropic_text(std::string_view escaped, Value cache_control, const Path& path,
                          AnthropicRendering& rendering, Writer& out) {
  out.begin_object().escaped_key("type").escaped("text").escaped_key("text").escaped(escaped);
  if (cache_control.exists()) {
    rendering.count_breakpoint(cache_control, path);
    out.escaped_key("cache_control").raw(cache_control.raw());
  }
  out.end_object();
}

}  // namespace llmgate::wire
