// The sink of a synchronous caller: one call's chunks and its terminal record, waited for by one
// thread. Thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "engine/completion_sink.h"

namespace llmgate::engine {

class WaitSlot final : public CompletionSink {
 public:
  struct News {
    bool is_open = false;  // the provider has accepted the stream
    std::vector<std::string> chunks;
    std::unique_ptr<Completion> completion;  // null until the call has ended
    [[nodiscard]] bool any() const { return is_open || completion != nullptr; }
  };

  void deliver_chunks(Token token, std::vector<std::string> chunks) override;
  void deliver_done(Token token, std::unique_ptr<Completion> completion) override;

  // What has come since the last time, waiting up to `limit` for the first of it.
  News wait(std::chrono::milliseconds limit);

 private:
  Mutex mutex_;
  Condition arrived_;
  News news_ LLMGATE_GUARDED_BY(mutex_);
};

}  // namespace llmgate::engine
