#include "chat/chunks.h"

#include <string_view>
#include <utility>

#include "chat/view.h"
#include "json/document.h"
#include "json/writer.h"

namespace llmgate::chat {
namespace {

using json::Value;
using json::Writer;

class ViewChunks {
 public:
  ViewChunks(Value view, std::vector<std::string>& chunks) : view_(view), chunks_(chunks) {}

  template <typename WriteDelta>
  void add_delta(Value choice, WriteDelta write_delta) {
    std::string text;
    Writer out(text);
    begin(out);
    out.escaped_key("choices").begin_array().begin_object();
    out.escaped_key("index").raw(choice.find("index").raw()).escaped_key("delta").begin_object();
    write_delta(out);
    out.end_object().escaped_key("finish_reason").null().end_object().end_array().end_object();
    chunks_.push_back(std::move(text));
  }

  // The last chunk of a choice: its finish and everything that stands beside the message.
  void add_finish(Value choice) {
    std::string text;
    Writer out(text);
    begin(out);
    out.escaped_key("choices")
        .begin_array()
        .begin_object()
        .escaped_key("delta")
        .begin_object()
        .end_object();
    for (const json::Member member : choice.members()) {
      if (!member.name.says("message")) {
        out.raw_key(member.name.raw()).raw(member.value.raw());
      }
    }
    out.end_object().end_array().end_object();
    chunks_.push_back(std::move(text));
  }

  void add_usage(Value usage) {
    std::string text;
    Writer out(text);
    begin(out);
    out.escaped_key("choices")
        .begin_array()
        .end_array()
        .escaped_key("usage")
        .raw(usage.raw())
        .end_object();
    chunks_.push_back(std::move(text));
  }

 private:
  void begin(Writer& out) {
    out.begin_object();
    for (const json::Member member : view_.members()) {
      const Value name = member.name;
      if (name.says("object")) {
        out.escaped_key("object").escaped("chat.completion.chunk");
      } else if (!name.says("choices") && !name.says("usage")) {
        out.raw_key(name.raw()).raw(member.value.raw());
      }
    }
  }

  Value view_;
  std::vector<std::string>& chunks_;
};

// Up to and with the next space: a space is never inside an escape.
std::string_view next_piece(std::string_view rest) {
  const std::size_t space = rest.find(' ');
  return rest.substr(0, space == std::string_view::npos ? rest.size() : space + 1);
}

void write_tool_calls(Value calls, Writer& out) {
  out.escaped_key("tool_calls").begin_array();
  std::int64_t index = 0;
  for (const Value call : calls.elements()) {
    out.begin_object().escaped_key("index").number(index++);
    for (const json::Member member : call.members()) {
      out.raw_key(member.name.raw()).raw(member.value.raw());
    }
    out.end_object();
  }
  out.end_array();
}

// All of a message but its text.
void write_first_delta(Value message, Writer& out) {
  for (const json::Member member : message.members()) {
    const Value name = member.name;
    if (name.says("tool_calls") && member.value.is_array()) {
      write_tool_calls(member.value, out);
    } else if (name.says("content") && member.value.is_string()) {
      out.escaped_key("content").escaped("");
    } else {
      out.raw_key(name.raw()).raw(member.value.raw());
    }
  }
}

void add_choice(Value view, ViewChunks& chunks) {
  const Value message = view.find("message");
  chunks.add_delta(view, [&](Writer& out) { write_first_delta(message, out); });
  for (std::string_view rest = message.find("content").escaped(); !rest.empty();) {
    const std::string_view piece = next_piece(rest);
    chunks.add_delta(view, [piece](Writer& out) { out.escaped_key("content").escaped(piece); });
    rest.remove_prefix(piece.size());
  }
  chunks.add_finish(view);
}

}  // namespace

std::vector<std::string> render_chunks(const Turn& turn) {
  std::vector<std::string> chunks;
  const std::string view = render_view(turn);
  json::Document document;
  if (document.read(view)) {
    return chunks;
  }
  ViewChunks writer(document.root(), chunks);
  for (const Value choice : document.root().find("choices").elements()) {
    add_choice(choice, writer);
  }
  if (document.root().find("usage").is_object()) {
    writer.add_usage(document.root().find("usage"));
  }
  return chunks;
}

}  // namespace llmgate::chat
