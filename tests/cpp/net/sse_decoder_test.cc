#include "net/sse_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace llmgate::net {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;  // name, data

void drain(SseDecoder& decoder, Events& events) {
  while (const auto event = decoder.next()) {
    events.emplace_back(event->name, event->data);
  }
}

Events decode(std::initializer_list<std::string_view> pieces, bool finish = true) {
  SseDecoder decoder;
  Events events;
  for (const std::string_view piece : pieces) {
    decoder.feed(piece);
    drain(decoder, events);
  }
  if (finish) {
    decoder.finish();
    drain(decoder, events);
  }
  return events;
}

Events decode(std::string_view stream) { return decode({stream}); }

TEST(SseDecoder, GivesEachEventWithItsNameAndData) {
  EXPECT_EQ(decode("event: delta\ndata: one\n\ndata: two\n\n"),
            (Events{{"delta", "one"}, {"", "two"}}));
}

TEST(SseDecoder, TakesDataWithoutASpaceAndKeepsASecondSpace) {
  EXPECT_EQ(decode("data:one\n\ndata:  two\n\n"), (Events{{"", "one"}, {"", " two"}}));
}

TEST(SseDecoder, JoinsDataLinesByLineFeeds) {
  EXPECT_EQ(decode("data: a\ndata\ndata: b\n\n"), (Events{{"", "a\n\nb"}}));
}

TEST(SseDecoder, GivesAnEventWhoseDataIsEmptyButNotOneWithoutData) {
  EXPECT_EQ(decode("data:\n\nevent: lonely\n\ndata: x\n\n"), (Events{{"", ""}, {"", "x"}}));
}

TEST(SseDecoder, IgnoresCommentsAndOtherFields) {
  EXPECT_EQ(decode(": ping\n\n:\nid: 7\nretry: 10\ndatax: no\ndata: yes\n: between\n\n"),
            (Events{{"", "yes"}}));
}

TEST(SseDecoder, SkipsAByteOrderMarkAtTheStartOnly) {
  EXPECT_EQ(decode("\xEF\xBB\xBF"
                   "data: a\n\n\xEF\xBB\xBF"
                   "data: b\n\n"),
            (Events{{"", "a"}}));
  EXPECT_EQ(decode("\xEF\xBB"
                   "data: a\n\ndata: b\n\n"),
            (Events{{"", "b"}}));
}

TEST(SseDecoder, GivesTheSameEventsWhereverTheStreamIsCut) {
  const std::vector<std::string> streams = {
      "\xEF\xBB\xBF: hello\n\nevent: start\ndata: {\"a\":1}\n\ndata:x\ndata: y\n\ndata: [DONE]\n\n",
      "event: start\r\ndata: {\"a\":1}\r\n\r\n: ping\r\n\r\ndata:x\r\ndata: y\r\n\r\ndata: end\r\n",
      "event: start\rdata: {\"a\":1}\r\rdata:x\rdata: y\r\r\rdata: mixed\n\r\ndata: end\r",
      "\xEF\xBB no mark\ndata: a\n\nevent: e\n\ndata\n\ndata: cut"};
  for (const std::string& stream : streams) {
    const std::string_view all = stream;
    const Events whole = decode(all);
    EXPECT_GE(whole.size(), 2U);
    for (std::size_t i = 0; i <= all.size(); ++i) {
      for (std::size_t j = i; j <= all.size(); ++j) {
        ASSERT_EQ(decode({all.substr(0, i), all.substr(i, j - i), all.substr(j)}), whole)
            << "cut at " << i << " and " << j << " of " << stream;
      }
    }
  }
}

TEST(SseDecoder, GivesTheSameEventsByteByByte) {
  const std::string stream = "event: e\r\ndata: one\r\n\r\ndata: two\n\ndata: three\r\r";
  SseDecoder decoder;
  Events events;
  for (const char& byte : stream) {
    decoder.feed({&byte, 1});
    drain(decoder, events);
  }
  EXPECT_EQ(events, (Events{{"e", "one"}, {"", "two"}, {"", "three"}}));
}

TEST(SseDecoder, GivesAnEventAsSoonAsItsBlankLineIsThere) {
  EXPECT_EQ(decode({"data: a\r\n\r"}, false), (Events{{"", "a"}}));
  EXPECT_EQ(decode({"data: a\n"}, false), Events{});
}

