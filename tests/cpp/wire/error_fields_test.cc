#include "wire/error_fields.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::wire {
namespace {

ErrorFields read(const std::string& body) { return read_error_fields(test::Json(body).root()); }

TEST(ErrorFields, HoldOpenAisOwn) {
  const ErrorFields fields =
      read(R"({"error":{"message":"m","type":"t","param":"p","code":"c"},"user_id":"u"})");
  EXPECT_EQ(fields.message, "m");
  EXPECT_EQ(fields.type, "t");
  EXPECT_EQ(fields.param, "p");
  EXPECT_EQ(fields.code, "c");
  EXPECT_EQ(fields.inner_status, 0);
}

TEST(ErrorFields, HaveTheMessageOfEveryRecordedEnvelope) {
  for (const std::string body :
       {R"({"error":{"message":"why"}})", R"({"error":"why"})", R"({"detail":"why"})",
        R"({"message":"why"})", R"({"object":"error","message":"why"})",
        R"({"code":"a sentence","error":"why"})", R"({"id":"x","message":"why"})"}) {
    EXPECT_EQ(read(body).message, "why") << body;
  }
}

TEST(ErrorFields, ShowDetailsThatAreNoText) {
  EXPECT_EQ(read(R"({"detail":[{"msg":"x"}]})").message, R"([{"msg":"x"}])");
}

TEST(ErrorFields, TakeNumbersAsCodesAndNullAsNone) {
  EXPECT_EQ(read(R"({"error":{"code":400}})").code, "400");
  EXPECT_EQ(read(R"({"error":{"code":null,"message":null}})").code, "");
}

TEST(ErrorFields, FindTheStatusUnderEveryRecordedName) {
  for (const std::string member :
       {R"("code":502)", R"("code":"502")", R"("status_code":502)", R"("status":502)"}) {
    EXPECT_EQ(read(R"({"error":{)" + member + "}}").inner_status, 502) << member;
  }
  EXPECT_EQ(read(R"({"object":"error","code":"1500","raw_status_code":502})").inner_status, 502);
}

TEST(ErrorFields, TakeNoOtherNumberForAStatus) {
  for (const std::string code :
       {"1500", "\"1500\"", "399", "600", "\"4x9\"", "4e2", "-400", "[400]"}) {
    EXPECT_EQ(read(R"({"error":{"code":)" + code + "}}").inner_status, 0) << code;
  }
}

TEST(ErrorFields, ReadAzuresInnerErrorAndGooglesReason) {
  EXPECT_EQ(read(R"({"error":{"innererror":{"code":"x"}}})").inner_code, "x");
  EXPECT_EQ(read(R"({"error":{"details":[{"a":1},{"reason":"y"}]}})").inner_code, "y");
}

TEST(ErrorFields, TakeGooglesStatusForAType) {
  EXPECT_EQ(read(R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}})").type,
            "RESOURCE_EXHAUSTED");
}

TEST(ErrorFields, TakeCoheresTypeOfItsOwnName) {
  EXPECT_EQ(read(R"({"message":"m","error_type":"t"})").type, "t");
}

TEST(ErrorFields, KeepARelaysCopyOfItsBackendsError) {
  EXPECT_EQ(read(R"({"error":{"metadata":{"raw":"{\"a\":1}"}}})").raw, R"({"a":1})");
}

TEST(ErrorFields, AreEmptyForWhatIsNoError) {
  for (const std::string body : {"{}", "[]", "7", "null", R"({"error":null})"}) {
    EXPECT_EQ(read(body).message, "") << body;
  }
}

TEST(MessageInside, IsTheBackendsMessageWhereTheCopyIsJson) {
  EXPECT_EQ(message_inside(R"({"error":{"message":"why"}})", 5), "why");
  EXPECT_EQ(message_inside(R"({"code":"x","error":"why"})", 5), "why");
}

TEST(MessageInside, IsTheStartOfAnyOtherCopy) {
  EXPECT_EQ(message_inside("upstream failed", 8), "upstream");
  EXPECT_EQ(message_inside(R"({"errors":[1]})", 9), R"({"errors")");
}

TEST(Excerpt, IsTheWholeOfAShortText) {
  EXPECT_EQ(excerpt("abc", 3), "abc");
  EXPECT_EQ(excerpt("", 3), "");
}

TEST(Excerpt, NeverEndsInsideACharacter) {
  EXPECT_EQ(excerpt("ab\xC3\xA9", 3), "ab");
  EXPECT_EQ(excerpt("a\xF0\x9F\x98\x80", 4), "a");
  EXPECT_EQ(excerpt("\xC3\xA9z", 2), "\xC3\xA9");
}

TEST(Excerpt, CutsBytesThatAreNoTextAtTheLimit) {
  EXPECT_EQ(excerpt(std::string(10, '\x80'), 6), std::string(6, '\x80'));
}

}  // namespace
}  // namespace llmgate::wire
