#include "config/litellm_groups.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "base/nearest.h"
#include "json/writer.h"
#include "providers/model_name.h"

namespace llmgate::config {

using routing::kNoNode;
using routing::NodeIndex;

namespace {

constexpr std::size_t kLongestShown = 64;

std::string quoted(std::string_view name) {
  return "\"" + std::string(name.substr(0, kLongestShown)) + "\"";
}

// What stands for the '*' if `name` fits, else nothing.
std::optional<std::string> captured_by(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos || name.size() + 1 < pattern.size() ||
      !name.starts_with(pattern.substr(0, star)) || !name.ends_with(pattern.substr(star + 1))) {
    return std::nullopt;
  }
  return std::string(name.substr(star, name.size() + 1 - pattern.size()));
}

}  // namespace

void LitellmGroups::add(LitellmDeployment deployment) {
  Group& group = groups_[deployment.group];
  if (group.members.empty()) {
    order_.push_back(deployment.group);
  }
  group.members.push_back(std::move(deployment));
}

void LitellmGroups::build() {
  for (const std::string& name : order_) {
    groups_[name].root = build_group(name, groups_[name].members);
  }
}

NodeIndex LitellmGroups::add_target(const LitellmDeployment& member) {
  routing::Deployment deployment = member.deployment;
  deployment.breaker = member.open_for ? writer_.breaker_open_for(*member.open_for) : 0;
  const std::string name = name_of(deployment);
  const auto index = writer_.add_deployment(std::move(deployment), member.target);
  const NodeIndex node = writer_.add_target(index, name, member.retries.value_or(0));
  models_[member.target.model].push_back(node);
  return node;
}

void LitellmGroups::check_weights(const std::vector<LitellmDeployment>& members) {
  const auto is_zero = [](const LitellmDeployment& member) {
    return member.deployment.weight == 0.0;
  };
  if (std::all_of(members.begin(), members.end(), is_zero)) {
    reader_.fail(members.back().place, "is the last of group " + quoted(members.back().group) +
                                           ", whose weights are all zero; accepted: at least one "
                                           "above");
  }
}

NodeIndex LitellmGroups::build_level(const std::string& name,
                                     const std::vector<LitellmDeployment>& members) {
  check_weights(members);
  std::vector<NodeIndex> children;
  children.reserve(members.size());
  for (const LitellmDeployment& member : members) {
    children.push_back(add_target(member));
  }
  return writer_.add_balance(name, std::move(children), settings_.strategy, settings_.options,
                             retry_of(name));
}

NodeIndex LitellmGroups::build_group(const std::string& name,
                                     const std::vector<LitellmDeployment>& members) {
  // Those without an order come last.
  std::map<int, std::vector<LitellmDeployment>> levels;
  for (const LitellmDeployment& member : members) {
    levels[member.order.value_or(std::numeric_limits<int>::max())].push_back(member);
  }
  NodeIndex root = kNoNode;
  for (const auto& level : levels) {
    const NodeIndex balance = build_level(name, level.second);
    if (root == kNoNode) {
      root = levels.size() == 1 ? balance : writer_.add_fallback(name, balance);
    } else {
      writer_.add_child(root, balance, {routing::kinds_that_may_fall_back(), {}});
    }
  }
  return root;
}

routing::RetryPolicy LitellmGroups::retry_of(const std::string& group) const {
  const auto own = settings_.group_retry.find(group);
  return own == settings_.group_retry.end() ? settings_.retry : own->second;
}

std::vector<std::string_view> LitellmGroups::known_names() const {
  std::vector<std::string_view> names(order_.begin(), order_.end());
  for (const auto& alias : aliases_) {
    names.push_back(alias.first);
  }
  return names;
}

void LitellmGroups::read_aliases(const Field& aliases) {
  if (!reader_.is_object(aliases)) {
    return;
  }
  for_members(aliases, [&](const std::string& name, const Field& value) {
    AliasTarget target;
    if (value.value.is_object()) {
      target.group = reader_.text(value.member("model"));
      target.is_hidden = reader_.flag(value.member("hidden")).value_or(false);
      for_members(value, [&](const std::string& member, const Field& at) {
        if (member != "model" && member != "hidden") {
          const std::array<std::string_view, 2> known{"model", "hidden"};
          reader_.fail_unknown(at, "alias member", member, known);
        }
      });
    } else {
      target.group = reader_.text(value);
    }
    aliases_[name] = std::move(target);
  });
  for_members(aliases, [&](const std::string& name, const Field& value) {
    std::set<std::string> seen{name};
    std::string group = aliases_[name].group;
    for (auto next = aliases_.find(group); next != aliases_.end(); next = aliases_.find(group)) {
      if (!seen.insert(group).second) {
        return reader_.fail(value, "leads back to itself over " + quoted(group));
      }
      group = next->second.group;
    }
    if (find(group) == kNoNode) {
      reader_.fail_unknown(value, "model group", group, known_names());
    }
    aliases_[name].group = std::move(group);
  });
}

