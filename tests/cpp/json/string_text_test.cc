#include "json/string_text.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace llmgate::json {
namespace {

StringFault fault_of(const std::string& text) {
  return scan_rest_of_string(text.data(), text.data() + text.size()).fault;
}

std::string unescape(std::string_view escaped) {
  std::string text;
  append_unescaped(text, escaped);
  return text;
}

std::string encode(std::uint32_t code) {
  std::string bytes;
  if (code < 0x80) {
    bytes += static_cast<char>(code);
  } else if (code < 0x800) {
    bytes += static_cast<char>(0xC0 + code / 64);
  } else if (code < 0x10000) {
    bytes += static_cast<char>(0xE0 + code / 4096);
    bytes += static_cast<char>(0x80 + code / 64 % 64);
  } else {
    bytes += static_cast<char>(0xF0 + code / 262144);
    bytes += static_cast<char>(0x80 + code / 4096 % 64);
    bytes += static_cast<char>(0x80 + code / 64 % 64);
  }
  return code < 0x80 ? bytes : bytes + static_cast<char>(0x80 + code % 64);
}

TEST(StringText, ScansToTheClosingQuote) {
  const std::string text = "caf\xC3\xA9, then more than a block of plain text\" and beyond";
  const StringScan scan = scan_rest_of_string(text.data(), text.data() + text.size());
  EXPECT_EQ(scan.fault, StringFault::kNone);
  EXPECT_FALSE(scan.has_escapes);
  EXPECT_EQ(scan.stop - text.data(), static_cast<std::ptrdiff_t>(text.find('"') + 1));
}

TEST(StringText, TellsEscapesAndGoesOverEscapedQuotes) {
  const std::string text = R"(a \" b \\")";
  const StringScan scan = scan_rest_of_string(text.data(), text.data() + text.size());
  EXPECT_EQ(scan.fault, StringFault::kNone);
  EXPECT_TRUE(scan.has_escapes);
  EXPECT_EQ(scan.stop, text.data() + text.size());
}

TEST(StringText, AcceptsEveryCodePointButSurrogates) {
  for (std::uint32_t code = 0x80; code <= 0x10FFFF; ++code) {
    const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    const std::string bytes = encode(code);
    const auto length = utf8_sequence_length(bytes.data(), bytes.data() + bytes.size());
    ASSERT_EQ(length, is_surrogate ? 0 : static_cast<std::ptrdiff_t>(bytes.size())) << code;
  }
}

TEST(StringText, RefusesInvalidUtf8) {
  const std::vector<std::string> kinds = {
      "\x80",
      "\xBF",
      "\xFE",
      "\xFF",
      "\xF8\x88\x80\x80\x80",  // no lead bytes
      "\xC0\x80",
      "\xC1\xBF",
      "\xE0\x80\x80",
      "\xE0\x9F\xBF",  // overlong
      "\xF0\x80\x80\x80",
      "\xF0\x8F\xBF\xBF",  //
      "\xED\xA0\x80",
      "\xED\xBF\xBF",
      "\xED\xA0\xBD\xED\xB8\x80",  // surrogates
      "\xF4\x90\x80\x80",
      "\xF5\x80\x80\x80",
      "\xF7\xBF\xBF\xBF",  // above U+10FFFF
      "\xC3",
      "\xE2\x82",
      "\xE2",
      "\xF0\x9F\x98",
      "\xF0\x9F",
      "\xF0",  // cut off
      "\xC3(",
      "\xE2(\xAC",
      "\xE2\x82(",
      "\xF0(\x98\x80",
      "\xF0\x9F(\x80",  // no tail bytes
      "\xF0\x9F\x98(",
      "\xC3\xC3\xA9",
      "\xC3\xA9\xA9",  //
  };
  for (const std::string& bytes : kinds) {
    EXPECT_EQ(fault_of(bytes + "\""), StringFault::kUtf8) << ::testing::PrintToString(bytes);
    EXPECT_EQ(fault_of(bytes + " and then a block of plain text\""), StringFault::kUtf8);
    EXPECT_EQ(fault_of("a block of plain text and then " + bytes + "\""), StringFault::kUtf8);
    EXPECT_EQ(fault_of("\xD0\xB6\xD0\xB6" + bytes + "\xD0\xB6\""), StringFault::kUtf8);
  }
}

// Blocks are counted from the first byte beyond ASCII on: "\xC3\xA9" starts one.
TEST(StringText, TellsSequencesApartAtAnyPlaceOfABlock) {
  const std::vector<std::string> sound = {"\xC2\x80",         "\xE0\xA0\x80",    "\xE2\x82\xAC",
                                          "\xED\x9F\xBF",     "\xEE\x80\x80",    "\xF0\x90\x80\x80",
                                          "\xF3\x80\x80\x80", "\xF4\x8F\xBF\xBF"};
  const std::vector<std::string> broken = {"\x80",
                                           "\xC1\xBF",
                                           "\xC3",
                                           "\xE0\x9F\xBF",
                                           "\xED\xA0\x80",
                                           "\xE2\x82",
                                           "\xF0\x9F\x98",
                                           "\xF0\x8F\xBF\xBF",
                                           "\xF4\x90\x80\x80",
                                           "\xF5\x80\x80\x80"};
  for (std::size_t gap = 0; gap < 40; ++gap) {
    const std::string before = "\xC3\xA9" + std::string(gap, 'x');
    for (const std::string& bytes : sound) {
      EXPECT_EQ(fault_of(before + bytes + " and more than a block behind it\""), StringFault::kNone)
          << gap;
      EXPECT_EQ(fault_of(before + bytes + "\""), StringFault::kNone) << gap;
    }
    for (const std::string& bytes : broken) {
      const std::string text = before + bytes + " and more than a block behind it\"";
      const StringScan scan = scan_rest_of_string(text.data(), text.data() + text.size());
      EXPECT_EQ(scan.fault, StringFault::kUtf8) << gap << ::testing::PrintToString(bytes);
      EXPECT_EQ(scan.stop - text.data(), static_cast<std::ptrdiff_t>(before.size())) << gap;
      EXPECT_EQ(fault_of(before + bytes + "\""), StringFault::kUtf8) << gap;
    }
  }
}

