#include "store/name_resolver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace llmgate::store {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

TEST(NameResolver, ANumericAddressIsNotLookedUp) {
  NameResolver resolver([](const std::string& /*name*/) {
    ADD_FAILURE();
    return std::vector<std::string>();
  });
  for (const char* address : {"127.0.0.1", "::1"}) {
    EXPECT_EQ(*resolver.resolve(address, 1s), (std::vector<std::string>{address}));
  }
}

TEST(NameResolver, GivesTheAddressesOfTheSystem) {
  NameResolver resolver;
  const auto found = resolver.resolve("localhost", 30s);
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->front() == "127.0.0.1" || found->front() == "::1") << found->front();
}

TEST(NameResolver, ANameWithoutAddressIsAnError) {
  NameResolver resolver([](const std::string& /*name*/) { return std::vector<std::string>(); });
  const auto found = resolver.resolve("cache.internal", 30s);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().kind, ErrorKind::kConnection);
  EXPECT_NE(found.error().message.find("cache.internal"), std::string::npos);
}

TEST(NameResolver, DoesNotWaitLongerThanItsLimitAndHasTheAnswerNextTime) {
  std::promise<void> answers;
  auto answered = std::make_shared<std::shared_future<void>>(answers.get_future());
  auto lookups = std::make_shared<std::atomic<int>>(0);
  NameResolver resolver([answered, lookups](const std::string& /*name*/) {
    ++*lookups;
    answered->wait();
    return std::vector<std::string>{"10.0.0.7"};
  });
  for (int i = 0; i < 3; ++i) {
    const auto late = resolver.resolve("cache.internal", 1ms);
    ASSERT_FALSE(late.ok());
    EXPECT_EQ(late.error().kind, ErrorKind::kTimeout);
  }
  answers.set_value();
  EXPECT_EQ(*resolver.resolve("cache.internal", 30s), (std::vector<std::string>{"10.0.0.7"}));
  EXPECT_EQ(*lookups, 1);  // one thread, however often it was asked
}

TEST(NameResolver, AsksAgainOnceItWasAnswered) {
  std::atomic<int> lookups = 0;
  NameResolver resolver([&lookups](const std::string& /*name*/) {
    return std::vector<std::string>{"10.0.0." + std::to_string(++lookups)};
  });
  EXPECT_EQ(resolver.resolve("cache.internal", 30s)->front(), "10.0.0.1");
  EXPECT_EQ(resolver.resolve("cache.internal", 30s)->front(), "10.0.0.2");
}

}  // namespace
}  // namespace llmgate::store
