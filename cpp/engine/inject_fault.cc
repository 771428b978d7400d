// Faults of a Router's chaos in the attempts of a call: errors come without the network, streams
// are cut or go silent behind their first content.
#include <string>
#include <utility>

#include "engine/call.h"
#include "engine/chaos.h"

namespace llmgate::engine {

using What = routing::FaultEffect::What;

// Whether the attempt does not go out now, or not at all. `request` is kept for later.
bool Call::inject_fault(Exchange& exchange, net::HttpRequest& request) {
  exchange.injected.reset();
  if (!route_.has_chaos()) {
    return false;
  }
  auto effect = route_.fault(exchange.path, now());
  if (!effect) {
    return false;
  }
  attempt_of(exchange).injected = routing::name_of(effect->fault);
  exchange.injected = std::make_unique<InjectedFault>();
  InjectedFault& injected = *exchange.injected;
  injected.effect = *effect;
  if (effect->what != What::kNothing && effect->after_content && is_stream()) {
    return false;  // it begins like any other
  }
  injected.is_pending = true;
  if (effect->what == What::kNothing) {
    injected.held = std::move(request);
  }
  if (effect->what != What::kSilence) {  // that lasts until a time limit of the caller's
    injected.timer = context_.loop.start_timer(
        now() + effect->after, [this, &exchange] { guard([&] { end_injected(exchange); }); });
  }
  arm_timer();
  return true;
}

// The error is due, or the request has been held back long enough.
void Call::end_injected(Exchange& exchange) {
  InjectedFault& injected = *exchange.injected;
  injected.timer = 0;
  injected.is_pending = false;
  if (injected.held) {
    net::HttpRequest held = *std::exchange(injected.held, std::nullopt);
    send_out(exchange, std::move(held));
    return;
  }
  const routing::FaultEffect& effect = injected.effect;
  Error error;
  // A plain answer is of no use before its end: it is lost, not cut.
  error.kind = effect.what == What::kCut ? ErrorKind::kConnectionLost : effect.failure;
  error.message = routing::describe(effect);
  error.status = effect.status;
  error.retry_after = effect.retry_after;
  attempt_of(exchange).status = effect.status;
  fail_attempt(exchange, std::move(error), false, false);
}

// Whether a stream that has just said something ends here, or says nothing more.
bool Call::interrupt_by_fault(Exchange& exchange) {
  if (!exchange.injected || !exchange.times.has_content || !is_stream() ||
      exchange.injected->effect.what == What::kNothing) {
    return false;
  }
  stop_transfer(exchange);
  if (exchange.injected->effect.what == What::kSilence) {
    exchange.injected->is_pending = true;
    arm_timer();
    return true;
  }
  Error error;
  error.kind = ErrorKind::kStreamInterrupted;
  error.message = routing::describe(exchange.injected->effect);
  fail_attempt(exchange, std::move(error), false, false);
  return true;
}

}  // namespace llmgate::engine
