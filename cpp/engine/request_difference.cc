#include "engine/request_difference.h"

#include <algorithm>
#include <string>

#include "cache/cache_key.h"
#include "json/document.h"
#include "json/path.h"

namespace llmgate::engine {
namespace {

using json::Value;

constexpr std::size_t kLongestShown = 40;

std::string canonical(Value value) {
  std::string bytes;
  cache::append_canonical(value, bytes);
  return bytes;
}

// Settings are shown; whatever may hold a prompt is told by its length.
std::string shown(Value value, bool may_show_text) {
  if (!value.exists()) {
    return "missing";
  }
  if (value.is_string()) {
    return may_show_text && value.raw().size() <= kLongestShown
               ? std::string(value.raw())
               : "a string of " + std::to_string(value.unescaped().size()) + " bytes";
  }
  if (value.is_array() || value.is_object()) {
    return (value.is_array() ? "an array of " : "an object of ") + std::to_string(value.size());
  }
  return std::string(value.raw());
}

class Comparison {
 public:
  explicit Comparison(std::size_t limit) : limit_(limit) {}

  void compare(Value asked, Value recorded, const json::Path& path, int depth) {
    if (found_.size() >= limit_) {
      return;
    }
    if (asked.is_object() && recorded.is_object()) {
      compare_objects(asked, recorded, path, depth);
    } else if (asked.is_array() && recorded.is_array() && asked.size() == recorded.size()) {
      std::size_t index = 0;
      auto other = recorded.elements().begin();
      for (const Value element : asked.elements()) {
        compare(element, *other, path.element(index++), depth + 1);
        ++other;
      }
    } else if (!asked.exists() || !recorded.exists() || canonical(asked) != canonical(recorded)) {
      tell(asked, recorded, path, depth);
    }
  }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  void compare_objects(Value asked, Value recorded, const json::Path& path, int depth) {
    std::string storage;
    for (const json::Member member : asked.members()) {
      const std::string_view name = member.name.unescaped(storage);
      compare(member.value, recorded.find(name), path.member(name), depth + 1);
    }
    for (const json::Member member : recorded.members()) {
      const std::string_view name = member.name.unescaped(storage);
      if (!asked.find(name).exists()) {
        compare(Value(), member.value, path.member(name), depth + 1);
      }
    }
  }
  void tell(Value asked, Value recorded, const json::Path& path, int depth) {
    const std::string text = path.text();
    const bool may_show = depth == 1 && text != "$.system" && text != "$.prompt" &&
                          text != "$.input" && text != "$.instructions";
    std::string phrase =
        text + " is " + shown(asked, may_show) + ", recorded " + shown(recorded, may_show);
    if (asked.is_string() && recorded.is_string() && !may_show) {
      const std::string one = asked.unescaped();
      const std::string other = recorded.unescaped();
      const auto at = std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first;
      phrase += ", equal up to byte " + std::to_string(at - one.begin());
    }
    found_.push_back(std::move(phrase));
  }

  const std::size_t limit_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> differences(const RecordedRequest& asked, const RecordedRequest& recorded,
                                     std::size_t limit) {
  std::vector<std::string> found;
  if (asked.method != recorded.method) {
    found.push_back("the method is " + asked.method + ", recorded " + recorded.method);
  }
  if (asked.url != recorded.url) {
    found.push_back("the URL is " + asked.url + ", recorded " + recorded.url);
  }
  json::Document one;
  json::Document other;
  const bool are_json = !one.read(asked.body) && !other.read(recorded.body);
  if (are_json) {
    Comparison comparison(limit);
    comparison.compare(one.root(), other.root(), json::Path("$"), 0);
    for (std::string& phrase : comparison.take()) {
      found.push_back(std::move(phrase));
    }
  } else if (asked.body != recorded.body) {
    found.push_back("the body has " + std::to_string(asked.body.size()) + " bytes, recorded " +
                    std::to_string(recorded.body.size()));
  }
  found.resize(std::min(found.size(), limit));
  return found;
}

}  // namespace llmgate::engine
