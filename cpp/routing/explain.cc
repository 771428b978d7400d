// explain() of route_plan.h.
#include <string>
#include <utility>

#include "json/writer.h"
#include "routing/route_plan.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {
namespace {

std::string text_of(double number) {
  std::string text;
  json::Writer(text).number(number);
  return text;
}

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

constexpr KindSet kAllKinds = (KindSet{1} << kErrorKindCount) - 1;

// "any failure that may move, context_window_exceeded, 503".
std::string text_of(const Trigger& trigger) {
  std::string text;
  const auto append = [&text](std::string_view part) {
    text += text.empty() ? "" : ", ";
    text += part;
  };
  KindSet rest = trigger.kinds;
  const KindSet general = kinds_that_may_fall_back();
  if ((rest & kAllKinds) == kAllKinds) {
    return "any failure";
  }
  if ((rest & general) == general) {
    append("any failure that may move");
    rest &= ~general;
  }
  for (const ErrorTraits& traits : error_traits()) {
    if ((rest & set_of(traits.kind)) != 0) {
      append(traits.name);
    }
  }
  for (const int status : trigger.statuses) {
    append(std::to_string(status));
  }
  return text.empty() ? "no failure" : text;
}

// Parts of a line behind a node's name.
class Details {
 public:
  void add(const std::string& part) { text_ += ", " + part; }
  void add(const std::optional<double>& number, std::string_view before, std::string_view behind) {
    if (number) {
      add(std::string(before) + text_of(*number) + std::string(behind));
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void add_retries(const RetryPolicy& retry, Details& details) {
  if (retry.max_retries > 0) {
    details.add(counted(retry.max_retries, "retry", "retries") +
                (retry.on ? " on " + text_of(*retry.on) : ""));
  }
  for (const auto& [kind, count] : retry.by_kind) {
    details.add(counted(count, "retry", "retries") + " on " + std::string(traits_of(kind).name));
  }
  if (retry.min_wait.count() > 0) {
    details.add("at least " + text_of(static_cast<double>(retry.min_wait.count()) / 1000) +
                " s apart");
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

std::string target_line(const RoutePlan& plan, const Node& node) {
  const Deployment& target = plan.deployments[node.deployment];
  Details details;
  const auto weight = node.weight ? node.weight : target.weight;
  details.add(weight, "weight ", "");
  details.add(target.limits.requests_per_minute, "", " requests a minute");
  details.add(target.limits.tokens_per_minute, "", " tokens a minute");
  if (target.limits.max_parallel) {
    details.add("at most " + std::to_string(*target.limits.max_parallel) + " at once");
  }
  if (!target.region.empty()) {
    details.add("region " + target.region);
  }
  if (!target.tags.empty()) {
    details.add((target.tags.size() == 1 ? "tag " : "tags ") + joined(target.tags));
  }
  if (target.context_window) {
    details.add("context of " + std::to_string(*target.context_window) + " tokens");
  }
  add_retries(node.retry, details);
  const std::string variant = target.variant.empty() ? "" : " (" + target.variant + ")";
  const std::string provider = target.provider.empty() ? "" : target.provider + "/";
  const std::string model = target.model.empty() ? "(the model asked for)" : target.model;
  return provider + model + variant + details.text();
}

std::string balance_line(const Node& node) {
  Details details;
  std::string_view names = node.strategy->option_names();
  for (const double value : node.options) {
    const std::size_t bar = names.find('|');
    details.add(std::string(names.substr(0, bar)) + " " + text_of(value));
    names = bar == std::string_view::npos ? std::string_view() : names.substr(bar + 1);
  }
  details.add(node.weight, "weight ", "");
  add_retries(node.retry, details);
  return "balance " + std::string(node.strategy->name()) + details.text();
}

std::string line_of(const RoutePlan& plan, const Node& node) {
  Details details;
  switch (node.kind) {
    case NodeKind::kTarget:
      return target_line(plan, node);
    case NodeKind::kBalance:
      return balance_line(node);
    case NodeKind::kFallback:
      details.add(node.weight, "weight ", "");
      add_retries(node.retry, details);
      return "fallback" + details.text();
    case NodeKind::kConditional:
      details.add(node.weight, "weight ", "");
      return "conditional" + details.text();
  }
  return "";
}

void write_node(const RoutePlan& plan, NodeIndex index, const std::string& before,
                const std::string& margin, bool is_last, std::size_t depth, std::string& out);

// What stands before a child's own line: when it is entered.
std::string label_of(const Node& node, std::size_t child) {
  if (node.kind == NodeKind::kConditional) {
    return "if " + node.conditions[child].text() + ": ";
  }
  if (node.kind == NodeKind::kFallback && child > 0) {
    return "on " + text_of(node.triggers[child]) + ": ";
  }
  return "";
}

void write_children(const RoutePlan& plan, const Node& node, const std::string& margin,
                    std::size_t depth, std::string& out) {
  const bool has_otherwise = node.kind == NodeKind::kConditional;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const bool is_last = !has_otherwise && i + 1 == node.children.size();
    write_node(plan, node.children[i], label_of(node, i), margin, is_last, depth, out);
  }
  if (has_otherwise && node.otherwise != kNoNode) {
    write_node(plan, node.otherwise, "else: ", margin, true, depth, out);
  } else if (has_otherwise) {
    out += margin + "└─ else: an error\n";
  }
}

void write_node(const RoutePlan& plan, NodeIndex index, const std::string& before,
                const std::string& margin, bool is_last, std::size_t depth, std::string& out) {
  if (index >= plan.nodes.size() || depth > kMostDepth) {
    return;
  }
  const Node& node = plan.nodes[index];
  out += margin + (is_last ? "└─ " : "├─ ") + before + line_of(plan, node) + "\n";
  write_children(plan, node, margin + (is_last ? "   " : "│  "), depth + 1, out);
}

void write_bucket(const std::string& name,
                  const std::vector<std::pair<std::string, double>>& shares, std::string& out) {
  double sum = 0;
  for (const auto& share : shares) {
    sum += share.second;
  }
  out += name + "\n└─ bucket:";
  for (std::size_t i = 0; i < shares.size(); ++i) {
    out += (i == 0 ? " " : ", ") + text_of(100 * shares[i].second / sum) + " % " + shares[i].first;
  }
  out += "\n";
}

void write_alias(const RoutePlan& plan, const Alias& alias, std::string& out) {
  for (const auto& [name, shares] : plan.buckets) {
    if (name == alias.name) {
      return write_bucket(name, shares, out);
    }
  }
  out += alias.name + (alias.is_hidden ? " (hidden)\n" : "\n");
  write_node(plan, alias.root, "", "", true, 1, out);
}

}  // namespace

std::string explain(const RoutePlan& plan) {
  std::string out;
  for (const auto* list : {&plan.aliases, &plan.patterns}) {
    for (const Alias& alias : *list) {
      write_alias(plan, alias, out);
    }
  }
  return out;
}

std::string explain(const RoutePlan& plan, std::string_view name) {
  std::string out;
  std::string captured;
  if (const Alias* alias = find_alias(plan, name, captured)) {
    write_alias(plan, *alias, out);
  }
  return out;
}

}  // namespace llmgate::routing
