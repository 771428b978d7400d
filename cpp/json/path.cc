#include "json/path.h"

namespace llmgate::json {

std::string Path::text() const {
  if (parent_ == nullptr) {
    return std::string(name_);
  }
  std::string text = parent_->text();
  if (name_.data() == nullptr) {
    return text + "[" + std::to_string(index_) + "]";
  }
  return text.append(".").append(name_);
}

}  // namespace llmgate::json
