#include "engine/worker_mail.h"

namespace llmgate::engine {

void WorkerMail::send(Token token, Letter letter) {
  MutexLock lock(mutex_);
  if (deliver_) {
    deliver_(token, std::move(letter));
  }
}

void WorkerMail::close() {
  MutexLock lock(mutex_);
  deliver_ = nullptr;
}

}  // namespace llmgate::engine
