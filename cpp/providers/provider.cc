#include "providers/provider.h"

#include <algorithm>
#include <vector>

#include "base/nearest.h"
#include "providers/catalog/catalog.h"

namespace llmgate::providers {
namespace {

const std::vector<const Provider*>& sorted_cards() {
  static const std::vector<const Provider*> cards = [] {
    std::vector<const Provider*> all = collect_cards();
    std::sort(all.begin(), all.end(),
              [](const Provider* a, const Provider* b) { return a->name < b->name; });
    return all;
  }();
  return cards;
}

}  // namespace

bool is_listed(std::string_view name, std::string_view list) {
  while (!list.empty()) {
    const std::size_t bar = list.find('|');
    if (list.substr(0, bar) == name) {
      return true;
    }
    list = bar == std::string_view::npos ? std::string_view() : list.substr(bar + 1);
  }
  return false;
}

std::span<const Provider* const> all_providers() { return sorted_cards(); }

const Provider* find_provider(std::string_view name) {
  const std::vector<const Provider*>& cards = sorted_cards();
  const auto named = std::lower_bound(
      cards.begin(), cards.end(), name,
      [](const Provider* card, std::string_view wanted) { return card->name < wanted; });
  if (named != cards.end() && (*named)->name == name) {
    return *named;
  }
  const auto aliased = std::find_if(cards.begin(), cards.end(), [name](const Provider* card) {
    return is_listed(name, card->aliases);
  });
  return aliased == cards.end() ? nullptr : *aliased;
}

const Provider* find_speaker(std::string_view name, const wire::Format& format) {
  const Provider* card = find_provider(name);
  if (card == nullptr || &card->format() == &format) {
    return card;
  }
  const std::string_view main = card->main_card.empty() ? card->name : card->main_card;
  for (const Provider* beside : sorted_cards()) {
    if ((beside->main_card == main || beside->name == main) && &beside->format() == &format) {
      return beside;
    }
  }
  return nullptr;
}

std::string_view nearest_provider(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Provider* card : sorted_cards()) {
    names.push_back(card->name);
  }
  return nearest_name(name, names);
}

}  // namespace llmgate::providers
