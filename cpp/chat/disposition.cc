#include "chat/disposition.h"

#include <algorithm>

#include "json/writer.h"

namespace llmgate::chat {
namespace {

void write_disposition(const Disposition& disposition, json::Writer& out) {
  out.begin_object().escaped_key("path").string(disposition.path);
  out.escaped_key("action").string(name_of(disposition.action));
  out.escaped_key("detail").string(disposition.detail);
  out.escaped_key("reason").string(disposition.reason).end_object();
}

}  // namespace

std::string_view name_of(Action action) {
  switch (action) {
    case Action::kKept:
      return "kept";
    case Action::kMapped:
      return "mapped";
    case Action::kClamped:
      return "clamped";
    case Action::kAdded:
      return "added";
    case Action::kDropped:
      return "dropped";
    case Action::kRefused:
      return "refused";
    case Action::kUnknown:
      return "unknown";
  }
  return "unknown";
}

bool is_loss(Action action) {
  return action == Action::kClamped || action == Action::kDropped || action == Action::kUnknown;
}

std::string render_dispositions(const std::vector<std::string>& fields,
                                const Dispositions& exceptions) {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const std::string& field : fields) {
    const std::string path = "$." + field;
    const bool is_excepted =
        std::any_of(exceptions.begin(), exceptions.end(),
                    [&path](const Disposition& entry) { return entry.path == path; });
    if (!is_excepted) {
      write_disposition({Action::kKept, path, "", ""}, out);
    }
  }
  for (const Disposition& entry : exceptions) {
    write_disposition(entry, out);
  }
  out.end_array();
  return text;
}

}  // namespace llmgate::chat
