// What each caller of a merged call costs the core: to join it, to get its copy of the answer.
// On fakes, without network, clock or Python. Prints one JSON object: CPU time of a waiter.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "canned_replies.h"
#include "engine/engine.h"
#include "providers/provider.h"
#include "support/cached_calls.h"
#include "support/fake_event_loop.h"
#include "support/fake_transport.h"

namespace {

using namespace llmgate;
constexpr std::size_t kWaiters = 2000;

class ZeroRandom final : public Random {
 public:
  double uniform() override { return 0; }
};

class CountingSink final : public engine::CompletionSink {
 public:
  void deliver_chunks(engine::Token /*token*/, std::vector<std::string> /*chunks*/) override {}
  void deliver_done(engine::Token /*token*/,
                    std::unique_ptr<engine::Completion> completion) override {
    finished += completion->error ? 0 : 1;
  }
  std::size_t finished = 0;
};

double now_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

engine::CallSpec spec() {
  auto request = chat::ChatRequest::read(R"({"model":"m","messages":[{"role":"user","content":")" +
                                         std::string(200, 'x') + R"("}]})");
  providers::Target target;
  target.provider = providers::find_provider("openai");
  target.model = "m";
  target.base_url = "http://127.0.0.1:1/v1";
  target.api_key = "sk-of-the-benchmark";
  engine::CallSpec made{std::move(*request), std::move(target)};
  test::look_up(made, nullptr);
  made.cached->merges = true;
  return made;
}

double one_round() {
  auto own_loop = std::make_unique<test::FakeEventLoop>();
  auto own_transport = std::make_unique<test::FakeTransport>(*own_loop);
  test::FakeEventLoop& loop = *own_loop;
  test::FakeTransport& transport = *own_transport;
  engine::Engine engine(std::move(own_loop), std::move(own_transport),
                        std::make_unique<ZeroRandom>());
  const auto sink = std::make_shared<CountingSink>();
  std::vector<engine::CallSpec> specs;
  for (std::size_t i = 0; i < kWaiters; ++i) {
    specs.push_back(spec());
  }
  const double start = now_us();
  for (engine::CallSpec& made : specs) {
    engine.submit(std::move(made), sink);
    loop.run_until_idle();
  }
  transport.reply(transport.last(), 200, benchmarks::completion_body(),
                  {{"content-type", "application/json"}});
  loop.run_until_idle();
  const double time = now_us() - start;
  if (sink->finished != kWaiters || transport.started() != 1) {
    std::fprintf(stderr, "%zu of %zu finished in %zu transfers\n", sink->finished, kWaiters,
                 transport.started());
    std::exit(1);
  }
  return time / kWaiters;
}

}  // namespace

int main() {
  std::vector<double> rounds;
  one_round();  // warms up
  for (int i = 0; i < 7; ++i) {
    rounds.push_back(one_round());
  }
  std::sort(rounds.begin(), rounds.end());
  std::printf("{\"waiter_us\":%.3f}\n", rounds[rounds.size() / 2]);
  return 0;
}
