#include "providers/target.h"

#include <gtest/gtest.h>

#include "support/cards.h"

namespace llmgate::providers {
namespace {

std::string refusal(std::string_view url) {
  const Failure failure = check_base_url(url);
  if (!failure) {
    return "";
  }
  EXPECT_EQ(failure->json_path, "$.api_base");
  return failure->message.substr(0, failure->message.find(';'));
}

TEST(CheckBaseUrl, TakesUrlsWithAHost) {
  for (const std::string url : {"https://api.example.com/v1", "http://localhost:8000",
                                "http://[::1]:8000/v1", "https://a"}) {
    EXPECT_EQ(refusal(url), "") << url;
  }
}

TEST(CheckBaseUrl, RefusesOtherSchemes) {
  for (const std::string url :
       {"", "api.example.com", "ftp://a/b", "HTTPS://a", "file:///a", "https:/a"}) {
    EXPECT_EQ(refusal(url), "does not begin with http:// or https://") << url;
  }
}

TEST(CheckBaseUrl, RefusesAUrlWithoutAHost) {
  for (const std::string url : {"https://", "https:///v1", "http://:8000/v1"}) {
    EXPECT_EQ(refusal(url), "has no host") << url;
  }
}

TEST(CheckBaseUrl, RefusesSpacesAndControlBytes) {
  for (const std::string url :
       {"https://a b", "https://a/\r\nx: y", "https://a\x7f", "https://a\t"}) {
    EXPECT_EQ(refusal(url), "holds a space or a control byte") << url;
  }
}

TEST(CheckBaseUrl, RefusesAQueryOrAFragment) {
  EXPECT_EQ(refusal("https://a/v1?key=secret"), "has a query or a fragment");
  EXPECT_EQ(refusal("https://a/v1#x"), "has a query or a fragment");
}

TEST(CheckBaseUrl, RefusesAUserWithoutRepeatingIt) {
  const Failure failure = check_base_url("https://user:secret@a/v1");
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->message.find("secret"), std::string::npos);
}

TEST(CheckBaseUrl, TakesAnAtBehindTheHost) { EXPECT_EQ(refusal("https://a/v1/@scope"), ""); }

TEST(IsLoopback, KnowsThisMachineByNameAndNumber) {
  for (const std::string url : {"http://localhost", "http://localhost:1/v1", "https://127.0.0.1:1",
                                "http://127.9.9.9", "http://[::1]:8000/v1"}) {
    EXPECT_TRUE(is_loopback(url)) << url;
  }
}

TEST(IsLoopback, IsNotFooledByNamesThatBeginAlike) {
  for (const std::string url : {"http://localhost.example.com", "http://127.0.0.1.example.com",
                                "http://example.com/localhost", "http://localhost@example.com/",
                                "http://[::2]", "http://10.0.0.1", "localhost"}) {
    EXPECT_FALSE(is_loopback(url)) << url;
  }
}

Target target(std::string_view provider, std::string key = "key-1") {
  Target made;
  made.provider = &test::card(provider);
  made.api_key = std::move(key);
  return made;
}

std::string header(const Target& to, std::string_view name, bool is_stream = false) {
  const auto headers = headers_for(to, is_stream);
  EXPECT_TRUE(headers.ok());
  const auto value = net::find_header(*headers, name);
  return value ? std::string(*value) : "absent";
}

TEST(PathOf, IsWhatFollowsTheHost) {
  EXPECT_EQ(path_of("https://a/v1/b"), "/v1/b");
  EXPECT_EQ(path_of("https://a:1/"), "/");
  EXPECT_EQ(path_of("https://a"), "");
}

TEST(HostOf, LeavesPortAndUserOut) {
  EXPECT_EQ(host_of("https://a.example:8000/v1"), "a.example");
  EXPECT_EQ(host_of("http://[::1]:8000/v1"), "[::1]");
  EXPECT_EQ(host_of("a"), "");
}

TEST(UrlFor, AddsTheTargetsQuery) {
  Target to = target("openai");
  to.base_url = "http://a/v1";
  EXPECT_EQ(url_for(to, "/x"), "http://a/v1/x");
  to.query = "api-version=1";
  EXPECT_EQ(url_for(to, "/x"), "http://a/v1/x?api-version=1");
  EXPECT_EQ(url_for(to, "/x?alt=sse"), "http://a/v1/x?alt=sse&api-version=1");
}

TEST(HeadersFor, SendTheKeyAsABearer) {
  EXPECT_EQ(header(target("openai"), "authorization"), "Bearer key-1");
  EXPECT_EQ(header(target("openai"), "api-key"), "absent");
}

TEST(HeadersFor, SendAzuresKeyInItsOwnHeader) {
  EXPECT_EQ(header(target("azure"), "api-key"), "key-1");
  EXPECT_EQ(header(target("azure"), "authorization"), "absent");
}

TEST(HeadersFor, SendTheKeyAsTheTargetSaysWhereThatIsNotTheCards) {
  Target to = target("azure");
  to.key_style = KeyStyle::kBearer;
  EXPECT_EQ(header(to, "authorization"), "Bearer key-1");
  EXPECT_EQ(header(to, "api-key"), "absent");
}

TEST(HeadersFor, HaveThoseOfTheCard) {
  EXPECT_EQ(header(target("anthropic"), "anthropic-version"), "2023-06-01");
  Target to = target("anthropic");
  to.extra_headers = {{"anthropic-version", "2099-01-01"}};
  EXPECT_EQ(header(to, "anthropic-version"), "2099-01-01");
}

TEST(HeadersFor, JoinListsThatSeveralAskFor) {
  Target to = target("anthropic");
  to.key_headers = {{"anthropic-beta", "a"}};
  to.extra_headers = {{"Anthropic-Beta", "d"}, {"x-other", "1"}};
  const auto headers = headers_for(to, false, {{"anthropic-beta", "b"}, {"anthropic-beta", "c"}});
  ASSERT_TRUE(headers.ok());
  EXPECT_EQ(net::find_header(*headers, "anthropic-beta"), "a,b,c,d");
  EXPECT_EQ(net::find_header(*headers, "x-other"), "1");
}

TEST(HeadersFor, LetAnExtraOneBeTheOnlyOneOfItsList) {
  Target to = target("anthropic");
  to.extra_headers = {{"anthropic-beta", "d"}};
  EXPECT_EQ(header(to, "anthropic-beta"), "d");
}

TEST(HeadersFor, SendAnOptionalKeyOnlyIfThereIsOne) {
  EXPECT_EQ(header(target("ollama"), "authorization"), "Bearer key-1");
  EXPECT_EQ(header(target("ollama", ""), "authorization"), "absent");
}

TEST(HeadersFor, AskForWhatIsWanted) {
  EXPECT_EQ(header(target("openai"), "accept", false), "absent");
  EXPECT_EQ(header(target("openai"), "accept", true), "text/event-stream");
  EXPECT_EQ(header(target("openai"), "content-type"), "application/json");
  EXPECT_EQ(header(target("openai"), "user-agent"), "llmgate/" LLMGATE_VERSION);
}

TEST(HeadersFor, LetExtraOnesReplaceOursWhateverTheirCase) {
  Target to = target("openai");
  to.extra_headers = {{"Authorization", "Basic x"}, {"X-Title", "t"}};
  EXPECT_EQ(header(to, "authorization"), "Basic x");
  EXPECT_EQ(header(to, "x-title"), "t");
  EXPECT_EQ(headers_for(to, false)->size(), 4U);
}

TEST(HeadersFor, RefuseAKeyThatHoldsALineEndWithoutRepeatingIt) {
  const auto headers = headers_for(target("openai", "secret\r\nx: y"), false);
  ASSERT_FALSE(headers.ok());
  EXPECT_EQ(headers.error().json_path, "$.api_key");
  EXPECT_EQ(headers.error().message.find("secret"), std::string::npos);
}

TEST(HeadersFor, RefuseAnExtraHeaderThatMayNotBeSent) {
  for (const net::Header& bad :
       {net::Header{"x-a", "secret\nb"}, net::Header{"x a", "secret"}, net::Header{"", "secret"}}) {
    Target to = target("openai");
    to.extra_headers = {bad};
    const auto headers = headers_for(to, false);
    ASSERT_FALSE(headers.ok());
    EXPECT_EQ(headers.error().json_path, "$.extra_headers");
    EXPECT_EQ(headers.error().message.find("secret"), std::string::npos);
  }
}

TEST(HeadersFor, NameTheExtraHeaderThatMayNotBeSent) {
  Target to = target("openai");
  to.extra_headers = {{"x-fine", "a"}, {"x-broken", "b\n"}};
  EXPECT_NE(headers_for(to, false).error().message.find("x-broken"), std::string::npos);
}

}  // namespace
}  // namespace llmgate::providers
