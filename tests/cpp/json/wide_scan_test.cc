#include "json/wide_scan.h"

#include <gtest/gtest.h>

#include <string>

#include "json/byte_block.h"

namespace llmgate::json {
namespace {

TEST(SkipWideCopyable, NeverPassesAByteThatNeedsALook) {
  for (int value = 0; value < 256; ++value) {
    const char byte = static_cast<char>(value);
    for (std::size_t at = 0; at < 400; ++at) {
      std::string text(400, 'x');
      text[at] = byte;
      const char* const reached = skip_wide_copyable(text.data(), text.data() + text.size());
      const auto passed = static_cast<std::size_t>(reached - text.data());
      EXPECT_LE(passed, is_copyable(byte) ? text.size() : at) << value << " at " << at;
      EXPECT_GT(passed + 128, is_copyable(byte) ? text.size() : at) << value << " at " << at;
    }
  }
}

TEST(SkipWideCopyable, StaysWithinShortTexts) {
  const std::string text(127, 'x');
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const char* const reached = skip_wide_copyable(text.data(), text.data() + size);
    EXPECT_LE(reached, text.data() + size);
  }
}

}  // namespace
}  // namespace llmgate::json
