// Who a process is, in a way that others can look up after it has died: its number alone would be
// given to another one some day. What reservations in a ledger's file are marked with. Account step
// of a request's path. Reads /proc where there is one; thread-safe.
#pragma once

#include <cstdint>
#include <string>

namespace llmgate::account {

struct ProcessMark {
  std::string boot;       // id of the machine's start; empty: not known
  std::string container;  // the namespace in which the number counts; empty: not known
  std::int64_t number = 0;
  std::int64_t started = 0;  // in ticks since the start of the machine; 0: not known

  bool operator==(const ProcessMark&) const = default;
};

ProcessMark this_process();

enum class Life : std::uint8_t {
  kLives,
  kGone,
  kUnknown,  // in another container, or hidden from us
};
Life life_of(const ProcessMark& mark);

}  // namespace llmgate::account
