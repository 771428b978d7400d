#include "providers/environment.h"

#include <gtest/gtest.h>

#include <set>

#include "support/environments.h"

namespace llmgate::providers {
namespace {

using test::environment;

TEST(FirstSet, TakesTheFirstVariableThatIsSet) {
  const Environment set = environment({{"B", "2"}, {"C", "3"}});
  EXPECT_EQ(first_set(set, "A|B|C"), "2");
  EXPECT_EQ(first_set(set, "C|B"), "3");
}

TEST(FirstSet, CountsAnEmptyVariableAsUnset) {
  EXPECT_EQ(first_set(environment({{"A", ""}, {"B", "2"}}), "A|B"), "2");
}

TEST(FirstSet, IsEmptyWhereNothingIsSet) {
  EXPECT_EQ(first_set(environment({}), "A|B"), "");
  EXPECT_EQ(first_set(environment({{"", "x"}}), ""), "");
}

constexpr const char* kHttps = "https://api.example.com/v1";
constexpr const char* kHttp = "http://api.example.com/v1";

TEST(ProxyFor, IsEmptyWithoutVariables) { EXPECT_EQ(proxy_for(environment({}), kHttps), ""); }

TEST(ProxyFor, GoesByTheScheme) {
  const Environment both =
      environment({{"HTTPS_PROXY", "http://s:1"}, {"HTTP_PROXY", "http://p:1"}});
  EXPECT_EQ(proxy_for(both, kHttps), "http://s:1");
  EXPECT_EQ(proxy_for(both, kHttp), "http://p:1");
}

TEST(ProxyFor, PrefersTheNameInLowerCase) {
  EXPECT_EQ(proxy_for(environment({{"https_proxy", "http://a:1"}, {"HTTPS_PROXY", "http://b:1"}}),
                      kHttps),
            "http://a:1");
}

TEST(ProxyFor, FallsBackToAllProxy) {
  EXPECT_EQ(proxy_for(environment({{"ALL_PROXY", "socks5://a:1"}}), kHttps), "socks5://a:1");
  EXPECT_EQ(proxy_for(environment({{"all_proxy", "a"}, {"HTTPS_PROXY", "b"}}), kHttps), "b");
}

TEST(ProxyFor, DoesNotTakeTheOtherSchemesProxy) {
  EXPECT_EQ(proxy_for(environment({{"HTTP_PROXY", "http://p:1"}}), kHttps), "");
}

TEST(ProxyFor, IgnoresHttpProxyInACgiProcess) {
  EXPECT_EQ(proxy_for(environment({{"REQUEST_METHOD", "GET"}, {"HTTP_PROXY", "evil"}}), kHttp), "");
  EXPECT_EQ(proxy_for(environment({{"REQUEST_METHOD", "GET"}, {"http_proxy", "good"}}), kHttp),
            "good");
}

TEST(ProxyFor, NeverStandsBeforeThisMachine) {
  const Environment all = environment({{"ALL_PROXY", "http://a:1"}, {"HTTP_PROXY", "http://b:1"}});
  for (const std::string url :
       {"http://localhost:8000/v1", "http://127.0.0.1:1", "http://[::1]:1", "https://localhost"}) {
    EXPECT_EQ(proxy_for(all, url), "") << url;
  }
}

bool is_exempt(const std::string& no_proxy, std::string_view url = kHttps) {
  return proxy_for(environment({{"ALL_PROXY", "http://a:1"}, {"NO_PROXY", no_proxy}}), url).empty();
}

TEST(NoProxy, ExemptsAHostAndItsSubdomains) {
  EXPECT_TRUE(is_exempt("api.example.com"));
  EXPECT_TRUE(is_exempt("example.com"));
  EXPECT_TRUE(is_exempt(".example.com"));
  EXPECT_FALSE(is_exempt("ample.com"));
  EXPECT_FALSE(is_exempt("other.example.com"));
}

TEST(NoProxy, ExemptsEverythingByAStar) { EXPECT_TRUE(is_exempt("*")); }

TEST(NoProxy, IsAListWithSpaces) {
  EXPECT_TRUE(is_exempt("a.com, API.Example.COM ,b.com"));
  EXPECT_FALSE(is_exempt("a.com,,b.com,"));
}

TEST(NoProxy, MayNameAPort) {
  EXPECT_TRUE(is_exempt("api.example.com:8443", "https://api.example.com:8443/v1"));
  EXPECT_FALSE(is_exempt("api.example.com:8443", "https://api.example.com:1/v1"));
  EXPECT_TRUE(is_exempt("api.example.com", "https://api.example.com:8443/v1"));
}

TEST(NoProxy, MatchesThePortOfTheSchemeWhereTheUrlNamesNone) {
  EXPECT_TRUE(is_exempt("api.example.com:443", kHttps));
  EXPECT_TRUE(is_exempt("api.example.com:80", kHttp));
  EXPECT_FALSE(is_exempt("api.example.com:80", kHttps));
  EXPECT_FALSE(is_exempt("api.example.com:443", kHttp));
  EXPECT_FALSE(is_exempt("api.example.com:8080", kHttps));
  EXPECT_TRUE(is_exempt("[2001:db8::1]:443", "https://[2001:db8::1]/v1"));
}

TEST(NoProxy, MatchesAPortThatTheUrlNamesAlthoughItIsTheSchemes) {
  EXPECT_TRUE(is_exempt("api.example.com:443", "https://api.example.com:443/v1"));
  EXPECT_FALSE(is_exempt("api.example.com:443", "https://api.example.com:8443/v1"));
}

TEST(NoProxy, MayNameAnAddressOfTheSixthVersion) {
  EXPECT_TRUE(is_exempt("[2001:db8::1]", "https://[2001:db8::1]:8443/v1"));
  EXPECT_TRUE(is_exempt("2001:db8::1", "https://[2001:db8::1]/v1"));
  EXPECT_FALSE(is_exempt("[2001:db8::2]", "https://[2001:db8::1]/v1"));
}

TEST(FindCaFile, TakesTheNamedFileWhetherItExistsOrNot) {
  const auto nothing = [](const std::string&) { return false; };
  EXPECT_EQ(find_ca_file(environment({{"SSL_CERT_FILE", "/a"}, {"CURL_CA_BUNDLE", "/b"}}), nothing),
            "/a");
  EXPECT_EQ(find_ca_file(environment({{"REQUESTS_CA_BUNDLE", "/c"}}), nothing), "/c");
}

TEST(FindCaFile, LooksForWellKnownFilesInTheirOrder) {
  const std::string second(well_known_ca_files().at(1));
  const std::string third(well_known_ca_files().at(2));
  const std::set<std::string> there{second, third};
  EXPECT_EQ(find_ca_file(environment({}),
                         [&](const std::string& file) { return there.count(file) == 1; }),
            second);
}

TEST(FindCaFile, IsEmptyWhereThereIsNone) {
  EXPECT_EQ(find_ca_file(environment({}), [](const std::string&) { return false; }), "");
}

}  // namespace
}  // namespace llmgate::providers
