#include "engine/wait_slot.h"

#include <iterator>
#include <utility>

namespace llmgate::engine {

void WaitSlot::deliver_chunks(Token /*token*/, std::vector<std::string> chunks) {
  {
    MutexLock lock(mutex_);
    news_.is_open = true;
    if (news_.chunks.empty()) {
      news_.chunks = std::move(chunks);
    } else {
      news_.chunks.insert(news_.chunks.end(), std::make_move_iterator(chunks.begin()),
                          std::make_move_iterator(chunks.end()));
    }
  }
  arrived_.notify_one();
}

void WaitSlot::deliver_done(Token /*token*/, std::unique_ptr<Completion> completion) {
  {
    MutexLock lock(mutex_);
    news_.completion = std::move(completion);
  }
  arrived_.notify_one();
}

WaitSlot::News WaitSlot::wait(std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  MutexLock lock(mutex_);
  while (!news_.any()) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= left.zero()) {
      break;
    }
    arrived_.wait_for(mutex_, left);
  }
  return std::exchange(news_, News());
}

}  // namespace llmgate::engine
