// From the worker thread of a cache's tiers to the loop of an engine that may be gone by then.
// Thread-safe. Between look-up and plan in a request's path, of calls that wait for a slow tier.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "base/mutex.h"
#include "cache/tier.h"
#include "engine/completion_sink.h"

namespace llmgate::engine {

class TierMail {
 public:
  using Record = std::optional<cache::StoredRecord>;
  using Deliver = std::function<void(Token token, Record record)>;

  explicit TierMail(Deliver deliver) : deliver_(std::move(deliver)) {}

  // Nothing happens once it is closed.
  void send(Token token, Record record);
  // Returns when nobody is delivering any more.
  void close();

 private:
  Mutex mutex_;
  Deliver deliver_ LLMGATE_GUARDED_BY(mutex_);
};

}  // namespace llmgate::engine
