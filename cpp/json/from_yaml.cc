#include "json/from_yaml.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "json/writer.h"
#include "json/yaml_nodes.h"
#include "json/yaml_scalar.h"

namespace llmgate::json {
namespace {

constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";

struct Entry {
  std::uint32_t name;
  std::uint32_t value;
};

// Writes the nodes as JSON; every alias is written out, within the limits.
class Expansion {
 public:
  Expansion(const std::vector<YamlNode>& nodes, const YamlLimits& limits, YamlAsJson& out)
      : nodes_(nodes), limits_(limits), out_(out), writer_(out.json) {}

  std::optional<YamlError> write_root() {
    if (nodes_.empty()) {
      writer_.null();
      out_.marks.push_back({0, 1});
    } else {
      write(0, 1);
    }
    return std::move(error_);
  }

 private:
  bool fail(const YamlNode& node, std::string reason) {
    error_ = YamlError{node.line, std::move(reason)};
    return false;
  }

  bool count(const YamlNode& node) {
    if (++written_ > limits_.max_nodes) {
      return fail(node, "expands to more than " + std::to_string(limits_.max_nodes) + " values");
    }
    if (out_.json.size() > limits_.max_json_bytes) {
      return fail(node,
                  "expands to more than " + std::to_string(limits_.max_json_bytes) + " bytes");
    }
    return true;
  }

  // What was written from `before` on began in this line.
  void mark(std::size_t before, const YamlNode& node) {
    const std::size_t offset = before + (out_.json[before] == ',' ? 1 : 0);
    out_.marks.push_back(
        {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(node.line)});
  }

  bool write(std::uint32_t index, std::size_t depth) {
    const YamlNode& node = nodes_[index];
    if (!count(node)) {
      return false;
    }
    if (node.kind == YamlKind::kScalar) {
      return write_scalar(node);
    }
    if (depth > limits_.max_depth) {
      return fail(node, "is nested deeper than " + std::to_string(limits_.max_depth) + " levels");
    }
    return node.kind == YamlKind::kSequence ? write_sequence(node, depth)
                                            : write_mapping(index, depth);
  }

  bool write_sequence(const YamlNode& node, std::size_t depth) {
    if (!has_tag(node, "seq")) {
      return false;
    }
    const std::size_t before = out_.json.size();
    writer_.begin_array();
    mark(before, node);
    for (const std::uint32_t child : node.children) {
      if (!write(child, depth + 1)) {
        return false;
      }
    }
    writer_.end_array();
    return true;
  }

  bool write_mapping(std::uint32_t index, std::size_t depth) {
    const YamlNode& node = nodes_[index];
    std::vector<Entry> entries;
    std::unordered_set<std::string_view> names;
    if (!has_tag(node, "map") || !gather(index, 0, names, entries)) {
      return false;
    }
    const std::size_t before = out_.json.size();
    writer_.begin_object();
    mark(before, node);
    for (const Entry& entry : entries) {
      const std::size_t at = out_.json.size();
      writer_.key(nodes_[entry.name].text);
      mark(at, nodes_[entry.name]);
      if (!write(entry.value, depth + 1)) {
        return false;
      }
    }
    writer_.end_object();
    return true;
  }

  // The members of a mapping, then those of what it merges; an earlier name wins.
  bool gather(std::uint32_t index, std::size_t merges, std::unordered_set<std::string_view>& names,
              std::vector<Entry>& entries) {
    const YamlNode& node = nodes_[index];
    if (merges > limits_.max_depth) {
      return fail(node,
                  "merges through more than " + std::to_string(limits_.max_depth) + " levels");
    }
    std::unordered_set<std::string_view> own;
    std::vector<std::uint32_t> merged;
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
      const YamlNode& name = nodes_[node.children[i]];
      if (!count(name) || !check_name(name)) {
        return false;
      }
      if (name.is_plain && name.text == "<<") {
        merged.push_back(node.children[i + 1]);
      } else if (!own.insert(name.text).second) {
        return fail(name, "the name \"" + name.text.substr(0, kLongestShown) +
                              "\" stands here a second time");
      } else if (names.insert(name.text).second) {
        entries.push_back({node.children[i], node.children[i + 1]});
      }
    }
    return std::all_of(merged.begin(), merged.end(), [&](std::uint32_t value) {
      return gather_merged(value, merges + 1, names, entries);
    });
  }

