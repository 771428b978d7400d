#include "chat/merge_params.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "json/writer.h"

namespace llmgate::chat {
namespace {

// One step of a path: a member's name, or a position ("*" is every one).
struct Step {
  std::string_view name;  // empty: a position
  std::optional<std::size_t> position;
};
using Steps = std::vector<Step>;

std::optional<Step> position_step(std::string_view inside) {
  if (inside == "*") {
    return Step{};
  }
  std::size_t position = 0;
  const auto read = std::from_chars(inside.data(), inside.data() + inside.size(), position);
  if (inside.empty() || read.ec != std::errc() || read.ptr != inside.data() + inside.size()) {
    return std::nullopt;
  }
  return Step{{}, position};
}

// Nothing: not a path.
std::optional<Steps> split(std::string_view path) {
  if (path.starts_with("$.")) {
    path.remove_prefix(2);
  }
  Steps steps;
  while (!path.empty()) {
    if (path.front() == '[') {
      const std::size_t end = path.find(']');
      const auto step =
          end == std::string_view::npos ? std::nullopt : position_step(path.substr(1, end - 1));
      if (!step || steps.empty()) {
        return std::nullopt;
      }
      steps.push_back(*step);
      path.remove_prefix(end + 1);
      if (path.starts_with('.')) {
        path.remove_prefix(1);
        if (path.empty() || path.front() == '[') {
          return std::nullopt;
        }
      }
      continue;
    }
    const std::size_t end = path.find_first_of(".[");
    const std::string_view name = path.substr(0, end);
    if (name.empty()) {
      return std::nullopt;
    }
    steps.push_back({name, std::nullopt});
    if (end == std::string_view::npos) {
      break;
    }
    path.remove_prefix(path[end] == '.' ? end + 1 : end);
    if (path.empty()) {
      return std::nullopt;
    }
  }
  return steps.empty() ? std::nullopt : std::optional(std::move(steps));
}

using Paths = std::vector<std::span<const Step>>;

// Those of `paths` that go through a step, without it; nothing: one of them ends there.
template <typename Fits>
std::optional<Paths> after(const Paths& paths, Fits fits) {
  Paths rest;
  for (const auto path : paths) {
    if (!fits(path.front())) {
      continue;
    }
    if (path.size() == 1) {
      return std::nullopt;
    }
    rest.push_back(path.subspan(1));
  }
  return rest;
}

void write_without(json::Value value, const Paths& paths, json::Writer& out) {
  if (paths.empty() || (!value.is_object() && !value.is_array())) {
    out.raw(value.raw());
    return;
  }
  if (value.is_object()) {
    out.begin_object();
    for (const json::Member member : value.members()) {
      const auto rest = after(paths, [&](const Step& step) {
        return !step.name.empty() && member.name.says(step.name);
      });
      if (rest) {
        out.raw_key(member.name.raw());
        write_without(member.value, *rest, out);
      }
    }
    out.end_object();
    return;
  }
  out.begin_array();
  std::size_t position = 0;
  for (const json::Value element : value.elements()) {
    const auto rest = after(paths, [&](const Step& step) {
      return step.name.empty() && step.position.value_or(position) == position;
    });
    ++position;
    if (rest) {
      write_without(element, *rest, out);
    }
  }
  out.end_array();
}

bool is_fixed(json::Value name) { return name.says("model") || name.says("messages"); }

Result<json::Document> read_params(std::string_view text) {
  json::Document document;
  if (!text.empty() && document.read(text)) {
    return bad_request("", "the parameters of a target are no JSON object");
  }
  return document;
}

}  // namespace

Failure check_drop_path(std::string_view path) {
  if (split(path)) {
    return std::nullopt;
  }
  return bad_request("", "\"" + std::string(path) +
                             "\" is no path; accepted: names and positions such as \"a\", \"a.b\", "
                             "\"a[0].b\" or \"a[*].b\"");
}

Result<std::string> merge_params(json::Value request, const ParamChanges& changes) {
  auto defaults = read_params(changes.defaults);
  auto overrides = read_params(changes.overrides);
  if (!defaults || !overrides) {
    return std::move(defaults ? overrides.error() : defaults.error());
  }
  std::vector<Steps> drops;
  for (const std::string& path : changes.drops) {
    if (auto steps = split(path)) {
      drops.push_back(std::move(*steps));
    }
  }
  const Paths paths(drops.begin(), drops.end());
  std::string text;
  json::Writer out(text);
  out.begin_object();
  const auto write = [&](json::Member member) {
    const auto rest = after(
        paths, [&](const Step& step) { return !step.name.empty() && member.name.says(step.name); });
    if (rest) {
      out.raw_key(member.name.raw());
      write_without(member.value, *rest, out);
    }
  };
  const json::Value over = overrides->root();
  for (const json::Member member : request.members()) {
    const bool is_replaced = !is_fixed(member.name) && over.find(member.name.unescaped()).exists();
    if (!is_replaced) {
      write(member);
    }
  }
  for (const json::Member member : over.members()) {
    if (!is_fixed(member.name)) {
      write(member);
    }
  }
  for (const json::Member member : defaults->root().members()) {
    if (!is_fixed(member.name) && !request.find(member.name.unescaped()).exists() &&
        !over.find(member.name.unescaped()).exists()) {
      write(member);
    }
  }
  out.end_object();
  return text;
}

}  // namespace llmgate::chat
