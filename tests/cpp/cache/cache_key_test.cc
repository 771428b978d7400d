#include "cache/cache_key.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "json/writer.h"
#include "support/turns.h"

namespace llmgate::cache {
namespace {

std::string canonical(const std::string& text) {
  return canonical_request(test::Json(text).root());
}

TEST(CanonicalRequest, ForgetsOrderAndWhiteSpace) {
  EXPECT_EQ(canonical(R"({"model":"m","top_k":3,"messages":[{"role":"user","content":"Hi"}]})"),
            canonical(R"( { "messages" : [ { "content":"Hi", "role" : "user" } ],
                            "top_k": 3, "model":"m" } )"));
}

TEST(CanonicalRequest, KeepsTheOrderOfLists) {
  EXPECT_NE(canonical(R"({"stop":["a","b"]})"), canonical(R"({"stop":["b","a"]})"));
}

TEST(CanonicalRequest, ForgetsHowStringsAreSpelled) {
  EXPECT_EQ(canonical(R"({"a":"A\/\u00e9\ud83d\ude00"})"), canonical(R"({"a":"\u0041/é😀"})"));
  EXPECT_EQ(canonical(R"({"\u0061":1})"), canonical(R"({"a":1})"));
}

TEST(CanonicalRequest, ForgetsHowNumbersAreSpelled) {
  for (const char* same : {"1.0", "1e0", "10e-1", "0.1E+1", "100e-002"}) {
    EXPECT_EQ(canonical(std::string(R"({"n":)") + same + "}"), canonical(R"({"n":1})")) << same;
  }
  EXPECT_EQ(canonical(R"({"n":-0.0})"), canonical(R"({"n":0})"));
  EXPECT_EQ(canonical(R"({"n":0e99})"), canonical(R"({"n":0})"));
}

TEST(CanonicalRequest, TellsNumbersApartThatNoDoubleCan) {
  EXPECT_NE(canonical(R"({"seed":9007199254740993})"), canonical(R"({"seed":9007199254740992})"));
  EXPECT_NE(canonical(R"({"n":1e400})"), canonical(R"({"n":1e401})"));
  EXPECT_NE(canonical(R"({"n":1})"), canonical(R"({"n":-1})"));
  EXPECT_NE(canonical(R"({"n":1e99999999999999999999})"),
            canonical(R"({"n":1e99999999999999999998})"));
}

TEST(CanonicalRequest, TellsTypesApart) {
  const std::array<std::string, 9> values{"null", "true", "false", "0",        "1",
                                          "\"\"", "[]",   "{}",    R"("null")"};
  for (const std::string& a : values) {
    for (const std::string& b : values) {
      EXPECT_EQ(canonical("{\"x\":" + a + "}") == canonical("{\"x\":" + b + "}"), a == b) << a << b;
    }
  }
}

TEST(CanonicalRequest, ForgetsHowTheAnswerIsDelivered) {
  EXPECT_EQ(canonical(R"({"model":"m","stream":true,"stream_options":{"include_usage":true}})"),
            canonical(R"({"model":"m"})"));
  EXPECT_NE(canonical(R"({"a":{"stream":true}})"), canonical(R"({"a":{}})"));  // deeper, it is kept
}

TEST(CanonicalRequest, CountsTheLastMemberOfAName) {
  EXPECT_EQ(canonical(R"({"n":1,"\u006e":2})"), canonical(R"({"n":2})"));
}

TEST(CanonicalRequest, KeepsUnknownMembersAndEmptyNames) {
  EXPECT_NE(canonical(R"({"model":"m","vendor_knob":1})"), canonical(R"({"model":"m"})"));
  EXPECT_NE(canonical(R"({"":1})"), canonical(R"({})"));
}

TEST(CanonicalRequest, OfATextThatIsNoRequestIsEmpty) {
  EXPECT_EQ(canonical_request(std::string_view("[1")), "");
  EXPECT_EQ(canonical_request(std::string_view("[]")), "");
  EXPECT_EQ(canonical_request(std::string_view(R"({"a": 1})")), canonical(R"({"a":1})"));
}

// Values made at random and written in two ways: equal exactly if they are the same value.
class RandomJson {
 public:
  // 0: always the same way.
  explicit RandomJson(std::uint32_t seed) : random_(seed), is_plain_(seed == 0) {}

