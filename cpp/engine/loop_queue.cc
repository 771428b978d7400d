#include "engine/loop_queue.h"

#include <utility>

namespace llmgate::engine {

void LoopQueue::deliver_chunks(Token token, std::vector<std::string> chunks) {
  push({token, std::move(chunks), nullptr});
}

void LoopQueue::deliver_done(Token token, std::unique_ptr<Completion> completion) {
  push({token, {}, std::move(completion)});
}

void LoopQueue::push(Record record) {
  bool was_empty = false;
  {
    MutexLock lock(mutex_);
    was_empty = records_.empty();
    records_.push_back(std::move(record));
  }
  if (was_empty) {
    wake_.wake();
  }
}

std::vector<LoopQueue::Record> LoopQueue::drain() {
  wake_.clear();  // before the swap: what comes after it wakes again
  MutexLock lock(mutex_);
  return std::exchange(records_, {});
}

}  // namespace llmgate::engine
