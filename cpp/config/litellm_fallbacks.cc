#include "config/litellm_fallbacks.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace llmgate::config {
namespace {

using routing::KindSet;
using routing::kNoNode;
using routing::NodeIndex;

using ListsByName = std::map<std::string, std::vector<Field>>;

// The lists of one setting, by the group that they belong to; "*" for all others.
class FallbackLists {
 public:
  FallbackLists(FieldReader& reader, LitellmGroups& groups, const Field& setting, KindSet kinds)
      : reader_(reader), groups_(groups), kinds_(kinds) {
    if (setting.value.is_object()) {
      add_members(setting);
    } else if (reader.is_array(setting)) {
      for_elements(setting, [&](const Field& element) {
        if (!element.value.is_object()) {
          return reader.fail(element, "is " + shown(element.value) +
                                          "; accepted: {\"group\": [\"other group\", ...]}");
        }
        add_members(element);
      });
    }
  }

  void set_default(const Field& list) {
    if (list.exists() && reader_.is_array(list)) {
      by_name_["*"] = {list};
    }
  }

  [[nodiscard]] KindSet kinds() const { return kinds_; }
  [[nodiscard]] const ListsByName& by_name() const { return by_name_; }
  // Its own lists, else the default ones.
  [[nodiscard]] std::vector<Field> of(const std::string& name, bool& is_default) const {
    auto found = by_name_.find(name);
    is_default = found == by_name_.end();
    found = is_default ? by_name_.find("*") : found;
    return found == by_name_.end() ? std::vector<Field>() : found->second;
  }

 private:
  void add_members(const Field& object) {
    for_members(object, [&](const std::string& name, const Field& list) {
      if (name != "*" && groups_.find(name) == kNoNode) {
        return reader_.fail_unknown(list, "model group", name, groups_.known_names());
      }
      if (list.value.is_string() || reader_.is_array(list)) {
        by_name_[name].push_back(list);
      }
    });
  }

  FieldReader& reader_;
  LitellmGroups& groups_;
  KindSet kinds_;
  ListsByName by_name_;
};

// Groups that fall back to each other in a circle: none of them would ever be the last resort.
class CircleCheck {
 public:
  CircleCheck(FieldReader& reader, LitellmGroups& groups, const ListsByName& lists)
      : reader_(reader), groups_(groups), lists_(lists) {}

  void check() {
    for (const auto& own : lists_) {
      if (!reader_.failed() && own.first != "*") {
        visit(own.first);
      }
    }
  }

 private:
  void visit(const std::string& name) {
    if (done_.contains(name)) {
      return;
    }
    way_.push_back(name);
    if (const auto lists = lists_.find(name); lists != lists_.end()) {
      for (const Field& list : lists->second) {
        visit_entries(list);
      }
    }
    way_.pop_back();
    done_.insert(name);
  }

  void visit_entries(const Field& list) {
    const auto follow = [&](const Field& entry) {
      const std::string next = groups_.name_of_entry(entry);
      if (reader_.failed() || next.empty() || next == way_.back()) {
        return;  // to itself: its remaining members
      }
      const auto before = std::find(way_.begin(), way_.end(), next);
      if (before == way_.end()) {
        visit(next);
        return;
      }
      std::string circle;
      for (auto step = before; step != way_.end(); ++step) {
        circle += *step + " -> ";
      }
      reader_.fail(entry, "leads in a circle: " + circle + next +
                              "; accepted: lists that end at a group without a list");
    };
    if (list.value.is_string()) {
      follow(list);
    } else {
      for_elements(list, follow);
    }
  }

  FieldReader& reader_;
  LitellmGroups& groups_;
  const ListsByName& lists_;
  std::vector<std::string> way_;
  std::set<std::string> done_;
};

// The fallback node of one name, made when its first entry comes.
class NameWithFallbacks {
 public:
  NameWithFallbacks(FieldReader& reader, PlanWriter& writer, LitellmGroups& groups,
                    std::string name)
      : reader_(reader),
        writer_(writer),
        groups_(groups),
        name_(std::move(name)),
        base_(groups.find(name_)) {}

