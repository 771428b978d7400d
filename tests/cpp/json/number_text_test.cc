#include "json/number_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace llmgate::json {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

// How many bytes of `text` are the number, or -1.
std::ptrdiff_t scanned(const std::string& text) {
  const char* const end = text.data() + text.size();
  const char* const stop = scan_number(text.data(), end);
  if (is_digit(text.front())) {
    EXPECT_EQ(scan_unsigned_number(text.data(), end), stop) << text;
  }
  return stop == nullptr ? -1 : stop - text.data();
}

TEST(NumberText, ScansTheWholeNumberAndNoMore) {
  const std::vector<std::pair<std::string, std::ptrdiff_t>> cases = {
      {"0", 1},    {"0,", 1},   {"7]", 1},  {"-0}", 2},       {"12 ", 2},    {"10", 2},
      {"1.5,", 3}, {"0.00", 4}, {"1e5", 3}, {"1E+05x", 5},    {"1.5e-3", 6}, {"-1.0E1", 6},
      {"1-2", 1},  {"1+", 1},   {"0e0", 3}, {"123456789", 9},
  };
  for (const auto& [text, length] : cases) {
    EXPECT_EQ(scanned(text), length) << text;
  }
}

TEST(NumberText, RefusesWhatTheGrammarForbids) {
  for (const char* text :
       {"-", "-a", "--1", "-.5", "1.", "1.e", "1.,", "1e", "1e+", "1E-,", "1e.5", "0."}) {
    EXPECT_EQ(scanned(text), -1) << text;
  }
}

TEST(NumberText, RefusesLeadingZeros) {
  const std::string text = "01";
  EXPECT_EQ(scan_unsigned_number(text.data(), text.data() + text.size()), nullptr);
  EXPECT_EQ(scanned("-01"), 2);  // the digit behind is for the caller to refuse
}

TEST(NumberText, ReadsWholeNumbersThatFit) {
  const std::vector<std::pair<std::string, std::int64_t>> cases = {
      {"0", 0},
      {"-0", 0},
      {"0.0", 0},
      {"-0.0e5", 0},
      {"0e999999999999999999999", 0},
      {"7", 7},
      {"-7", -7},
      {"3.0", 3},
      {"3e0", 3},
      {"3.000e0", 3},
      {"30e-1", 3},
      {"0.3e1", 3},
      {"0.003E+3", 3},
      {"-1.5e1", -15},
      {"1e18", 1000000000000000000},
      {"1000e15", 1000000000000000000},
      {"9223372036854775807", kMost},
      {"-9223372036854775808", kLeast},
      {"9223372036854775807.0", kMost},
      {"9.223372036854775807e18", kMost},
      {"-922337203685477580.8e1", kLeast},
      {"9223372036854775807000e-3", kMost},
  };
  for (const auto& [text, value] : cases) {
    EXPECT_EQ(number_to_int(text), value) << text;
  }
}

TEST(NumberText, ReadsNothingWhereNoWholeNumberFits) {
  for (const char* text :
       {"0.5", "-0.1", "1e-1", "15e-1", "3.00000000000000000000000001", "9223372036854775808",
        "-9223372036854775809", "9223372036854775807.5", "1e19", "123456789012345678901234567890",
        "1e400", "1e-400", "1e999999999999999999999", "1e-999999999999999999999", ""}) {
    EXPECT_EQ(number_to_int(text), std::nullopt) << text;
  }
}

TEST(NumberText, ReadsAnExponentThatUndoesALongMantissa) {
  const std::string zeros(5000, '0');
  EXPECT_EQ(number_to_int("12" + zeros + "e-5000"), 12);
  EXPECT_EQ(number_to_int("0." + zeros + "12e5002"), 12);
}

TEST(NumberText, ReadsTheNearestDouble) {
  const std::vector<std::pair<std::string, double>> cases = {
      {"0", 0.0},
      {"0.1", 0.1},
      {"-2.5e-3", -0.0025},
      {"1e308", 1e308},
      {"1.7976931348623157e308", 1.7976931348623157e308},
      {"5e-324", 5e-324},
      {"123456789012345678901234567890", 123456789012345678901234567890.0},
      {"1E2", 100.0},
      {"9007199254740993", 9007199254740992.0},
      {"0e999999999999999999999", 0.0},
  };
  for (const auto& [text, value] : cases) {
    EXPECT_EQ(number_to_double(text), value) << text;
  }
}

TEST(NumberText, ReadsWhatIsTooSmallAsZeroOfItsSign) {
  for (const char* text : {"1e-400", "0.00001e-400", "1e-999999999999999999999", "123456e-400"}) {
    EXPECT_EQ(number_to_double(text), 0.0) << text;
  }
  ASSERT_TRUE(number_to_double("-1e-400").has_value());
  EXPECT_TRUE(std::signbit(*number_to_double("-1e-400")));
}

TEST(NumberText, ReadsNothingWhereTheDoubleIsInfinite) {
  for (const char* text :
       {"1e309", "-1e400", "1.7976931348623159e308", "1e999999999999999999999", "0.1e400", ""}) {
    EXPECT_EQ(number_to_double(text), std::nullopt) << text;
  }
  EXPECT_EQ(number_to_double(std::string(400, '9')), std::nullopt);
}

}  // namespace
}  // namespace llmgate::json
