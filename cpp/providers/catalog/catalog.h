// The registry of the folder: each file here defines one function `NAME_cards()`, and the build
// collects them all. Adding a provider is adding a row, or a file.
#pragma once

#include <vector>

#include "providers/provider.h"

namespace llmgate::providers {

// Generated from the files of this folder.
std::vector<const Provider*> collect_cards();

}  // namespace llmgate::providers
