// Chunks of ours put together again: what a choice's replay holds takes the place of what its
// deltas showed, so that the turn is the one the chunks were made from. Parse step.
#pragma once

#include "chat/turn.h"

namespace llmgate::wire {

void restore_replays(chat::Turn& turn);

}  // namespace llmgate::wire
