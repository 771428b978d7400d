// What makes two requests different, in words: the paths of the members that differ, and how. Texts
// of prompts are described by their lengths, never shown. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/recorded_exchange.h"

namespace llmgate::engine {

// One phrase for each difference, like "$.temperature is 1, recorded 0.5". Empty: they are equal.
// At most `limit`, for two bodies may differ everywhere.
std::vector<std::string> differences(const RecordedRequest& asked, const RecordedRequest& recorded,
                                     std::size_t limit);

}  // namespace llmgate::engine
