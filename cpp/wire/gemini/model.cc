#include "wire/gemini/model.h"

#include <algorithm>
#include <array>

namespace llmgate::wire {
namespace {

constexpr std::string_view kFamily = "gemini-";
constexpr int kNewest = 1000;  // "gemini-flash-latest" names no generation

// Of "gemini-2.5-flash" 25, of "gemini-3-pro" 30.
int generation_of(std::string_view version) {
  int generation = 0;
  std::size_t at = 0;
  while (at < version.size() && at < 2 && version[at] >= '0' && version[at] <= '9') {
    generation = generation * 10 + (version[at++] - '0');
  }
  if (at == 0) {
    return kNewest;
  }
  generation *= 10;
  if (at + 1 < version.size() && version[at] == '.' && version[at + 1] >= '0' &&
      version[at + 1] <= '9') {
    generation += version[at + 1] - '0';
  }
  return generation;
}

bool may_stand_in_path(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '@' || c == '/';
}

bool is_resource(std::string_view model) {
  constexpr std::array kFolders = std::to_array<std::string_view>(
      {"models/", "tunedModels/", "publishers/", "projects/", "endpoints/"});
  return std::any_of(kFolders.begin(), kFolders.end(),
                     [model](std::string_view folder) { return model.starts_with(folder); });
}

}  // namespace

GeminiModel describe_gemini_model(std::string_view model) {
  const std::string_view name = model.substr(model.rfind('/') + 1);
  GeminiModel described;
  if (!name.starts_with(kFamily)) {
    return described;
  }
  const auto has = [name](std::string_view word) { return name.find(word) != name.npos; };
  const int generation = generation_of(name.substr(kFamily.size()));
  described.is_pro = has("-pro");
  described.is_lite = has("-lite");
  described.is_third_generation = generation >= 30;
  described.wants_signatures = described.is_third_generation && !has("-image");
  described.has_no_medium = described.is_pro && generation == 30;
  described.fetches_urls = generation > 20;
  if (described.is_third_generation) {
    described.thinking = GeminiThinking::kLevel;
  } else if (generation >= 25) {
    described.thinking = GeminiThinking::kBudget;
  }
  return described;
}

Result<std::string> gemini_path(std::string_view model, bool is_stream) {
  if (model.empty() || !std::all_of(model.begin(), model.end(), may_stand_in_path) ||
      model.find("..") != std::string_view::npos || model.find("//") != std::string_view::npos ||
      model.front() == '/' || model.back() == '/') {
    return bad_request("$.model",
                       "a model of Gemini stands in the URL; accepted: letters, digits "
                       "and \"-_.@\", with \"/\" between the parts of a resource's name");
  }
  constexpr std::size_t kAround = 48;  // what stands before and behind the model
  std::string path;
  path.reserve(model.size() + kAround);
  path += is_resource(model) ? "/" : "/models/";
  path += model;
  path += is_stream ? ":streamGenerateContent?alt=sse" : ":generateContent";
  return path;
}

}  // namespace llmgate::wire
