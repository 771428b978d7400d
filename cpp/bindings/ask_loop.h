// A question to the loop, answered there while the asking thread waits without the GIL.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "bindings/module_state.h"

namespace llmgate::bindings {

// What `look`, called on the loop, returns. Nothing: no engine runs, or it has shut down.
template <typename Look>
auto ask_loop(ModuleState& state, Look look)
    -> std::optional<std::invoke_result_t<Look, engine::Engine::LoopState>> {
  using Answer = std::invoke_result_t<Look, engine::Engine::LoopState>;
  const std::shared_ptr<engine::Engine> engine = state.engine;
  if (engine == nullptr) {
    return std::nullopt;
  }
  auto promise = std::make_shared<std::promise<Answer>>();
  std::future<Answer> answer = promise->get_future();
  const bool is_asked =
      engine->inspect([promise, look = std::move(look)](engine::Engine::LoopState loop) mutable {
        promise->set_value(look(loop));
      });
  if (!is_asked) {
    return std::nullopt;
  }
  const OutsideGil outside(state);
  return answer.get();
}

}  // namespace llmgate::bindings
