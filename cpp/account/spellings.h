// The ways in which people and providers spell the name of one and the same model: with a vendor or
// a path before it, dots or dashes in its version, a date or "-latest" behind it. Never a spelling
// that could mean another model: only what says nothing about the model is taken off. Pure
// functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace llmgate::account {

// ASCII letters made small: what keys are written in.
std::string lower_case(std::string_view text);

// `model` as written first, then what else it may stand as in the table, the likeliest first.
// `provider` is one of ours ("bedrock"). All in small letters.
std::vector<std::string> spellings_of(std::string_view provider, std::string_view model);

// Whose models a provider serves under their own names, for what the table does not have under the
// provider's: "azure" serves those of "openai". The first that has the model counts.
const std::vector<std::string_view>& vendors_behind(std::string_view provider);

}  // namespace llmgate::account
