// Prices out of a row of the table: decimal texts, for a million tokens or for one piece. Pure
// functions.
#pragma once

#include "account/prices.h"
#include "base/result.h"
#include "json/document.h"

namespace llmgate::account {

// Adds what `row` says: its own prices with their tiers, "modes", "hours" and "later". Members of
// other names are left to others. The error says which price is wrong.
Failure read_prices(json::Value row, ModelPrices& prices);

}  // namespace llmgate::account
