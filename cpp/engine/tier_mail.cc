#include "engine/tier_mail.h"

namespace llmgate::engine {

void TierMail::send(Token token, Record record) {
  MutexLock lock(mutex_);
  if (deliver_) {
    deliver_(token, std::move(record));
  }
}

void TierMail::close() {
  MutexLock lock(mutex_);
  deliver_ = nullptr;
}

}  // namespace llmgate::engine
