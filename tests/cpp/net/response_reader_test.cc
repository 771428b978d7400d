#include "net/response_reader.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace llmgate::net {
namespace {

using Step = ResponseReader::Step;

ResponseReader read(std::initializer_list<std::string_view> lines, bool has_body = true) {
  ResponseReader reader;
  reader.reset({}, has_body);
  Step step = Step::kMore;
  for (const std::string_view line : lines) {
    EXPECT_EQ(step, Step::kMore);
    step = reader.add_line(line);
  }
  EXPECT_EQ(step, Step::kHeadComplete);
  return reader;
}

TEST(ResponseReader, LowersNamesAndTrimsValues) {
  ResponseReader reader =
      read({"HTTP/1.1 429 Slow down\r\n", "Retry-After:\t 7 \r\n", "X-A:b:c\n", "\r\n"});
  const ResponseHead head = reader.take_head();
  EXPECT_EQ(head.status, 429);
  ASSERT_EQ(head.headers.size(), 2U);
  EXPECT_EQ(head.headers[0].name, "retry-after");
  EXPECT_EQ(head.headers[0].value, "7");
  EXPECT_EQ(head.headers[1].value, "b:c");
}

TEST(ResponseReader, GoesOnWithAFoldedValueAndSkipsALineWithoutColon) {
  ResponseReader reader =
      read({"HTTP/1.1 200 OK\r\n", " lost\r\n", "a: b\r\n", "\tc\r\n", "d\r\n", "\r\n"});
  const ResponseHead head = reader.take_head();
  ASSERT_EQ(head.headers.size(), 1U);
  EXPECT_EQ(head.headers[0].value, "b c");
}

TEST(ResponseReader, ForgetsInterimHeads) {
  ResponseReader reader = read({"HTTP/1.1 103 Early Hints\r\n", "Content-Length: 5\r\n", "\r\n",
                                "HTTP/1.1 200 OK\r\n", "a: b\r\n", "\r\n"});
  EXPECT_FALSE(reader.is_framed());
  EXPECT_EQ(reader.take_head().headers.size(), 1U);
}

TEST(ResponseReader, IsFramedByLengthChunksOrHavingNoBody) {
  EXPECT_TRUE(read({"HTTP/1.1 200 OK\r\n", "Content-Length: 0\r\n", "\r\n"}).is_framed());
  EXPECT_TRUE(
      read({"HTTP/1.1 200 OK\r\n", "Transfer-Encoding: gzip, Chunked\r\n", "\r\n"}).is_framed());
  EXPECT_TRUE(read({"HTTP/1.1 204 None\r\n", "\r\n"}).is_framed());
  EXPECT_TRUE(read({"HTTP/1.1 304 Same\r\n", "\r\n"}).is_framed());
  EXPECT_TRUE(read({"HTTP/1.1 200 OK\r\n", "\r\n"}, false).is_framed());
  EXPECT_FALSE(read({"HTTP/1.1 200 OK\r\n", "\r\n"}).is_framed());
  EXPECT_FALSE(
      read({"HTTP/1.1 200 OK\r\n", "Content-Length: 9\r\n", "Transfer-Encoding: gzip\r\n", "\r\n"})
          .is_framed());
}

TEST(ResponseReader, RefusesAHeadWithoutStatusAndSwitchedProtocols) {
  for (const std::string_view line : {"hello\r\n", "HTTP/1.1\r\n", "HTTP/1.1 2x0 OK\r\n", "\r\n"}) {
    ResponseReader reader;
    EXPECT_EQ(reader.add_line(line), Step::kRefused);
    EXPECT_EQ(reader.failure(), TransferFailure::kProtocol);
  }
  ResponseReader reader;
  EXPECT_EQ(reader.add_line("HTTP/1.1 101 Switching\r\n"), Step::kMore);
  EXPECT_EQ(reader.add_line("\r\n"), Step::kRefused);
  EXPECT_EQ(reader.failure(), TransferFailure::kProtocol);
}

TEST(ResponseReader, CountsAllHeadersAgainstTheLimitWithInterimOnesAndTrailers) {
  ResponseReader reader;
  reader.reset({.max_header_bytes = 60, .max_body_bytes = 10}, true);
  for (const std::string_view line :
       {"HTTP/1.1 100 \r\n", "\r\n", "HTTP/1.1 200 \r\n"}) {  // 15 + 2 + 15
    EXPECT_EQ(reader.add_line(line), Step::kMore);
  }
  EXPECT_EQ(reader.add_line("\r\n"), Step::kHeadComplete);
  EXPECT_EQ(reader.add_line("trailer: 89012345678901234\r\n"), Step::kRefused);
  EXPECT_EQ(reader.failure(), TransferFailure::kHeadersTooLarge);
  EXPECT_NE(reader.detail().find("60"), std::string::npos);
}

TEST(ResponseReader, TakesABodyOfTheLimitAndNotAByteMore) {
  ResponseReader reader;
  reader.reset({.max_header_bytes = 60, .max_body_bytes = 10}, true);
  EXPECT_TRUE(reader.add_body(4));
  EXPECT_TRUE(reader.add_body(6));
  EXPECT_FALSE(reader.add_body(1));
  EXPECT_EQ(reader.failure(), TransferFailure::kBodyTooLarge);
  reader.reset({}, true);
  EXPECT_TRUE(reader.add_body(11));
  EXPECT_EQ(reader.failure(), TransferFailure::kNone);
}

}  // namespace
}  // namespace llmgate::net