  void add(const FallbackLists& lists) {
    bool is_default = false;
    for (const Field& list : lists.of(name_, is_default)) {
      const bool is_useful = add_list(list, lists.kinds(), is_default);
      if (!is_useful && !is_default) {
        reader_.fail(list, "leads group \"" + name_ +
                               "\" to no other target; accepted: at least "
                               "one other model group or model");
      }
    }
  }

  [[nodiscard]] NodeIndex root() const { return root_ == kNoNode ? base_ : root_; }

 private:
  bool add_list(const Field& list, KindSet kinds, bool is_default) {
    std::set<NodeIndex> seen;
    if (list.value.is_string()) {
      return add_entry(list, kinds, is_default, seen);
    }
    bool is_useful = false;
    for_elements(list, [&](const Field& entry) {
      is_useful = add_entry(entry, kinds, is_default, seen) || is_useful;
    });
    return is_useful;
  }

  bool add_entry(const Field& entry, KindSet kinds, bool is_default, std::set<NodeIndex>& seen) {
    const bool is_plain = entry.value.size() <= 1;
    if (is_plain && groups_.name_of_entry(entry) == name_) {
      return add_itself(is_default);
    }
    const NodeIndex child = groups_.find_entry(entry);
    if (child == kNoNode || child == base_) {
      return reader_.failed();
    }
    if (!seen.insert(child).second) {
      reader_.note(entry, "stands a second time in its list and is left out");
      return false;
    }
    if (root_ == kNoNode) {
      root_ = writer_.add_fallback(name_, base_);
    }
    writer_.add_child(root_, child, {kinds, {}});
    return true;
  }

  // Its remaining members: the balance tries them all before it gives up.
  bool add_itself(bool is_default) {
    if (is_default || groups_.size_of(name_) < 2) {
      return false;
    }
    groups_.try_all(name_);
    return true;
  }

  FieldReader& reader_;
  PlanWriter& writer_;
  LitellmGroups& groups_;
  std::string name_;
  NodeIndex base_;
  NodeIndex root_ = kNoNode;
};

// Groups first, then aliases, then single names below a pattern that have a list of their own.
std::vector<std::string> all_names(const LitellmGroups& groups,
                                   const std::vector<const FallbackLists*>& lists) {
  std::vector<std::string> names;
  std::set<std::string> seen{"*"};
  const bool has_star =
      std::find(groups.names().begin(), groups.names().end(), "*") != groups.names().end();
  if (has_star) {
    names.emplace_back("*");
  }
  const auto add = [&](const std::string& name) {
    if (seen.insert(name).second) {
      names.push_back(name);
    }
  };
  std::for_each(groups.names().begin(), groups.names().end(), add);
  for (const auto& alias : groups.aliases()) {
    add(alias.first);
  }
  for (const FallbackLists* list : lists) {
    for (const auto& own : list->by_name()) {
      add(own.first);
    }
  }
  return names;
}

}  // namespace

void add_names_with_fallbacks(FieldReader& reader, PlanWriter& writer, LitellmGroups& groups,
                              const LitellmSettings& settings) {
  FallbackLists general(reader, groups, settings.fallbacks, routing::kinds_that_may_fall_back());
  general.set_default(settings.default_fallbacks);
  const FallbackLists context(reader, groups, settings.context_window_fallbacks,
                              routing::set_of(ErrorKind::kContextWindowExceeded));
  const FallbackLists content(reader, groups, settings.content_policy_fallbacks,
                              routing::set_of(ErrorKind::kContentPolicyViolation));
  const std::vector<const FallbackLists*> lists{&general, &context, &content};
  for (const FallbackLists* list : lists) {
    CircleCheck(reader, groups, list->by_name()).check();
  }
  for (const std::string& name : all_names(groups, lists)) {
    if (reader.failed()) {
      return;
    }
    const auto alias = groups.aliases().find(name);
    const bool has_own = std::any_of(lists.begin(), lists.end(), [&](const FallbackLists* list) {
      return list->by_name().contains(name);
    });
    // An alias without lists of its own is another word for its group.
    const std::string& meant =
        alias == groups.aliases().end() || has_own ? name : alias->second.group;
    NameWithFallbacks with(reader, writer, groups, meant);
    for (const FallbackLists* list : lists) {
      with.add(*list);
    }
    writer.add_alias(name, with.root(), alias != groups.aliases().end() && alias->second.is_hidden);
  }
}

}  // namespace llmgate::config
