#include "config/source.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "json/from_yaml.h"

namespace llmgate::config {

struct Source::State {
  std::string name;
  std::string text;  // JSON
  std::vector<json::LineMark> marks;
  bool is_yaml = false;
  json::Document document;
};

namespace {

constexpr json::Limits kJsonLimits{
    .max_depth = 64, .max_bytes = std::size_t{16} << 20U, .max_nodes = 400'000};

bool looks_like_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

int line_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  return static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
}

// "config.yaml, line 12: MESSAGE"; without what is not known.
std::string placed(const std::string& name, int line, std::string_view message) {
  std::string text = name;
  if (line > 0) {
    text += (text.empty() ? "line " : ", line ") + std::to_string(line);
  }
  return text.empty() ? std::string(message) : text.append(": ").append(message);
}

// The first name that stands twice in one object, or a value that does not exist.
json::Value repeated_name(json::Value value) {
  std::unordered_set<std::string> names;
  for (const json::Member member : value.members()) {
    if (!names.insert(member.name.unescaped()).second) {
      return member.name;
    }
    if (const json::Value found = repeated_name(member.value); found.exists()) {
      return found;
    }
  }
  for (const json::Value element : value.elements()) {
    if (const json::Value found = repeated_name(element); found.exists()) {
      return found;
    }
  }
  return {};
}

}  // namespace

// Fills `state`; an error is without the file's name.
std::optional<json::YamlError> Source::read_yaml(const std::string& text, State& state) {
  json::YamlAsJson converted;
  if (auto error = json::from_yaml(text, converted)) {
    return error;
  }
  state.is_yaml = true;
  state.text = std::move(converted.json);
  state.marks = std::move(converted.marks);
  if (const auto error = state.document.read(state.text, kJsonLimits)) {
    return json::YamlError{0, std::string("is no valid JSON: ") + error->reason};
  }
  return std::nullopt;
}

Result<Source> Source::read(std::string text, Syntax syntax, std::string name) {
  auto state = std::make_shared<State>();
  state->name = std::move(name);
  if (syntax == Syntax::kYaml || (syntax == Syntax::kGuess && !looks_like_json(text))) {
    if (const auto error = read_yaml(text, *state)) {
      return bad_request("$", placed(state->name, error->line, error->reason));
    }
  } else {
    state->text = std::move(text);
    const auto error = state->document.read(state->text, kJsonLimits);
    const std::string copy = error ? state->text : std::string();
    // YAML's own braces: {a: 1}.
    if (error && (syntax == Syntax::kJson || read_yaml(copy, *state))) {
      return bad_request("$", placed(state->name, line_at(copy, error->offset),
                                     std::string("is not valid JSON: ") + error->reason));
    }
  }
  Source source;
  source.state_ = std::move(state);
  if (const json::Value name_again = repeated_name(source.root()); name_again.exists()) {
    return source.error(name_again, "$",
                        "the name \"" + name_again.unescaped() + "\" stands here a second time");
  }
  return source;
}

json::Value Source::root() const { return state_->document.root(); }

int Source::line_of(json::Value value) const {
  if (!value.exists() || (!state_->is_yaml && state_->name.empty())) {
    return 0;
  }
  const auto offset = static_cast<std::size_t>(value.raw().data() - state_->text.data());
  if (!state_->is_yaml) {
    return line_at(state_->text, offset);
  }
  const auto behind = std::upper_bound(
      state_->marks.begin(), state_->marks.end(), offset,
      [](std::size_t wanted, const json::LineMark& mark) { return wanted < mark.offset; });
  return behind == state_->marks.begin() ? 0 : static_cast<int>(std::prev(behind)->line);
}

Error Source::error(json::Value at, std::string path, std::string_view message) const {
  return bad_request(std::move(path), placed(state_->name, line_of(at), message));
}

}  // namespace llmgate::config
