// From worker threads (a cache's tiers, the ledger) to the loop of an engine that may be gone by
// then. Thread-safe. Between look-up and plan in a request's path, of calls that wait for a slow
// tier, and before send, of calls whose budget is shared with other processes.
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include "account/shared_ledger.h"
#include "base/mutex.h"
#include "cache/tier.h"
#include "engine/completion_sink.h"

namespace llmgate::engine {

class WorkerMail {
 public:
  using Record = std::optional<cache::StoredRecord>;
  using Letter = std::variant<Record, account::SharedAnswer>;
  using Deliver = std::function<void(Token token, Letter letter)>;

  explicit WorkerMail(Deliver deliver) : deliver_(std::move(deliver)) {}

  // Nothing happens once it is closed.
  void send(Token token, Letter letter);
  // Returns when nobody is delivering any more.
  void close();

 private:
  Mutex mutex_;
  Deliver deliver_ LLMGATE_GUARDED_BY(mutex_);
};

}  // namespace llmgate::engine
