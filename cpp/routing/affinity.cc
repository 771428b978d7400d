#include "routing/affinity.h"

namespace llmgate::routing {

std::optional<DeploymentIndex> Affinity::find(std::uint64_t key, TimePoint now) const {
  const auto place = places_.find(key);
  if (place == places_.end() || place->second->until <= now) {
    return std::nullopt;
  }
  return place->second->deployment;
}

void Affinity::bind(std::uint64_t key, DeploymentIndex deployment, TimePoint until) {
  if (most_entries_ == 0) {
    return;
  }
  const auto place = places_.find(key);
  if (place != places_.end()) {
    place->second->deployment = deployment;
    place->second->until = until;
    entries_.splice(entries_.end(), entries_, place->second);
    return;
  }
  if (entries_.size() >= most_entries_) {
    forget(entries_.front().key);
  }
  places_.emplace(key, entries_.insert(entries_.end(), Entry{key, deployment, until}));
}

void Affinity::forget(std::uint64_t key) {
  const auto place = places_.find(key);
  if (place != places_.end()) {
    entries_.erase(place->second);
    places_.erase(place);
  }
}

void Affinity::take_over(const Affinity& other, std::span<const DeploymentIndex> new_numbers) {
  for (const Entry& entry : other.entries_) {
    if (entry.deployment < new_numbers.size() && new_numbers[entry.deployment] != kGone) {
      bind(entry.key, new_numbers[entry.deployment], entry.until);
    }
  }
}

}  // namespace llmgate::routing