TEST(StringText, RefusesEveryTailByteOutOfRange) {
  for (int tail = 0; tail < 256; ++tail) {
    const std::string text = {'\xE2', '\x82', static_cast<char>(tail)};
    const bool is_tail = tail >= 0x80 && tail < 0xC0;
    EXPECT_EQ(utf8_sequence_length(text.data(), text.data() + 3), is_tail ? 3 : 0) << tail;
  }
}

TEST(StringText, RefusesTextThatIsCutOff) {
  EXPECT_EQ(fault_of(""), StringFault::kUnterminated);
  EXPECT_EQ(fault_of("plain text that ends without a quote"), StringFault::kUnterminated);
  EXPECT_EQ(fault_of("\xC3\xA9"), StringFault::kUnterminated);
  EXPECT_EQ(fault_of("\\"), StringFault::kEscape);
  EXPECT_EQ(fault_of("\\u00"), StringFault::kEscape);
  EXPECT_EQ(fault_of("\xE2\x82"), StringFault::kUtf8);
}

TEST(StringText, UnescapesEveryShortEscape) {
  EXPECT_EQ(unescape(R"(\"\\\/\b\f\n\r\t)"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(unescape(R"(no escape)"), "no escape");
  EXPECT_EQ(unescape(R"(a\\nb)"), "a\\nb");
  EXPECT_EQ(unescape(R"(\u0000)"), std::string(1, '\0'));
}

TEST(StringText, UnescapesEveryCodeUnit) {
  for (std::uint32_t unit = 0; unit <= 0xFFFF; ++unit) {
    char escape[7];
    std::snprintf(escape, sizeof escape, unit % 2 == 0 ? "\\u%04x" : "\\u%04X", unit);
    ASSERT_EQ(unescape(escape), encode(unit)) << escape;
  }
}

TEST(StringText, JoinsPairsOfSurrogates) {
  EXPECT_EQ(unescape(R"(\ud83d\ude00)"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(unescape(R"(\uD800\uDC00)"), encode(0x10000));
  EXPECT_EQ(unescape(R"(\uDBFF\uDFFF)"), encode(0x10FFFF));
}

TEST(StringText, KeepsLoneSurrogatesInThreeBytes) {
  EXPECT_EQ(unescape(R"(\ud83d)"), "\xED\xA0\xBD");
  EXPECT_EQ(unescape(R"(\ude00)"), "\xED\xB8\x80");
  EXPECT_EQ(unescape(R"(\ud83dx\ude00)"), "\xED\xA0\xBDx\xED\xB8\x80");
  EXPECT_EQ(unescape(R"(\ud83d\n)"), "\xED\xA0\xBD\n");
  EXPECT_EQ(unescape(R"(\ud83d\u0041)"),
            "\xED\xA0\xBD"
            "A");
  EXPECT_EQ(unescape(R"(\ude00\ud83d)"), "\xED\xB8\x80\xED\xA0\xBD");
  EXPECT_EQ(unescape(R"(\ud83d\ud83d\ude00)"), "\xED\xA0\xBD\xF0\x9F\x98\x80");
}

// Escapes at every place of the blocks that are looked at together, alone and one after the other.
TEST(StringText, UnescapesWhereverEscapesStand) {
  const std::vector<std::pair<std::string, std::string>> escapes = {
      {"\\n", "\n"}, {"\\\\", "\\"}, {"\\u00e9", "\xC3\xA9"}, {"\\\"\\t\\u0041", "\"\tA"}};
  for (const auto& [escaped, meant] : escapes) {
    for (std::size_t before = 0; before < 40; ++before) {
      for (const std::size_t behind : {0U, 1U, 15U, 16U, 100U, 700U}) {
        const std::string head(before, 'a');
        const std::string tail(behind, 'b');
        const std::string once = head + meant + tail;
        EXPECT_EQ(unescape(head + escaped + tail), once);
        EXPECT_EQ(unescape(head + escaped + tail + head + escaped + tail), once + once);
      }
    }
  }
}

TEST(StringText, UnescapesLongTextsOfEscapesAlone) {
  std::string escaped;
  for (int i = 0; i < 2000; ++i) {
    escaped += "\\n";
  }
  EXPECT_EQ(unescape(escaped), std::string(2000, '\n'));
}

TEST(StringText, AppendsToWhatIsThere) {
  std::string text = "a";
  append_unescaped(text, "\\n");
  append_unescaped(text, "b");
  EXPECT_EQ(text, "a\nb");
}

TEST(StringText, KeepsTextThatBreaksThePromiseWithoutReadingBeyondIt) {
  EXPECT_EQ(unescape("\\"), "\\");
  EXPECT_EQ(unescape("a\\u12"), "a\\u12");
  EXPECT_EQ(unescape("\\ud83d\\u"), "\xED\xA0\xBD\\u");
  EXPECT_EQ(unescape("\\ud83d\\uzzzz"), "\xED\xA0\xBD\\uzzzz");
}

}  // namespace
}  // namespace llmgate::json
