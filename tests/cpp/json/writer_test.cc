#include "json/writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "json/document.h"

namespace llmgate::json {
namespace {

std::string escape(std::string_view utf8) {
  std::string out;
  append_escaped(out, utf8);
  return out;
}

template <typename Number>
std::string number_text(Number value) {
  std::string out;
  Writer(out).number(value);
  return out;
}

TEST(Writer, PlacesCommasAndQuotes) {
  std::string out;
  Writer writer(out);
  writer.begin_object().key("a").number(std::int64_t{1}).key("b").begin_array();
  writer.string("x").null().boolean(true).boolean(false).begin_object().end_object().end_array();
  writer.key("c").begin_array().end_array().key("d").begin_object().key("e").number(0.5);
  writer.end_object().key("f").begin_array().begin_array().end_array().begin_array().end_array();
  writer.end_array().end_object();
  EXPECT_EQ(out, R"({"a":1,"b":["x",null,true,false,{}],"c":[],"d":{"e":0.5},"f":[[],[]]})");
}

TEST(Writer, AppendsToWhatIsThere) {
  std::string out = "data: ";
  Writer(out).begin_array().end_array();
  EXPECT_EQ(out, "data: []");
}

TEST(Writer, SplicesTextThatIsJsonAlready) {
  std::string out;
  Writer writer(out);
  writer.begin_object()
      .raw_key(R"("a\n")")
      .raw(R"({"x": 1e400})")
      .escaped_key("b\\t")
      .escaped("c\\ud800");
  writer.key("l").begin_array().raw("1").raw("2").escaped("").end_array().end_object();
  EXPECT_EQ(out, R"({"a\n":{"x": 1e400},"b\t":"c\ud800","l":[1,2,""]})");
}

// What is special at every place of the blocks that are looked at together, and beside others.
TEST(Writer, EscapesWhereverSpecialBytesStand) {
  const std::vector<std::pair<std::string, std::string>> specials = {
      {"\"", "\\\""},
      {"\\", "\\\\"},
      {"\n", "\\n"},
      {"\x01", "\\u0001"},
      {"\xED\xA0\x80", "\\ud800"},
      {"\xED\x95\x9C", "\xED\x95\x9C"},
      {"\"\"\\\t", "\\\"\\\"\\\\\\t"}};
  for (const auto& [special, escaped] : specials) {
    for (std::size_t before = 0; before < 40; ++before) {
      for (const std::size_t behind : {0U, 1U, 15U, 16U, 33U, 200U, 700U}) {
        const std::string text = std::string(before, 'a') + special + std::string(behind, 'b');
        EXPECT_EQ(escape(text), std::string(before, 'a') + escaped + std::string(behind, 'b'));
        EXPECT_EQ(escape(text + text), escape(text) + escape(text));
      }
    }
  }
}

TEST(Writer, EscapesLongTextsOfSpecialBytesAlone) {
  const std::string quotes(3000, '"');
  std::string escaped;
  for (std::size_t i = 0; i < quotes.size(); ++i) {
    escaped += "\\\"";
  }
  EXPECT_EQ(escape(quotes), escaped);
}

TEST(Writer, EscapesKeysAndStrings) {
  std::string out;
  Writer(out).begin_object().key("a\"b").string("c\\d\n").end_object();
  EXPECT_EQ(out, R"({"a\"b":"c\\d\n"})");
}

TEST(Writer, WritesEveryKindOfInteger) {
  EXPECT_EQ(number_text(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(number_text(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
  EXPECT_EQ(number_text(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(number_text(-7), "-7");
  EXPECT_EQ(number_text(7U), "7");
  EXPECT_EQ(number_text(static_cast<unsigned char>(7)), "7");
}

TEST(Writer, WritesDoublesShortAndExact) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(-2.5), "-2.5");
  EXPECT_EQ(number_text(3.0), "3");
  EXPECT_EQ(number_text(1e22), "1e+22");
  for (const double value :
       {0.0, -0.0, 1.0 / 3, 5e-324, 1.7976931348623157e308, 0.7, 1e21, 123456.789}) {
    const std::string text = number_text(value);
    Document document;
    ASSERT_FALSE(document.read(text)) << text;
    EXPECT_EQ(document.root().as_double(), value) << text;
    EXPECT_EQ(std::signbit(*document.root().as_double()), std::signbit(value)) << text;
  }
}

#ifdef NDEBUG
TEST(Writer, WritesNullForWhatIsNoNumber) {
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(number_text(std::numeric_limits<double>::quiet_NaN()), "null");
}
#endif

TEST(AppendEscaped, EscapesWhatMustBeEscaped) {
  EXPECT_EQ(escape("\"\\/\b\f\n\r\t"), R"(\"\\/\b\f\n\r\t)");
  EXPECT_EQ(escape(std::string_view("\0\x01\x1F\x7F", 4)), "\\u0000\\u0001\\u001f\x7F");
  EXPECT_EQ(escape("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"),
            "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80");
  EXPECT_EQ(escape(""), "");
}

TEST(AppendEscaped, FindsASpecialByteAtAnyPlace) {
  for (std::size_t before = 0; before < 140; ++before) {
    for (std::size_t after = 0; after < 80; ++after) {
      const std::string head(before, 'x');
      const std::string tail(after, 'y');
      ASSERT_EQ(escape(head + "\n" + tail), head + "\\n" + tail);
      ASSERT_EQ(escape(head + "\xED\xA0\xBD" + tail), head + "\\ud83d" + tail);
    }
  }
}

TEST(AppendEscaped, TurnsLoneSurrogatesIntoEscapes) {
  EXPECT_EQ(escape("\xED\xA0\x80"), "\\ud800");
  EXPECT_EQ(escape("\xED\xBF\xBF"), "\\udfff");
  EXPECT_EQ(escape("a\xED\xA0\xBD\xED\xB8\x80z"), "a\\ud83d\\ude00z");
}

TEST(AppendEscaped, LeavesHangulWithTheSameLeadByteAlone) {
  EXPECT_EQ(escape("\xED\x95\x9C\xED\x9F\xBF"), "\xED\x95\x9C\xED\x9F\xBF");
}

TEST(AppendEscaped, CopiesBrokenUtf8WithoutReadingBeyondIt) {
  for (const std::string text :
       {"\xED", "\xED\xA0", "\xED\xA0z", "\xFF\xC3", "\x80", "x\xED\xED\xA0"}) {
    const std::vector<char> bytes(text.begin(), text.end());
    EXPECT_EQ(escape({bytes.data(), bytes.size()}), text);
  }
}

TEST(AppendQuoted, PutsQuotesAround) {
  std::string out = "x";
  append_quoted(out, "a\"b");
  EXPECT_EQ(out, R"(x"a\"b")");
}

TEST(AppendEscaped, IsReadBackAsItWas) {
  std::string every;
  for (int byte = 0; byte < 0x80; ++byte) {
    every += static_cast<char>(byte);
  }
  for (const std::string& text :
       {every, std::string("\xED\xA0\xBD alone"), std::string("\xF0\x9F\x98\x80\xED\xB8\x80")}) {
    std::string out;
    append_quoted(out, text);
    Document document;
    ASSERT_FALSE(document.read(out)) << out;
    EXPECT_EQ(document.root().unescaped(), text);
  }
}

}  // namespace
}  // namespace llmgate::json
