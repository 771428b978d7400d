#include "account/labels.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace llmgate::account {
namespace {

constexpr std::string_view kMetadata = "metadata.";
constexpr std::array<std::string_view, 6> kNames{"provider", "model", "deployment",
                                                 "user",     "team",  "tag"};

// A text as itself, another value as its JSON: whatever is said can be asked for.
std::string text_of(json::Value value) {
  return value.is_string() ? value.unescaped() : std::string(value.raw());
}

std::string first_said(json::Value object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const json::Value value = object.find(name);
    if (value.exists() && !value.is_null()) {
      return text_of(value);
    }
  }
  return "";
}

std::vector<std::string> one(std::string_view value) {
  return value.empty() ? std::vector<std::string>() : std::vector{std::string(value)};
}

}  // namespace

void read_labels(json::Value request, json::Value metadata, Labels& into) {
  into.metadata = metadata;
  into.user = first_said(request, {"user"});
  if (!metadata.exists()) {
    return;
  }
  if (into.user.empty()) {
    into.user = first_said(metadata, {"user", "user_id", "user_api_key_user_id"});
  }
  into.team = first_said(metadata, {"team", "team_id", "user_api_key_team_id"});
  const json::Value tags = metadata.find("tags");
  if (tags.is_string()) {
    into.tags.push_back(tags.unescaped());
  }
  for (const json::Value tag : tags.elements()) {
    into.tags.push_back(text_of(tag));
  }
}

std::vector<std::string> values_of(const Labels& labels, std::string_view dimension) {
  if (dimension == "tag") {
    return labels.tags;
  }
  if (dimension.starts_with(kMetadata)) {
    return one(first_said(labels.metadata, {dimension.substr(kMetadata.size())}));
  }
  return one(dimension == "provider"     ? labels.provider
             : dimension == "model"      ? labels.model
             : dimension == "deployment" ? labels.deployment
             : dimension == "user"       ? std::string_view(labels.user)
             : dimension == "team"       ? std::string_view(labels.team)
                                         : std::string_view());
}

bool is_dimension(std::string_view dimension) {
  return std::find(kNames.begin(), kNames.end(), dimension) != kNames.end() ||
         (dimension.starts_with(kMetadata) && dimension.size() > kMetadata.size());
}

}  // namespace llmgate::account
