// Facts about a model as JSON, for Python: prices as decimal texts in dollars for one token or
// piece, under the table's names. Pure functions.
#pragma once

#include "account/model_facts.h"
#include "json/writer.h"

namespace llmgate::account {

void write_facts(const ModelFacts& facts, json::Writer& out);

}  // namespace llmgate::account
