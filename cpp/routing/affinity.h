// Which deployment a conversation, or a prompt whose beginning a provider has cached, goes back to:
// a bounded map from a 64-bit key to a deployment, until a time. The one renewed longest ago is
// forgotten first. Plan step of a request's path. Loop only; every time is an argument.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <unordered_map>

#include "base/clock.h"
#include "routing/route_plan.h"

namespace llmgate::routing {

class Affinity {
 public:
  static constexpr DeploymentIndex kGone = ~DeploymentIndex{0};

  explicit Affinity(std::size_t most_entries = 65536) : most_entries_(most_entries) {}
  Affinity(const Affinity&) = delete;
  Affinity& operator=(const Affinity&) = delete;

  [[nodiscard]] std::optional<DeploymentIndex> find(std::uint64_t key, TimePoint now) const;
  // Binds it, or binds it anew, until then.
  void bind(std::uint64_t key, DeploymentIndex deployment, TimePoint until);
  void forget(std::uint64_t key);
  // What another one remembers. Its deployment i is new_numbers[i] here; kGone: not here any more.
  void take_over(const Affinity& other, std::span<const DeploymentIndex> new_numbers);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t key = 0;
    DeploymentIndex deployment = 0;
    TimePoint until;
  };

  std::size_t most_entries_;
  std::list<Entry> entries_;  // the one renewed longest ago first
  std::unordered_map<std::uint64_t, std::list<Entry>::iterator> places_;
};

}  // namespace llmgate::routing
