#include "tokens/usage_samples.h"

#include <iterator>
#include <utility>

#include "tokens/model_tokens.h"

namespace llmgate::tokens {

void UsageSamples::add(std::string_view model, std::string_view request, std::size_t reported) {
  if (request.size() > kMostBytes) {
    return;
  }
  const MutexLock lock(mutex_);
  auto known = families_.find(model);
  if (known == families_.end()) {
    if (families_.size() >= kMostModels) {
      families_.clear();
    }
    const ModelTokens tokens = tokens_of_model(model);
    known = families_.emplace(model, tokens.error > 0 ? tokens.family : "").first;
  }
  if (known->second.empty()) {
    return;
  }
  std::deque<UsageSample>& samples = samples_[known->second];
  if (samples.size() >= kMostOfAFamily) {
    samples.pop_front();
  }
  samples.push_back({std::string(model), std::string(request), reported});
}

std::vector<UsageSample> UsageSamples::take(std::string_view family) {
  const MutexLock lock(mutex_);
  const auto found = samples_.find(family);
  if (found == samples_.end()) {
    return {};
  }
  std::vector<UsageSample> taken(std::make_move_iterator(found->second.begin()),
                                 std::make_move_iterator(found->second.end()));
  samples_.erase(found);
  return taken;
}

}  // namespace llmgate::tokens