NodeIndex LitellmGroups::find(const std::string& name) {
  if (const auto alias = aliases_.find(name); alias != aliases_.end()) {
    // Chains are short-cut already, or about to be refused.
    const auto group = groups_.find(alias->second.group);
    return group == groups_.end() ? find_pattern(alias->second.group) : group->second.root;
  }
  const auto group = groups_.find(name);
  return group == groups_.end() ? find_pattern(name) : group->second.root;
}

NodeIndex LitellmGroups::find_pattern(const std::string& name) {
  if (const auto made = others_.find("*" + name); made != others_.end()) {
    return made->second;
  }
  const std::string* best = nullptr;
  for (const std::string& group : order_) {
    if (captured_by(group, name) && (best == nullptr || group.size() > best->size())) {
      best = &group;
    }
  }
  if (best == nullptr) {
    return kNoNode;
  }
  const std::string captured = *captured_by(*best, name);
  std::vector<LitellmDeployment> members;
  for (const LitellmDeployment& member : groups_[*best].members) {
    members.push_back(concrete_deployment(reader_, member, name, captured));
  }
  return others_["*" + name] = build_group(name, members);
}

NodeIndex LitellmGroups::find_model(const std::string& model) {
  const auto found = models_.find(model);
  if (found == models_.end()) {
    return kNoNode;
  }
  if (found->second.size() == 1) {
    return found->second.front();
  }
  const auto place = others_.try_emplace("=" + model, kNoNode);
  if (place.second) {
    place.first->second = writer_.add_balance(model, found->second, settings_.strategy,
                                              settings_.options, settings_.retry);
  }
  return place.first->second;
}

NodeIndex LitellmGroups::add_implicit(const Field& at, const std::string& model,
                                      const std::string& overrides) {
  const auto place = others_.try_emplace("+" + model + overrides, kNoNode);
  if (!place.second) {
    return place.first->second;
  }
  if (auto resolved = providers::resolve_model(model, "", false); !resolved) {
    const std::string_view nearest = nearest_name(model, known_names());
    reader_.fail(at, quoted(model) + " is no model group" +
                         (nearest.empty() ? "." : "; did you mean " + quoted(nearest) + "?") +
                         " As a model: " + resolved.error().message);
    return kNoNode;
  }
  const LitellmDeployment made =
      implicit_deployment(reader_, at, model, overrides, settings_.defaults);
  reader_.note(at, quoted(model) + " is no model group: it becomes a target of its own, " +
                       name_of(made.deployment));
  const std::string name = name_of(made.deployment);
  const auto index = writer_.add_deployment(made.deployment, made.target);
  return place.first->second = writer_.add_target(index, name, settings_.retry.max_retries);
}

std::string LitellmGroups::name_of_entry(const Field& entry) {
  if (entry.value.is_object()) {
    return reader_.text(entry.member("model"));
  }
  return reader_.text(entry);
}

NodeIndex LitellmGroups::find_entry(const Field& entry) {
  const std::string name = name_of_entry(entry);
  if (name.empty()) {
    reader_.fail(entry, "names nothing; accepted: a model group or \"provider/model\"");
    return kNoNode;
  }
  if (entry.value.size() > 1) {
    std::string overrides = "{";
    for_members(entry, [&](const std::string& member, const Field& value) {
      if (member != "model") {
        overrides += overrides.size() > 1 ? "," : "";
        json::append_quoted(overrides, member);
        overrides += ":" + reader_.filled(value);
      }
    });
    return add_implicit(entry, name, overrides + "}");
  }
  if (const NodeIndex group =
          groups_.contains(name) || aliases_.contains(name) ? find(name) : kNoNode;
      group != kNoNode) {
    return group;
  }
  if (const NodeIndex model = find_model(name); model != kNoNode) {
    return model;
  }
  const NodeIndex pattern = find_pattern(name);
  return pattern == kNoNode ? add_implicit(entry, name, "") : pattern;
}

std::size_t LitellmGroups::size_of(const std::string& name) const {
  const auto found = groups_.find(name);
  return found == groups_.end() ? 0 : found->second.members.size();
}

void LitellmGroups::try_all(const std::string& name) {
  routing::Node& root = writer_.node(groups_[name].root);
  if (root.kind == routing::NodeKind::kBalance) {
    const int others = static_cast<int>(size_of(name)) - 1;
    root.retry.max_retries = std::max(root.retry.max_retries, others);
  }
}

}  // namespace llmgate::config