  // `shape` decides the value, this object's own chance how it is written.
  std::string write(std::uint32_t shape, int depth = 0) {
    std::mt19937 chooser(shape);
    const std::uint32_t kind = chooser() % (depth > 2 ? 4 : 6);
    const std::uint32_t detail = chooser();
    switch (kind) {
      case 0:
        return pick({"null", "null"}, detail);
      case 1:
        return std::string(detail % 2 == 0 ? "true" : "false");
      case 2:
        return number(static_cast<int>(1 + detail % 50));
      case 3:
        return text(detail % 30);
      case 4:
        return "[" + write(detail, depth + 1) + space() + "," + write(detail / 7, depth + 1) + "]";
      default: {
        std::vector<std::string> members{"\"a\":" + write(detail, depth + 1),
                                         "\"b\":" + write(detail / 3, depth + 1),
                                         "\"c\" :" + space() + write(detail / 5, depth + 1)};
        if (!is_plain_) {
          std::shuffle(members.begin(), members.end(), random_);
        }
        return "{" + members[0] + "," + space() + members[1] + "," + members[2] + "}";
      }
    }
  }

 private:
  std::string pick(std::initializer_list<const char*> words, std::uint32_t at) {
    return *(words.begin() + at % words.size());
  }
  std::string space() { return is_plain_ || random_() % 2 == 0 ? "" : " \n"; }
  std::string number(int value) {
    const std::string plain = std::to_string(value);
    return pick({plain.c_str(), (plain + ".0").c_str(), (plain + "0e-1").c_str()},
                is_plain_ ? 0 : random_());
  }
  std::string text(std::uint32_t value) {
    const char letter = static_cast<char>('a' + value % 26);
    const std::string plain = "\"" + std::string(1, letter) + std::to_string(value) + "\"";
    std::string escaped = "\"\\u00";
    constexpr std::string_view kDigits = "0123456789abcdef";
    escaped += kDigits[static_cast<unsigned char>(letter) >> 4U];
    escaped += kDigits[static_cast<unsigned char>(letter) & 15U];
    return is_plain_ || random_() % 2 == 0 ? plain : escaped + std::to_string(value) + "\"";
  }

  std::mt19937 random_;
  bool is_plain_;
};

TEST(CanonicalRequest, IsEqualExactlyForEqualValues) {
  RandomJson one(1);
  RandomJson other(2);
  std::vector<std::pair<std::string, std::string>> seen;  // in one way of writing, and canonical
  for (std::uint32_t shape = 0; shape < 400; ++shape) {
    const std::string first = canonical("{\"v\":" + one.write(shape) + "}");
    EXPECT_EQ(first, canonical("{\"v\":" + other.write(shape) + "}"));
    seen.emplace_back(RandomJson(0).write(shape), first);
  }
  for (const auto& [text, bytes] : seen) {
    for (const auto& [other_text, other_bytes] : seen) {
      EXPECT_EQ(text == other_text, bytes == other_bytes) << text << " and " << other_text;
    }
  }
}

TEST(CanonicalRequest, ChangesWithEveryByteOfAPrompt) {
  const std::string prompt = "The quick brown fox";
  const auto request = [](const std::string& text) {
    std::string body = R"({"messages":[{"content":)";
    json::append_quoted(body, text);
    return canonical(body + "}]}");
  };
  for (std::size_t i = 0; i < prompt.size(); ++i) {
    std::string changed = prompt;
    changed[i] = '#';
    EXPECT_NE(request(changed), request(prompt));
  }
}

TEST(Scopes, TellTheirPartsApart) {
  const auto scope = [](std::initializer_list<const char*> parts) {
    ScopeWriter writer;
    for (const char* part : parts) {
      writer.add(part);
    }
    return writer.scope();
  };
  EXPECT_EQ(scope({"openai", "key"}), scope({"openai", "key"}));
  EXPECT_NE(scope({"ab", "c"}), scope({"a", "bc"}));
  EXPECT_NE(scope({"a", ""}), scope({"a"}));
  EXPECT_NE(scope({"a", "b"}), scope({"b", "a"}));
}

TEST(StoredKeys, DependOnTheScope) {
  const Scope one = ScopeWriter().add("one").scope();
  const Scope other = ScopeWriter().add("other").scope();
  EXPECT_EQ(stored_key(one, "bytes"), stored_key(one, "bytes"));
  EXPECT_NE(stored_key(one, "bytes"), stored_key(other, "bytes"));
  EXPECT_NE(stored_key(one, "bytes"), stored_key(one, "bytez"));
}

}  // namespace
}  // namespace llmgate::cache
