// Who and what a call is accounted to. Account step of a request's path. Borrows from the call.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"

namespace llmgate::account {

// Of a call; the first three are those of one attempt.
struct Labels {
  std::string_view provider;
  std::string_view model;
  std::string_view deployment;  // empty without a Router
  std::string user;
  std::string team;
  std::vector<std::string> tags;
  json::Value metadata;  // an object, or it does not exist
};

// User, team and tags from where callers put them: `user` of the request; in metadata `user` or
// `user_id`, `team` or `team_id`, `tags`, and LiteLLM's `user_api_key_user_id` and
// `user_api_key_team_id`.
void read_labels(json::Value request, json::Value metadata, Labels& into);

// What `dimension` is for this call: provider, model, deployment, user, team, tag or
// metadata.NAME. Only tags give more than one; nothing said gives none.
std::vector<std::string> values_of(const Labels& labels, std::string_view dimension);

// Whether `dimension` is one of those.
bool is_dimension(std::string_view dimension);
inline constexpr std::string_view kDimensions =
    "provider, model, deployment, user, team, tag, metadata.NAME";

}  // namespace llmgate::account
