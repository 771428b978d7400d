#include "wire/conversion.h"

#include <utility>

namespace llmgate::wire {

void note(const Conversion& row, std::string path, chat::Dispositions& dispositions,
          std::string detail) {
  if (detail.empty()) {
    detail = row.detail;
  }
  dispositions.push_back({row.action, std::move(path), std::move(detail), std::string(row.reason)});
}

}  // namespace llmgate::wire
