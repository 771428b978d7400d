#include "bindings/routed_roots.h"

#include <algorithm>
#include <limits>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/nearest.h"
#include "routing/classifier.h"

namespace llmgate::bindings {
namespace {

constexpr routing::KindSet kAnyFailure = std::numeric_limits<routing::KindSet>::max();

class RootFinder {
 public:
  RootFinder(const RouterHandle& handle, const AskedRoute& asked, engine::RoutedCall& routed)
      : handle_(handle), asked_(asked), routed_(routed) {}

  // In order: the name or the names asked for, `fallbacks`.
  Failure find() {
    const json::Value fallbacks = asked_.given.find("fallbacks");
    for (const json::Value fallback : fallbacks.elements()) {
      if (!fallback.is_string()) {
        return bad_request("$.fallbacks",
                           "holds something else than a name; accepted: a list of str");
      }
    }
    Failure failure = add_named();
    for (const json::Value fallback : fallbacks.elements()) {
      if (!failure) {
        failure = add_root(bucket_of(fallback.unescaped()));
      }
    }
    return failure ? std::move(failure) : choose_deployment(asked_.given.find("deployment"));
  }

 private:
  [[nodiscard]] const routing::RoutePlan& plan() const { return *handle_.router->plan; }

  Failure add_named() {
    std::vector<std::string> chosen;
    if (asked_.route.is_auto) {
      chosen = auto_names();
    }
    const std::vector<std::string>& names = asked_.route.is_auto ? chosen : asked_.route.models;
    routed_.root_kinds = names.size() > 1 ? kAnyFailure : routing::kinds_that_may_fall_back();
    if (names.empty()) {
      return add_root(bucket_of(asked_.name));
    }
    for (const std::string& name : names) {
      if (Failure failure = add_root(bucket_of(name))) {
        return failure;
      }
    }
    return std::nullopt;
  }

  // "auto": the alias that the classifier chooses, else the plan's own "auto", else all aliases for
  // a call that says what it prefers.
  std::vector<std::string> auto_names() {
    std::vector<std::string> names{alias_for()};
    std::string captured;
    if (names.front() != "auto" || asked_.route.strategy.empty() ||
        routing::find_alias(plan(), "auto", captured) != nullptr) {
      return names;
    }
    std::vector<const routing::Alias*> aliases;
    for (const routing::Alias& alias : plan().aliases) {
      if (!alias.is_hidden) {
        aliases.push_back(&alias);
      }
    }
    // The plan has them in order of name, its nodes in that of the configuration.
    std::sort(aliases.begin(), aliases.end(), [](const auto* a, const auto* b) {
      return std::pair(a->root, std::string_view(a->name)) <
             std::pair(b->root, std::string_view(b->name));
    });
    names.clear();
    for (const routing::Alias* alias : aliases) {
      names.push_back(alias->name);
    }
    return names;
  }

  std::string alias_for() {
    if (handle_.classes.empty()) {
      return "auto";
    }
    const routing::Classification found = routing::classify(asked_.request, routed_.request);
    for (const std::string_view word : {found.task, found.tier, std::string_view("default")}) {
      if (const auto alias = handle_.classes.find(std::string(word));
          alias != handle_.classes.end()) {
        return alias->second;
      }
    }
    return "auto";
  }

  // Of a bucketed alias, the one that this user, session or conversation always gets.
  [[nodiscard]] std::string_view bucket_of(std::string_view name) const {
    for (const auto& [alias, shares] : plan().buckets) {
      if (alias != name) {
        continue;
      }
      double whole = 0;
      for (const auto& [target, share] : shares) {
        whole += share;
      }
      constexpr double kHashes = 18446744073709551616.0;  // 2^64
      double point = static_cast<double>(hash_bytes(name, bucket_key())) / kHashes * whole;
      for (const auto& [target, share] : shares) {
        point -= share;
        if (point < 0) {
          return target;
        }
      }
    }
    return name;
  }

  [[nodiscard]] std::uint64_t bucket_key() const {
    if (routed_.request.session != 0) {
      return routed_.request.session;
    }
    const json::Value user = asked_.request.root().find("user");
    return hash_bytes(user.is_string() ? user.escaped()
                                       : asked_.request.root().find("messages").at(0).raw());
  }

  Failure add_root(std::string_view name) {
    std::string captured;
    const routing::Alias* alias = routing::find_alias(plan(), name, captured);
    if (alias != nullptr) {
      push_root(alias->root);
      routed_.captured = captured.empty() ? routed_.captured : captured;
      return std::nullopt;
    }
    const std::size_t before = routed_.roots.size();
    for (std::size_t i = 0; i < plan().nodes.size(); ++i) {
      const routing::Node& node = plan().nodes[i];
      if (node.kind == routing::NodeKind::kTarget && is_called(node.deployment, name)) {
        push_root(static_cast<routing::NodeIndex>(i));
      }
    }
    return routed_.roots.size() > before ? std::nullopt : Failure(unknown_name(name));
  }

  void push_root(routing::NodeIndex root) {
    if (std::find(routed_.roots.begin(), routed_.roots.end(), root) == routed_.roots.end()) {
      routed_.roots.push_back(root);
    }
  }

  [[nodiscard]] bool is_called(routing::DeploymentIndex index, std::string_view name) const {
    const routing::Deployment& deployment = plan().deployments[index];
    return name == deployment.id || name == deployment.provider + "/" + deployment.model ||
           name == handle_.config->targets[index].model;
  }

  [[nodiscard]] Error unknown_name(std::string_view name) const {
    std::list<std::string> names;
    std::vector<std::string_view> known;
    for (const auto& list : {plan().aliases, plan().patterns}) {
      for (const routing::Alias& alias : list) {
        if (!alias.is_hidden) {
          known.push_back(names.emplace_back(alias.name));
        }
      }
    }
    std::string message =
        "is \"" + std::string(name.substr(0, 100)) + "\", which this Router does not know";
    if (const std::string_view nearest = nearest_name(name, known); !nearest.empty()) {
      message += "; did you mean \"" + std::string(nearest) + "\"?";
    }
    message += "; accepted: ";
    for (std::size_t i = 0; i < std::min<std::size_t>(known.size(), 10); ++i) {
      message += (i > 0 ? ", " : "") + std::string(known[i]);
    }
    return bad_request("$.model", message + (known.size() > 10 ? ", ..." : ""));
  }

  // The deployment that the caller's own strategy has chosen.
  Failure choose_deployment(json::Value wanted) {
    if (!wanted.is_string()) {
      return std::nullopt;
    }
    const std::string id = wanted.unescaped();
    for (std::size_t i = 0; i < plan().deployments.size(); ++i) {
      if (plan().deployments[i].id == id) {
        routed_.request.chosen = static_cast<routing::DeploymentIndex>(i);
        return std::nullopt;
      }
    }
    return bad_request("$.deployment", "is \"" + id + "\", which is no deployment's id");
  }

  const RouterHandle& handle_;
  const AskedRoute& asked_;
  engine::RoutedCall& routed_;
};

}  // namespace

Failure find_roots(const RouterHandle& handle, const AskedRoute& asked,
                   engine::RoutedCall& routed) {
  return RootFinder(handle, asked, routed).find();
}

}  // namespace llmgate::bindings
