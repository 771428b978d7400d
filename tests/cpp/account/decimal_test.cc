#include "account/decimal.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace llmgate::account {
namespace {

std::string written(Int128 value, int places) {
  std::array<char, kMaxDecimalText> buffer{};
  return {buffer.data(), write_scaled(value, places, buffer.data())};
}

std::string read(std::string_view text, int places, Rounding rounding = Rounding::kExact) {
  auto value = read_scaled(text, places, rounding);
  return value ? written(*value, 0) : "refused: " + value.error().message;
}

TEST(Decimal, ReadsEveryFormOfANumber) {
  EXPECT_EQ(read("12.5", 3), "12500");
  EXPECT_EQ(read("1.25e-07", 10), "1250");
  EXPECT_EQ(read("1.25E+2", 0), "125");
  EXPECT_EQ(read("-0.5", 1), "-5");
  EXPECT_EQ(read("+.5", 1), "5");
  EXPECT_EQ(read("5.", 1), "50");
  EXPECT_EQ(read("0e9999999999", 18), "0");
  EXPECT_EQ(read("0000000000000000000000000000000000000000000000001", 0), "1");
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "nan", "inf", " 1",
                           "1 ", "1,5", "--1", "1e1.5", "1e-", "\xd9\xa1"}) {
    EXPECT_NE(read(text, 18).find("is no decimal number"), std::string::npos) << text;
  }
}

TEST(Decimal, RefusesWhatIsTooLarge) {
  EXPECT_EQ(read("1e20", 18), "100000000000000000000000000000000000000");
  EXPECT_EQ(read("1e21", 18), "refused: '1e21' is too large");
  EXPECT_EQ(read("1e999999999999999999999", 0), "refused: '1e999999999999999999999' is too large");
  const std::string nines(300, '9');
  EXPECT_EQ(read(nines, 0), "refused: '" + nines.substr(0, 60) + "...' is too large");
}

TEST(Decimal, RoundsOnlyWhenAsked) {
  EXPECT_EQ(read("0.15", 1), "refused: '0.15' has more than 1 decimal places");
  EXPECT_EQ(read("0.15", 1, Rounding::kNearest), "2");
  EXPECT_EQ(read("0.149", 1, Rounding::kNearest), "1");
  EXPECT_EQ(read("-0.15", 1, Rounding::kNearest), "-2");
  EXPECT_EQ(read("0.05", 0, Rounding::kNearest), "0");
  EXPECT_EQ(read("0.101", 1, Rounding::kUp), "2");
  EXPECT_EQ(read("0.100", 1, Rounding::kUp), "1");
  EXPECT_EQ(read("1e-400", 18, Rounding::kUp), "1");
  EXPECT_EQ(read("1e-400", 18, Rounding::kNearest), "0");
  EXPECT_EQ(read("-1e-400", 18, Rounding::kUp), "-1");
}

TEST(Decimal, MindsDigitsBeyondThoseItKeeps) {
  const std::string tail = "0." + std::string(60, '0') + "1";
  EXPECT_EQ(read("1234567890123456789" + tail.substr(1), 18).substr(0, 7), "refused");
  EXPECT_EQ(read("12345678901234567890123456789012345678.5", 0, Rounding::kUp),
            "12345678901234567890123456789012345679");
  EXPECT_EQ(read("0.1" + std::string(60, '0') + "1", 2, Rounding::kUp), "11");
}

TEST(Decimal, WritesTheShortestText) {
  EXPECT_EQ(written(0, 18), "0");
  EXPECT_EQ(written(2500, 9), "0.0000025");
  EXPECT_EQ(written(-2500, 3), "-2.5");
  EXPECT_EQ(written(1000, 3), "1");
  EXPECT_EQ(written(1000, 2), "10");
  EXPECT_EQ(written(kInt128Max, 18), "170141183460469231731.687303715884105727");
  EXPECT_EQ(written(-kInt128Max, 39), "-0.170141183460469231731687303715884105727");
}

TEST(Decimal, ReadsBackWhatItWrites) {
  Uint128 seed = 88172645463325252U;
  for (int round = 0; round < 2000; ++round) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    const auto value = static_cast<Int128>(seed >> (1 + round % 120)) * (round % 2 == 0 ? 1 : -1);
    const int places = round % 30;
    auto back = read_scaled(written(value, places), places, Rounding::kExact);
    ASSERT_TRUE(back.ok()) << written(value, places);
    EXPECT_TRUE(*back == value) << written(value, places);
  }
}

TEST(Decimal, HoldsAtTheEndsOfTheRange) {
  EXPECT_TRUE(multiply_held(kInt128Max, 2) == kInt128Max);
  EXPECT_TRUE(multiply_held(kInt128Max, -2) == -kInt128Max);
  EXPECT_TRUE(multiply_held(-kInt128Max, std::numeric_limits<std::int64_t>::min()) == kInt128Max);
  EXPECT_TRUE(multiply_held(kInt128Max, 0) == 0);
  EXPECT_TRUE(multiply_held(static_cast<Int128>(1) << 100, -3) == -(static_cast<Int128>(3) << 100));
  EXPECT_TRUE(add_held(kInt128Max, 1) == kInt128Max);
  EXPECT_TRUE(add_held(-kInt128Max, -1) == -kInt128Max);
  EXPECT_TRUE(add_held(kInt128Max, -1) == kInt128Max - 1);
}

}  // namespace
}  // namespace llmgate::account
