// The sink of all calls of one asyncio loop: records queue up, and one descriptor wakes the loop,
// once per batch. Thread-safe. Calls in flight share it, so the descriptor closes only with the
// last of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/wake_descriptor.h"
#include "engine/completion_sink.h"

namespace llmgate::engine {

class LoopQueue final : public CompletionSink {
 public:
  struct Record {
    Token token;
    std::vector<std::string> chunks;
    std::unique_ptr<Completion> completion;  // null: chunks of a stream
  };

  void deliver_chunks(Token token, std::vector<std::string> chunks) override;
  void deliver_done(Token token, std::unique_ptr<Completion> completion) override;

  // Everything that has come, in order; the descriptor is quiet again.
  std::vector<Record> drain();
  [[nodiscard]] int descriptor() const { return wake_.descriptor(); }
  [[nodiscard]] bool is_open() const { return wake_.is_open(); }

 private:
  void push(Record record);

  WakeDescriptor wake_;
  Mutex mutex_;
  std::vector<Record> records_ LLMGATE_GUARDED_BY(mutex_);
};

}  // namespace llmgate::engine
