#include "wire/conversion.h"

#include <utility>

namespace llmgate::wire {

void note(const Conversion& row, std::string path, chat::Dispositions& dispositions,
          std::string detail) {
  if (detail.empty()) {
    detail = row.detail;
  }
  chat::Disposition& noted = dispositions.emplace_back();
  noted.action = row.action;
  noted.path = std::move(path);
  noted.detail = std::move(detail);
  noted.reason = row.reason;
}

}  // namespace llmgate::wire
