#include "engine/call_account.h"

#include <gtest/gtest.h>

#include "support/call_fixture.h"
#include "support/fake_pricing.h"

namespace llmgate::engine {
namespace {

using account::Usd;

const WallTime kNoon{std::chrono::seconds(1795348800)};

std::shared_ptr<account::BudgetRule> rule_of(std::uint64_t id, const char* dollars) {
  auto rule = std::make_shared<account::BudgetRule>();
  rule->id = id;
  rule->name = "b" + std::to_string(id);
  rule->usd = *Usd::from_text(dollars);
  return rule;
}

class CallAccountTest : public test::CallFixture {
 protected:
  CallAccountTest() { accounts_.pricing = pricing_; }

  CallSpec under(std::shared_ptr<const account::BudgetRule> rule, const std::string& more = "") {
    CallSpec made = spec(false, more);
    made.attribution = std::make_unique<Attribution>();
    made.attribution->budgets.push_back(std::move(rule));
    return made;
  }
  Result<CallAccount::Permit> reserve(CallAccount& call, const CallSpec& made,
                                      bool may_clamp = true) {
    return call.reserve({{"openai", "m", ""}, made.request, may_clamp}, false, kNoon);
  }
  Usd left(std::uint64_t id) {
    return *accounts_.budgets.accounts(id, kNoon).at(0).second->usd_left();
  }

  Accounts accounts_;
  std::shared_ptr<test::FakePricing> pricing_ = std::make_shared<test::FakePricing>();
};

TEST_F(CallAccountTest, WithoutABudgetThereIsNothingToAsk) {
  CallAccount call(accounts_);
  call.open(spec(false));
  EXPECT_FALSE(call.has_budgets());
}

TEST_F(CallAccountTest, TheBoundIsHeldAndWhatWasNotSpentGivenBack) {
  const CallSpec made = under(rule_of(1, "100"), R"(,"max_tokens":10)");
  CallAccount call(accounts_);
  call.open(made);
  auto permit = reserve(call, made);
  ASSERT_TRUE(permit);
  EXPECT_EQ(permit->max_tokens, 0);
  EXPECT_LT(left(1), *Usd::from_text("99.9"));
  chat::Turn turn;
  turn.usage.prompt_tokens = 5;
  turn.usage.completion_tokens = 2;
  const auto cost =
      call.settle({{"openai", "m", ""}, turn, true, false}, &permit->reservation, kNoon);
  EXPECT_EQ(cost->total.text(), "0.025");
  EXPECT_EQ(left(1).text(), "99.975");
}

TEST_F(CallAccountTest, AFailureThatMayBeBilledKeepsAllThatWasHeld) {
  const CallSpec made = under(rule_of(1, "100"), R"(,"max_tokens":10)");
  CallAccount call(accounts_);
  call.open(made);
  for (const bool maybe_billed : {false, true}) {
    auto permit = reserve(call, made);
    ASSERT_TRUE(permit);
    const Usd held = permit->reservation.amount().usd;
    call.settle({{"openai", "m", ""}, {}, false, maybe_billed}, &permit->reservation, kNoon);
    EXPECT_EQ(left(1), maybe_billed ? Usd::whole(100) - held : Usd::whole(100));
  }
}

TEST_F(CallAccountTest, OutputIsClampedToWhatIsLeft) {
  const CallSpec made = under(rule_of(1, "2"));
  CallAccount call(accounts_);
  call.open(made);
  const auto permit = reserve(call, made);
  ASSERT_TRUE(permit);
  EXPECT_GT(permit->max_tokens, 100);
  EXPECT_LT(permit->max_tokens, 200);
  EXPECT_EQ(permit->reason, "what is left of budget \"b1\"");
  EXPECT_LT(left(1), pricing_->output);  // not a token more would have fitted
}

TEST_F(CallAccountTest, ALimitOfTheCallersOwnIsNeverChanged) {
  const CallSpec made = under(rule_of(1, "2"), R"(,"max_tokens":500)");
  CallAccount call(accounts_);
  call.open(made);
  const auto refused = reserve(call, made);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kBudgetExceeded);
  EXPECT_NE(refused.error().message.find("budget \"b1\": the call may need up to $"),
            std::string::npos);
  EXPECT_NE(refused.error().body.find(R"("max_budget":"2","current_cost":"0")"), std::string::npos);
}

TEST_F(CallAccountTest, StrictCallsAndRulesThatRefuseAreNotClamped) {
  auto rule = rule_of(1, "2");
  const CallSpec made = under(rule);
  CallAccount strict(accounts_);
  strict.open(made);
  EXPECT_FALSE(reserve(strict, made, false));
  rule->clamps = false;
  CallAccount refusing(accounts_);
  refusing.open(made);
  EXPECT_FALSE(reserve(refusing, made));
}

TEST_F(CallAccountTest, AModelWithoutAPriceIsRefusedUnderABudgetInMoney) {
  pricing_->unpriced = "m";
  const CallSpec made = under(rule_of(1, "2"));
  CallAccount call(accounts_);
  call.open(made);
  const auto refused = reserve(call, made);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("openai/m has no known price"), std::string::npos);
}

TEST_F(CallAccountTest, TokensNeedNoPrice) {
  pricing_->unpriced = "m";
  auto rule = std::make_shared<account::BudgetRule>();
  rule->id = 1;
  rule->tokens = 100000;
  const CallSpec made = under(rule);
  CallAccount call(accounts_);
  call.open(made);
  EXPECT_TRUE(reserve(call, made));
}

TEST_F(CallAccountTest, ALimitOfTheCallGoesWithTheCall) {
  CallSpec made = spec(false, R"(,"max_tokens":10)");
  made.attribution = std::make_unique<Attribution>();
  made.attribution->max_cost = rule_of(9, "5");
  {
    CallAccount call(accounts_);
    call.open(made);
    ASSERT_TRUE(reserve(call, made));
    EXPECT_EQ(accounts_.budgets.accounts(9, kNoon).size(), 1U);
  }
  EXPECT_TRUE(accounts_.budgets.accounts(9, kNoon).empty());
}

}  // namespace
}  // namespace llmgate::engine
