#include "wire/anthropic/read_parts.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "chat/replay.h"
#include "wire/format.h"

namespace llmgate::wire {
namespace {

using json::DocumentWriter;
using json::Value;

// Types that mean something else in a canonical message.
constexpr std::string_view kCanonical[] = {"image_url",   "file",      "refusal",
                                           "input_audio", "video_url", chat::kNativePart};

bool has_only(Value object, std::initializer_list<std::string_view> names) {
  if (object.size() != names.size()) {
    return false;
  }
  return std::all_of(names.begin(), names.end(),
                     [object](std::string_view name) { return object.find(name).is_string(); });
}

bool is_web_url(Value url) {
  return url.escaped().starts_with("https:") || url.escaped().starts_with("http:");
}

void write_extras(Value block, std::initializer_list<std::string_view> read, DocumentWriter& out) {
  for (const json::Member member : block.members()) {
    if (std::find(read.begin(), read.end(), member.name.escaped()) == read.end()) {
      out.splice(member);
    }
  }
  out.end_object();
}

void write_data_url(Value source, DocumentWriter& out) {
  out.escaped(
      {"data:", source.find("media_type").escaped(), ";base64,", source.find("data").escaped()});
}

bool is_base64(Value source) {
  return source.find("type").says("base64") && has_only(source, {"type", "media_type", "data"}) &&
         source.find("media_type").escaped().find_first_of(";,\\") == std::string_view::npos;
}

bool is_url(Value source) {
  return source.find("type").says("url") && has_only(source, {"type", "url"}) &&
         is_web_url(source.find("url"));
}

bool read_image(Value block, DocumentWriter& out) {
  const Value source = block.find("source");
  const bool has_data = is_base64(source) && !source.find("media_type").says("application/pdf");
  if (!has_data && !is_url(source)) {
    return false;
  }
  out.begin_object().escaped_key("type").escaped("image_url");
  out.escaped_key("image_url").begin_object().escaped_key("url");
  has_data ? write_data_url(source, out) : static_cast<void>(out.splice(source.find("url")));
  out.end_object();
  write_extras(block, {"type", "source"}, out);
  return true;
}

bool read_document(Value block, DocumentWriter& out) {
  const Value source = block.find("source");
  const Value title = block.find("title");
  const bool has_data = is_base64(source) && source.find("media_type").says("application/pdf");
  const bool has_id = source.find("type").says("file") && has_only(source, {"type", "file_id"}) &&
                      !is_web_url(source.find("file_id"));
  if ((title.exists() && !title.is_string()) || (!has_data && !has_id && !is_url(source))) {
    return false;
  }
  out.begin_object().escaped_key("type").escaped("file").escaped_key("file").begin_object();
  if (has_data) {
    write_data_url(source, out.escaped_key("file_data"));
  } else if (has_id) {
    out.escaped_key("file_id").splice(source.find("file_id"));
  } else {
    out.escaped_key("file_data").splice(source.find("url"));
  }
  if (title.exists()) {
    out.escaped_key("filename").splice(title);
  }
  out.end_object();
  write_extras(block, {"type", "source", "title"}, out);
  return true;
}

bool means_the_same(Value block) {
  const Value type = block.find("type");
  if (type.says("text")) {
    return block.find("text").is_string();
  }
  return type.is_string() && !type.has_escapes() && !block.find(chat::kFormMember).exists() &&
         std::find(std::begin(kCanonical), std::end(kCanonical), type.escaped()) ==
             std::end(kCanonical);
}

}  // namespace

void read_anthropic_part(Value block, DocumentWriter& out) {
  const Value type = block.find("type");
  if ((type.says("image") && read_image(block, out)) ||
      (type.says("document") && read_document(block, out))) {
    return;
  }
  if (means_the_same(block)) {
    out.splice(block);
    return;
  }
  out.begin_object().escaped_key("type").escaped(chat::kNativePart);
  out.escaped_key("format").string(anthropic_messages_format().name());
  out.escaped_key("native").splice(block).end_object();
}

void read_anthropic_parts(Value blocks, DocumentWriter& out) {
  out.begin_array();
  for (const Value block : blocks.elements()) {
    read_anthropic_part(block, out);
  }
  out.end_array();
}

}  // namespace llmgate::wire
