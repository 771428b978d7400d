#include "json/yaml_nodes.h"

#include <yaml.h>

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>

namespace llmgate::json {
namespace {

int line_of(const yaml_mark_t& mark) { return static_cast<int>(mark.line) + 1; }

std::string_view view_of(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

class NodeReader {
 public:
  NodeReader(std::string_view text, const YamlLimits& limits, std::vector<YamlNode>& nodes)
      : text_(text), limits_(limits), nodes_(nodes) {}
  NodeReader(const NodeReader&) = delete;
  NodeReader& operator=(const NodeReader&) = delete;
  ~NodeReader() { yaml_parser_delete(&parser_); }

  std::optional<YamlError> read() {
    if (yaml_parser_initialize(&parser_) == 0) {
      return YamlError{0, "there is not enough memory to read it"};
    }
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text_.data()),
                                 text_.size());
    for (bool goes_on = true; goes_on && !error_;) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) == 0) {
        return parser_error();
      }
      goes_on = event.type != YAML_STREAM_END_EVENT;
      take(event);
      yaml_event_delete(&event);
    }
    return std::move(error_);
  }

 private:
  void fail(int line, std::string reason) { error_ = YamlError{line, std::move(reason)}; }

  [[nodiscard]] YamlError parser_error() const {
    const std::string problem = parser_.problem == nullptr ? "cannot be read" : parser_.problem;
    if (parser_.error == YAML_READER_ERROR) {
      const std::string_view before = text_.substr(0, parser_.problem_offset);
      const auto lines = std::count(before.begin(), before.end(), '\n');
      return {static_cast<int>(lines) + 1, "the text is not valid UTF-8 (" + problem + ")"};
    }
    if (parser_.error == YAML_MEMORY_ERROR) {
      return {0, "there is not enough memory to read it"};
    }
    const int line = line_of(parser_.problem_mark);
    if (begins_with_tab(parser_.problem_mark.line)) {
      return {line, "a tab stands where the line is indented; accepted: spaces"};
    }
    std::string reason = problem;
    if (parser_.context != nullptr) {
      reason += std::string(" ") + parser_.context;
      if (parser_.context_mark.line != parser_.problem_mark.line) {
        reason += " of line " + std::to_string(line_of(parser_.context_mark));
      }
    }
    return {line, std::move(reason)};
  }

  [[nodiscard]] bool begins_with_tab(std::size_t line) const {
    std::size_t start = 0;
    for (; line > 0 && start != std::string_view::npos; --line) {
      start = text_.find('\n', start);
      start += start == std::string_view::npos ? 0 : 1;
    }
    if (start == std::string_view::npos) {
      return false;
    }
    const std::size_t first = text_.find_first_not_of(' ', start);
    return first != std::string_view::npos && text_[first] == '\t';
  }

  void take(const yaml_event_t& event) {
    const int line = line_of(event.start_mark);
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        if (has_document_) {
          fail(line, "a second document begins here; accepted: one");
        }
        has_document_ = true;
        return;
      case YAML_SCALAR_EVENT:
        return take_scalar(event, line);
      case YAML_SEQUENCE_START_EVENT:
        return open(YamlKind::kSequence, view_of(event.data.sequence_start.anchor),
                    view_of(event.data.sequence_start.tag), line);
      case YAML_MAPPING_START_EVENT:
        return open(YamlKind::kMapping, view_of(event.data.mapping_start.anchor),
                    view_of(event.data.mapping_start.tag), line);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        is_open_[open_.back()] = false;
        open_.pop_back();
        return;
      case YAML_ALIAS_EVENT:
        return take_alias(view_of(event.data.alias.anchor), line);
      default:
        return;
    }
  }

  void take_scalar(const yaml_event_t& event, int line) {
    const auto& scalar = event.data.scalar;
    YamlNode& node = add(YamlKind::kScalar, view_of(scalar.anchor), view_of(scalar.tag), line);
    node.is_plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
  }

  void open(YamlKind kind, std::string_view anchor, std::string_view tag, int line) {
    if (open_.size() >= limits_.max_depth) {
      return fail(line, "is nested deeper than " + std::to_string(limits_.max_depth) + " levels");
    }
    add(kind, anchor, tag, line);
    open_.push_back(static_cast<std::uint32_t>(nodes_.size() - 1));
    is_open_.back() = true;
  }

  void take_alias(std::string_view anchor, int line) {
    const auto found = anchors_.find(std::string(anchor));
    if (found == anchors_.end()) {
      return fail(line, "alias *" + std::string(anchor) + " has no anchor before it");
    }
    if (is_open_[found->second]) {
      return fail(line, "alias *" + std::string(anchor) + " stands inside what it stands for");
    }
    attach(found->second, line);
  }

  YamlNode& add(YamlKind kind, std::string_view anchor, std::string_view tag, int line) {
    const auto index = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({kind, false, line, std::string(tag), {}, {}});
    is_open_.push_back(false);
    if (!anchor.empty()) {
      anchors_[std::string(anchor)] = index;
    }
    attach(index, line);
    return nodes_.back();
  }

  void attach(std::uint32_t index, int line) {
    if (++attached_ > limits_.max_nodes) {
      fail(line, "has more than " + std::to_string(limits_.max_nodes) + " values");
    } else if (!open_.empty()) {
      nodes_[open_.back()].children.push_back(index);
    }
  }

  std::string_view text_;
  const YamlLimits& limits_;
  std::vector<YamlNode>& nodes_;
  yaml_parser_t parser_{};
  std::vector<std::uint32_t> open_;  // from the root inwards
  std::vector<bool> is_open_;        // of each node
  std::unordered_map<std::string, std::uint32_t> anchors_;
  std::size_t attached_ = 0;
  bool has_document_ = false;
  std::optional<YamlError> error_;
};

}  // namespace

std::optional<YamlError> read_yaml_nodes(std::string_view text, const YamlLimits& limits,
                                         std::vector<YamlNode>& nodes) {
  nodes.clear();
  return NodeReader(text, limits, nodes).read();
}

}  // namespace llmgate::json
