#include <gtest/gtest.h>

#include "support/fake_pricing.h"
#include "support/routed_calls.h"

namespace llmgate::test {
namespace {

using account::Usd;

class CallCosts : public RoutedCallFixture {
 protected:
  CallCosts() {
    engine_->inspect([this](engine::Engine::LoopState loop) {
      loop.accounts.pricing = pricing_;
      accounts_ = &loop.accounts;
    });
    loop_->run_until_idle();
  }
  void add_budget(const char* dollars, bool reroutes = false) {
    auto rule = std::make_shared<account::BudgetRule>();
    rule->id = 1;
    rule->name = "all";
    rule->usd = *Usd::from_text(dollars);
    rule->reroutes = reroutes;
    accounts_->budgets.add(std::move(rule));
  }
  account::BudgetAccount& budget() {
    return *accounts_->budgets.accounts(1, loop_->clock().wall()).at(0).second;
  }
  account::Totals totals() { return accounts_->ledger.sums().at(0).totals; }

  std::shared_ptr<FakePricing> pricing_ = std::make_shared<FakePricing>();
  engine::Accounts* accounts_ = nullptr;
};

TEST_F(CallCosts, EveryCallIsInTheLedgerWithItsCost) {
  const auto token = submit(spec(false, R"(,"user":"ann")"));
  reply(200, kPlainReply);
  EXPECT_EQ(completion(token).total_cost->text(), "0.021");
  EXPECT_EQ(completion(token).route[0].cost->text(), "0.021");
  EXPECT_EQ(totals().calls, 1);
  EXPECT_EQ(totals().prompt_tokens, 1);
  EXPECT_EQ(totals().cost.text(), "0.021");
  EXPECT_EQ(accounts_->ledger.sums().at(0).key.user, "ann");
}

TEST_F(CallCosts, AFailureIsInTheLedgerToo) {
  submit(spec(false));
  reply(500, "{}");
  EXPECT_EQ(totals().errors, 1);
  EXPECT_EQ(totals().uncertain, 1);
  EXPECT_EQ(totals().cost, Usd());
}

TEST_F(CallCosts, AnAttemptHoldsItsBoundWhileItIsUnderWay) {
  add_budget("100");
  submit(spec(false, R"(,"max_tokens":100)"));
  EXPECT_GT(budget().reserved().usd, Usd::whole(1));
  reply(200, kPlainReply);
  EXPECT_EQ(budget().reserved().usd, Usd());
  EXPECT_EQ(budget().spent().usd.text(), "0.021");
}

TEST_F(CallCosts, NothingIsSentWithoutRoom) {
  add_budget("0.01");
  const auto token = submit(spec(false));
  EXPECT_EQ(error_kind(token), ErrorKind::kBudgetExceeded);
  EXPECT_EQ(transport_->started(), 0U);
  EXPECT_EQ(budget().reserved().usd, Usd());
}

TEST_F(CallCosts, AClampIsSentAndReported) {
  add_budget("2");
  const auto token = submit(spec(false));
  EXPECT_NE(transfer().request.body.find(R"("max_completion_tokens":1)"), std::string::npos);
  reply(200, kPlainReply);
  const chat::Disposition& note = completion(token).answer->dispositions.back();
  EXPECT_EQ(note.action, chat::Action::kClamped);
  EXPECT_EQ(note.path, "$.max_completion_tokens");
}

TEST_F(CallCosts, AStreamUnderABudgetReportsItsUsageWhichTheCallerDidNotAskFor) {
  add_budget("100");
  const auto token = submit(spec(true));
  EXPECT_NE(transfer().request.body.find(R"("stream_options":{"include_usage":true})"),
            std::string::npos);
  open_stream();
  say(stream_event(R"({"content":"Hi"})"));
  say(stream_event("{}", "\"stop\""));
  say("data: {\"id\":\"r1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m-1\","
      "\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}"
      "\n\n");
  say("data: [DONE]\n\n");
  finish();
  ASSERT_TRUE(is_done(token));
  EXPECT_EQ(sink_->chunks.size(), 2U);
  EXPECT_EQ(completion(token).answer->turn.usage.completion_tokens, 2);
  EXPECT_EQ(budget().spent().usd.text(), "0.021");
}

TEST_F(CallCosts, TheCallersOwnUsageChunkIsNotTaken) {
  add_budget("100");
  submit(spec(true, R"(,"stream_options":{"include_usage":true})"));
  open_stream();
  say(stream_event(R"({"content":"Hi"})", "\"stop\""));
  say("data: {\"id\":\"r1\",\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}"
      "\n\ndata: [DONE]\n\n");
  EXPECT_EQ(sink_->chunks.size(), 2U);
}

TEST_F(CallCosts, WhoeverCancelsMayHaveSpentAllThatWasHeld) {
  add_budget("100");
  const auto token = submit(spec(false, R"(,"max_tokens":100)"));
  const Usd held = budget().reserved().usd;
  engine_->cancel(token);
  loop_->run_until_idle();
  EXPECT_EQ(budget().reserved().usd, Usd());
  EXPECT_EQ(budget().spent().usd, held);
}

TEST_F(CallCosts, ARetryHoldsItsOwnBound) {
  add_budget("100");
  engine::CallSpec made = spec(false, R"(,"max_tokens":100)");
  made.max_retries = 1;
  submit(std::move(made));
  const Usd held = budget().reserved().usd;
  reply(503, "{}");
  loop_->advance(std::chrono::seconds(30));
  EXPECT_EQ(budget().spent().usd, Usd());  // overloaded: not billed
  EXPECT_EQ(budget().reserved().usd, held);
  reply(200, kPlainReply);
  EXPECT_EQ(budget().spent().usd.text(), "0.021");
}

TEST_F(CallCosts, ABudgetMayLeadOnToACheaperTarget) {
  pricing_->dear = "model-of-a";
  make_router({tree_.fallback({tree_.target("a"), tree_.target("b")})});
  add_budget("5", true);
  const auto token = submit(routed_spec(false, R"(,"max_tokens":100)"));
  EXPECT_EQ(asked(), "b");
  reply(200, kPlainReply);
  EXPECT_EQ(completion(token).route.at(0).outcome, "budget_exceeded");
  EXPECT_FALSE(completion(token).error);
}

TEST_F(CallCosts, OtherwiseTheCallFails) {
  pricing_->dear = "model-of-a";
  make_router({tree_.fallback({tree_.target("a"), tree_.target("b")})});
  add_budget("5");
  const auto token = submit(routed_spec(false, R"(,"max_tokens":100)"));
  EXPECT_EQ(error_kind(token), ErrorKind::kBudgetExceeded);
  EXPECT_EQ(transport_->started(), 0U);
}

}  // namespace
}  // namespace llmgate::test
