// Ids of tool calls that travel: made up where a provider gave none, and made portable where
// another's do not fit. At most 64 characters of [A-Za-z0-9_-], and the same each time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace llmgate::wire {

// For a call without an id: from the turn's own id (or its text), the choice, and its position.
std::string invented_id(std::string_view turn_id, std::int64_t choice, std::int64_t position,
                        std::string_view name, std::string_view arguments);
bool is_invented_id(std::string_view id);

bool is_portable_id(std::string_view id);
// `id` itself if it is portable, else one made from it.
std::string portable_id(std::string_view id);

}  // namespace llmgate::wire