TEST(SseDecoder, FinishGivesALastEventWithoutItsBlankLine) {
  SseDecoder decoder;
  Events events;
  decoder.feed("data: a\n\nevent: e\ndata: b\n");
  drain(decoder, events);
  EXPECT_TRUE(decoder.has_rest());
  decoder.finish();
  drain(decoder, events);
  EXPECT_EQ(events, (Events{{"", "a"}, {"e", "b"}}));
  EXPECT_FALSE(decoder.has_rest());
}

TEST(SseDecoder, FinishKeepsBackAnEventWhoseLastLineIsCut) {
  SseDecoder decoder;
  Events events;
  decoder.feed("data: a\n\ndata: {\"half\"");
  drain(decoder, events);
  decoder.finish();
  drain(decoder, events);
  EXPECT_EQ(events, (Events{{"", "a"}}));
  EXPECT_TRUE(decoder.has_rest());
}

TEST(SseDecoder, HasNoRestBetweenEventsOrAfterAComment) {
  SseDecoder decoder;
  EXPECT_FALSE(decoder.has_rest());
  decoder.feed("data: a\n\n: ping\n");
  EXPECT_TRUE(decoder.next().has_value());
  EXPECT_FALSE(decoder.next().has_value());
  EXPECT_FALSE(decoder.has_rest());
}

TEST(SseDecoder, GivesWholeEventsOfAPieceWithoutCopying) {
  const std::string piece = "event: e\ndata: {\"text\":\"Hello\"}\n\n";
  SseDecoder decoder;
  decoder.feed(piece);
  const auto event = decoder.next();
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->data.data(), piece.data() + piece.find('{'));
  EXPECT_EQ(event->name.data(), piece.data() + piece.find("e\n"));
}

TEST(SseDecoder, KeepsAnEventAcrossPiecesThatAreGone) {
  SseDecoder decoder;
  Events events;
  for (const std::string_view text : {"event: na", "me\nda", "ta: on", "e\n", "\n"}) {
    std::string piece(text);
    decoder.feed(piece);
    drain(decoder, events);
    piece.assign(piece.size(), '#');
  }
  EXPECT_EQ(events, (Events{{"name", "one"}}));
}

TEST(SseDecoder, TakesAnEventOfTheLimitAndRefusesALargerOneHoweverItArrives) {
  const std::string largest = "data: " + std::string(94, 'x') + "\n\n";
  const std::string larger = "data: " + std::string(95, 'x') + "\n\n";
  for (std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    for (const auto& [event, fits] : {std::pair(largest, true), std::pair(larger, false)}) {
      const std::string stream = "data: first\n\n" + event + "data: last\n\n";
      SseDecoder decoder(100);
      Events events;
      for (std::size_t at = 0; at < stream.size(); at += step) {
        decoder.feed(std::string_view(stream).substr(at, step));
        drain(decoder, events);
      }
      EXPECT_EQ(decoder.overflowed(), !fits);
      EXPECT_EQ(events.size(), fits ? 3U : 1U);
    }
  }
}

TEST(SseDecoder, RefusesAnEventOfManySmallLines) {
  SseDecoder decoder(100);
  Events events;
  for (int i = 0; i < 200; ++i) {
    decoder.feed("data:\n");
    drain(decoder, events);
  }
  decoder.feed("\n");
  drain(decoder, events);
  EXPECT_TRUE(decoder.overflowed());
  EXPECT_TRUE(events.empty());
}

TEST(SseDecoder, TakesEightMebibytesByDefaultAndNotMore) {
  constexpr std::size_t kLimit = std::size_t{8} << 20U;
  const std::string piece(64 * 1024, 'x');
  SseDecoder decoder;
  decoder.feed("data: ");
  EXPECT_FALSE(decoder.next().has_value());
  std::size_t fed = 6;
  while (fed + piece.size() <= kLimit) {
    decoder.feed(piece);
    EXPECT_FALSE(decoder.next().has_value());
    fed += piece.size();
  }
  EXPECT_FALSE(decoder.overflowed());
  decoder.feed(piece);
  EXPECT_FALSE(decoder.next().has_value());
  EXPECT_TRUE(decoder.overflowed());
}

TEST(SseDecoder, MayBeMovedBetweenPieces) {
  SseDecoder first;
  first.feed("event: e\ndata: a");
  EXPECT_FALSE(first.next().has_value());
  SseDecoder second = std::move(first);
  Events events;
  second.feed("b\n\n");
  drain(second, events);
  EXPECT_EQ(events, (Events{{"e", "ab"}}));
}

}  // namespace
}  // namespace llmgate::net
