#include "providers/provider.h"

#include <algorithm>
#include <unordered_map>
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

// The first of a list of names, which is cut down to the others.
std::string_view take_name(std::string_view& list) {
  const std::size_t bar = std::min(list.find('|'), list.size());
  const std::string_view name = list.substr(0, bar);
  list.remove_prefix(std::min(bar + 1, list.size()));
  return name;
}

using CardsByName = std::unordered_map<std::string_view, const Provider*>;

// By their names and, where no card has that for its name, by their aliases.
const CardsByName& cards_by_name() {
  static const CardsByName cards = [] {
    CardsByName all;
    for (const Provider* card : sorted_cards()) {
      all.emplace(card->name, card);
    }
    for (const Provider* card : sorted_cards()) {
      for (std::string_view left = card->aliases; !left.empty();) {
        all.emplace(take_name(left), card);
      }
    }
    return all;
  }();
  return cards;
}

}  // namespace

bool is_listed(std::string_view name, std::string_view list) {
  while (!list.empty()) {
    if (take_name(list) == name) {
      return true;
    }
  }
  return false;
}

std::span<const Provider* const> all_providers() { return sorted_cards(); }

const Provider* find_provider(std::string_view name) {
  const auto found = cards_by_name().find(name);
  return found == cards_by_name().end() ? nullptr : found->second;
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