  bool gather_merged(std::uint32_t index, std::size_t merges,
                     std::unordered_set<std::string_view>& names, std::vector<Entry>& entries) {
    const YamlNode& node = nodes_[index];
    if (!count(node)) {
      return false;
    }
    if (node.kind == YamlKind::kMapping) {
      return gather(index, merges, names, entries);
    }
    const auto is_mapping = [this](std::uint32_t child) {
      return nodes_[child].kind == YamlKind::kMapping;
    };
    if (node.kind != YamlKind::kSequence ||
        !std::all_of(node.children.begin(), node.children.end(), is_mapping)) {
      return fail(node, "<< merges a mapping or a list of mappings, nothing else");
    }
    return std::all_of(node.children.begin(), node.children.end(), [&](std::uint32_t child) {
      return count(nodes_[child]) && gather(child, merges, names, entries);
    });
  }

  bool check_name(const YamlNode& name) {
    if (name.kind != YamlKind::kScalar) {
      return fail(name, "a list or a mapping stands where a name belongs");
    }
    std::string json;
    if (name.is_plain && read_plain_scalar(name.text, json) == ScalarKind::kNull) {
      return fail(name, "nothing stands where a name belongs");
    }
    return true;
  }

  // None, or that of the core schema for this kind of node.
  bool has_tag(const YamlNode& node, std::string_view name) {
    if (node.tag.empty() || node.tag == "!" || node.tag == std::string(kCoreTag).append(name)) {
      return true;
    }
    return refuse_tag(node);
  }

  bool refuse_tag(const YamlNode& node) {
    std::string tag = node.tag;
    if (tag.starts_with(kCoreTag)) {
      tag.replace(0, kCoreTag.size(), "!!");
    }
    return fail(node, "the tag " + tag.substr(0, kLongestShown) +
                          " does not fit here; accepted: none, or !!str, !!int, !!float, !!bool, "
                          "!!null, !!seq, !!map of such a value");
  }

  bool write_scalar(const YamlNode& node) {
    std::string json;
    ScalarKind kind = ScalarKind::kString;
    if (node.tag.empty() ? node.is_plain : node.tag.starts_with(kCoreTag)) {
      kind = read_plain_scalar(node.text, json);
    }
    if (!node.tag.empty() && node.tag != "!" && !fits_tag(node, kind)) {
      return refuse_tag(node);
    }
    if (kind == ScalarKind::kInexpressible) {
      return fail(node, "\"" + node.text.substr(0, kLongestShown) +
                            "\" is a number that JSON cannot say; accepted: finite numbers");
    }
    const std::size_t before = out_.json.size();
    if (kind == ScalarKind::kString) {
      writer_.string(node.text);
    } else {
      writer_.raw(json);
    }
    mark(before, node);
    return true;
  }

  // `kind` becomes that of the tag, where the text allows it.
  static bool fits_tag(const YamlNode& node, ScalarKind& kind) {
    const std::string_view tag = node.tag;
    if (!tag.starts_with(kCoreTag)) {
      return false;
    }
    const std::string_view name = tag.substr(kCoreTag.size());
    if (name == "str") {
      kind = ScalarKind::kString;
      return true;
    }
    const bool is_number = kind == ScalarKind::kInt || kind == ScalarKind::kInexpressible;
    return (name == "int" && is_number) ||
           (name == "float" && (is_number || kind == ScalarKind::kFloat)) ||
           (name == "bool" && kind == ScalarKind::kBool) ||
           (name == "null" && kind == ScalarKind::kNull);
  }

  static constexpr std::size_t kLongestShown = 64;

  const std::vector<YamlNode>& nodes_;
  const YamlLimits& limits_;
  YamlAsJson& out_;
  Writer writer_;
  std::size_t written_ = 0;
  std::optional<YamlError> error_;
};

}  // namespace

std::optional<YamlError> from_yaml(std::string_view text, YamlAsJson& out,
                                   const YamlLimits& limits) {
  out.json.clear();
  out.marks.clear();
  if (text.size() > limits.max_bytes) {
    return YamlError{0, "has " + std::to_string(text.size()) + " bytes; accepted: at most " +
                            std::to_string(limits.max_bytes)};
  }
  std::vector<YamlNode> nodes;
  if (auto error = read_yaml_nodes(text, limits, nodes)) {
    return error;
  }
  return Expansion(nodes, limits, out).write_root();
}

}  // namespace llmgate::json
