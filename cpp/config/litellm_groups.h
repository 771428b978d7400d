// LiteLLM's model groups as nodes of the plan, and what any name in a list of fallbacks stands for:
// a group, an alias, a deployment's model, what fits a wildcard group, or a model of its own. Enter
// step of a Router, on the caller's thread.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/field.h"
#include "config/litellm_settings.h"
#include "config/litellm_target.h"
#include "config/plan_writer.h"

namespace llmgate::config {

class LitellmGroups {
 public:
  // Borrows all of them.
  LitellmGroups(FieldReader& reader, PlanWriter& writer, const LitellmSettings& settings)
      : reader_(reader), writer_(writer), settings_(settings) {}

  void add(LitellmDeployment deployment);
  // Makes the nodes, once all deployments are there.
  void build();
  // {name: group or {model, hidden}}; cycles and names of no group are failures.
  void read_aliases(const Field& aliases);

  struct AliasTarget {
    std::string group;
    bool is_hidden = false;
  };
  [[nodiscard]] const std::map<std::string, AliasTarget>& aliases() const { return aliases_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return order_; }
  [[nodiscard]] std::vector<std::string_view> known_names() const;
  [[nodiscard]] bool has_model(const std::string& model) const { return models_.contains(model); }

  // The group's node; kNoNode where neither a group nor an alias nor a pattern has that name.
  routing::NodeIndex find(const std::string& name);
  // The node of a fallback's entry, a string or {model, ...parameters}; a failure where it is none.
  routing::NodeIndex find_entry(const Field& entry);
  // The name that an entry says, or empty.
  std::string name_of_entry(const Field& entry);
  // How many deployments a group has, and its balance tries each of them.
  [[nodiscard]] std::size_t size_of(const std::string& name) const;
  void try_all(const std::string& name);

 private:
  struct Group {
    std::vector<LitellmDeployment> members;
    routing::NodeIndex root = routing::kNoNode;
  };

  routing::NodeIndex build_group(const std::string& name,
                                 const std::vector<LitellmDeployment>& members);
  routing::NodeIndex build_level(const std::string& name,
                                 const std::vector<LitellmDeployment>& members);
  routing::NodeIndex add_target(const LitellmDeployment& member);
  routing::NodeIndex find_model(const std::string& model);
  routing::NodeIndex find_pattern(const std::string& name);
  routing::NodeIndex add_implicit(const Field& at, const std::string& model,
                                  const std::string& overrides);
  void check_weights(const std::vector<LitellmDeployment>& members);
  [[nodiscard]] routing::RetryPolicy retry_of(const std::string& group) const;

  FieldReader& reader_;
  PlanWriter& writer_;
  const LitellmSettings& settings_;
  std::vector<std::string> order_;  // of the groups
  std::map<std::string, Group> groups_;
  std::map<std::string, AliasTarget> aliases_;
  std::map<std::string, std::vector<routing::NodeIndex>> models_;  // targets, by the model as given
  std::map<std::string, routing::NodeIndex> others_;  // made for names that no list has
};

}  // namespace llmgate::config
