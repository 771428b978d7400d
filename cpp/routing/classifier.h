// What a prompt asks for and how hard it is, by rules over the newest user message and the
// request's size: for aliases that are chosen by the kind of a prompt. Time linear in the request;
// of the message itself, its first and last bytes are read (kMostClassified). Pure function.
//
// task: phrases of several languages and shapes (fenced code, stack traces, formulas) give points;
// the task with the most of them wins, a phrase counts double among the first words. Fewer than
// kLeastPoints: "long" for prompts from kLongPrompt tokens on, else "chat".
// tier: "reasoning" where a proof, a puzzle or weighing is asked for; else by points for steps
// asked for, requirements, code, words of large tasks and size: "simple", "medium", "complex".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "chat/request.h"
#include "routing/route_request.h"

namespace llmgate::routing {

inline constexpr std::size_t kMostClassified = 4096;  // bytes: the first and the last half
inline constexpr std::int64_t kLongPrompt = 16'000;   // tokens
inline constexpr std::int64_t kLongAnswer = 4'000;    // tokens, where max_tokens asks for more
inline constexpr double kLeastPoints = 2;

struct Classification {
  std::string_view task = "chat";    // "code", "summarise", "translate", "maths", "long", "chat"
  std::string_view tier = "simple";  // "simple", "medium", "complex", "reasoning"
  double score = 0;                  // how clear the task is, 0 to 1
};

// `described` is describe_request(request).
Classification classify(const chat::ChatRequest& request, const RouteRequest& described);

}  // namespace llmgate::routing
