// Any bytes as replies, streams, errors and requests of OpenAI's chat format.
#include "format_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  llmgate::fuzz::check_format(llmgate::wire::openai_chat_format(), data, size);
  return 0;
}
