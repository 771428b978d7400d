// Any bytes as a stored turn: refused, or read into a turn that is written as the same bytes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cache/stored_answer.h"
#include "chat/view.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto stored = llmgate::cache::read_answer(bytes);
  if (stored && llmgate::cache::write_answer(*stored) != bytes) {
    std::abort();
  }
  return 0;
}
