#include "account/window.h"

#include <gtest/gtest.h>

namespace llmgate::account {
namespace {

using namespace std::chrono_literals;

WallTime at(std::int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

constexpr std::int64_t kSunday = 1795305845;  // 2026-11-22T00:04:05Z

TEST(Window, ADayBeginsAtMidnightInUtc) {
  const Span span = span_of({WindowKind::kDay, 0s}, at(kSunday));
  EXPECT_EQ(text_of(span.begin), "2026-11-22T00:00:00Z");
  EXPECT_EQ(text_of(span.end), "2026-11-23T00:00:00Z");
}

TEST(Window, AWeekBeginsOnMonday) {
  const Span span = span_of({WindowKind::kWeek, 0s}, at(kSunday));
  EXPECT_EQ(text_of(span.begin), "2026-11-16T00:00:00Z");
  EXPECT_EQ(text_of(span.end), "2026-11-23T00:00:00Z");
}

TEST(Window, AMonthEndsWhereTheNextYearBegins) {
  const Span span = span_of({WindowKind::kMonth, 0s}, at(kSunday + 30 * 86400));
  EXPECT_EQ(text_of(span.begin), "2026-12-01T00:00:00Z");
  EXPECT_EQ(text_of(span.end), "2027-01-01T00:00:00Z");
}

TEST(Window, ForeverAndRollingOnesHaveNoSpan) {
  EXPECT_EQ(span_of({}, at(kSunday)).end, WallTime::max());
  EXPECT_EQ(span_of({WindowKind::kRolling, 60s}, at(kSunday)).begin, WallTime::min());
}

TEST(Window, TextsAreReadAndWrittenBack) {
  for (const char* text : {"forever", "day", "week", "month", "30s", "15m", "24h", "7d", "2w"}) {
    const auto window = read_window(text);
    ASSERT_TRUE(window) << text;
    EXPECT_EQ(read_window(text_of(*window))->length, window->length);
    EXPECT_EQ(read_window(text_of(*window))->kind, window->kind);
  }
  EXPECT_EQ(read_window("1mo")->length, 720h);
  EXPECT_EQ(text_of(*read_window("90s")), "90s");
}

TEST(Window, WhatIsNoWindowIsRefusedByName) {
  for (const char* text :
       {"yesterday", "0d", "-1h", "10", "5y", "99999999999999999999s", "999999999w", "1d "}) {
    const auto window = read_window(text);
    ASSERT_FALSE(window) << text;
    EXPECT_NE(window.error().message.find("accepted: day, week"), std::string::npos);
  }
}

TEST(Window, DaysBefore1970HaveNames) {
  EXPECT_EQ(text_of_day(day_of(at(-1))), "1969-12-31");
  EXPECT_EQ(day_of(at(86400)), 1);
}

}  // namespace
}  // namespace llmgate::account
