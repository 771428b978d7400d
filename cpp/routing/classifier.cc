#include "routing/classifier.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "json/document.h"
#include "routing/classifier_rules.h"

namespace llmgate::routing {
namespace {

using json::Value;

using Points = std::array<double, kAspectCount>;

constexpr std::array<std::string_view, kTaskCount> kTasks = {"code", "summarise", "translate",
                                                             "maths", "long"};
constexpr std::size_t kMostWords = 1000;
constexpr std::size_t kFirstWords = 3;  // after polite ones: where the request itself stands
constexpr double kInFirstWords = 2;     // times the points
constexpr double kLeastDoubled = 1.5;   // weaker words mean as little there as anywhere

bool is_above_ascii(char byte) { return static_cast<unsigned char>(byte) >= 0x80; }
bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_letter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || is_above_ascii(byte);
}

// The first and the last half of what may be read, not cut inside a character.
void append_bounded(std::string_view text, std::string& out) {
  constexpr std::size_t kHalf = kMostClassified / 2;
  if (text.size() <= kMostClassified) {
    out += text;
    return;
  }
  std::size_t head = kHalf;
  while (head > 0 && (static_cast<unsigned char>(text[head]) & 0xC0U) == 0x80U) {
    --head;
  }
  std::size_t tail = text.size() - kHalf;
  while (tail < text.size() && (static_cast<unsigned char>(text[tail]) & 0xC0U) == 0x80U) {
    ++tail;
  }
  out.append(text.substr(0, head)).append("\n").append(text.substr(tail));
}

void append_text(Value content, std::string& out) {
  if (content.is_string()) {
    std::string storage;
    append_bounded(content.unescaped(storage), out);
    return;
  }
  for (const Value part : content.elements()) {
    std::string storage;
    const std::string_view text = part.find("text").unescaped(storage);
    if (!text.empty() && out.size() < kMostClassified) {
      append_bounded(text, out);
      out += '\n';
    }
  }
}

std::string newest_user_text(Value messages) {
  Value newest;
  for (const Value message : messages.elements()) {
    if (message.find("role").says("user")) {
      newest = message.find("content");
    }
  }
  std::string text;
  append_text(newest, text);
  return text;
}

// Of ASCII, Latin-1 and Cyrillic letters; the length stays.
std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (std::size_t at = 0; at < lower.size(); ++at) {
    const auto byte = static_cast<unsigned char>(lower[at]);
    const auto next = static_cast<unsigned char>(at + 1 < lower.size() ? lower[at + 1] : '\0');
    if (byte >= 'A' && byte <= 'Z') {
      lower[at] = static_cast<char>(byte + ('a' - 'A'));
    } else if (byte == 0xC3 && next >= 0x80 && next <= 0x9E && next != 0x97) {
      lower[at + 1] = static_cast<char>(next + 0x20);
    } else if (byte == 0xD0 && next >= 0x90 && next <= 0x9F) {
      lower[at + 1] = static_cast<char>(next + 0x20);
    } else if (byte == 0xD0 && next >= 0xA0 && next <= 0xAF) {
      lower[at] = static_cast<char>(0xD1);
      lower[at + 1] = static_cast<char>(next - 0x20);
    }
  }
  return lower;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < text.size() && words.size() < kMostWords) {
    const std::size_t begin = at;
    while (at < text.size() && (is_letter(text[at]) || is_digit(text[at]))) {
      ++at;
    }
    if (at > begin) {
      words.push_back(text.substr(begin, at - begin));
    }
    ++at;
  }
  return words;
}

struct Phrase {
  std::vector<std::string_view> words;
  bool is_stem = false;  // of the last word
  const AspectRule* rule = nullptr;
};

// Phrases by their first word, and those of one word that is a stem by its first kStem bytes.
class PhraseTable {
 public:
  PhraseTable() {
    for (const AspectRule& rule : phrase_rules()) {
      std::string_view rest = rule.text;
      while (!rest.empty()) {
        const std::size_t bar = std::min(rest.find('|'), rest.size());
        add(rest.substr(0, bar), rule);
        rest.remove_prefix(std::min(bar + 1, rest.size()));
      }
    }
  }

  // Calls `found(rule)` for each phrase that begins with `words[at]`.
  template <typename Found>
  void look_up(const std::vector<std::string_view>& words, std::size_t at,
               const Found& found) const {
    for (const auto* const table : {&by_word_, &by_stem_}) {
      const auto entry = table->find(table == &by_stem_ ? words[at].substr(0, kStem) : words[at]);
      if (entry == table->end()) {
        continue;
      }
      for (const Phrase& phrase : entry->second) {
        if (stands_at(phrase, words, at)) {
          found(*phrase.rule);
        }
      }
    }
  }

 private:
  static constexpr std::size_t kStem = 5;
  using Table = std::unordered_map<std::string_view, std::vector<Phrase>>;

  void add(std::string_view text, const AspectRule& rule) {
    Phrase phrase;
    phrase.is_stem = text.ends_with('*');
    phrase.words = words_of(text);
    phrase.rule = &rule;
    const bool is_single_stem = phrase.is_stem && phrase.words.size() == 1;
    Table& table = is_single_stem ? by_stem_ : by_word_;
    const std::string_view first = phrase.words.front();
    table[is_single_stem ? first.substr(0, kStem) : first].push_back(std::move(phrase));
  }

  static bool stands_at(const Phrase& phrase, const std::vector<std::string_view>& words,
                        std::size_t at) {
    if (at + phrase.words.size() > words.size()) {
      return false;
    }
    for (std::size_t index = 0; index < phrase.words.size(); ++index) {
      const std::string_view word = words[at + index];
      const bool may_go_on = phrase.is_stem && index + 1 == phrase.words.size();
      if (may_go_on ? !word.starts_with(phrase.words[index]) : word != phrase.words[index]) {
        return false;
      }
    }
    return true;
  }

  Table by_word_;
  Table by_stem_;
};

const PhraseTable& phrase_table() {
  static const PhraseTable table;
  return table;
}

void add(Points& points, Aspect aspect, double more) {
  points[static_cast<std::size_t>(aspect)] += more;
}
double of(const Points& points, Aspect aspect) { return points[static_cast<std::size_t>(aspect)]; }

void add_phrases(const std::vector<std::string_view>& words, Points& points) {
  const auto polite = polite_words();
  std::size_t first = 0;
  while (first < words.size() &&
         std::find(polite.begin(), polite.end(), words[first]) != polite.end()) {
    ++first;
  }
  for (std::size_t at = 0; at < words.size(); ++at) {
    const double factor = at >= first && at < first + kFirstWords ? kInFirstWords : 1;
    phrase_table().look_up(words, at, [&](const AspectRule& rule) {
      const bool is_strong =
          static_cast<std::size_t>(rule.aspect) < kTaskCount && rule.points >= kLeastDoubled;
      add(points, rule.aspect, rule.points * (is_strong ? factor : 1));
    });
  }
}

// "2x + 3 = 11", "17 * 23": an operator between what may be operands, one of them a number.
bool is_operator(char byte) {
  return byte == '+' || byte == '*' || byte == '/' || byte == '=' || byte == '^' || byte == '-';
}

int count_formula_signs(std::string_view text) {
  int signs = 0;
  for (std::size_t at = 1; at + 1 < text.size(); ++at) {
    if (!is_operator(text[at])) {
      continue;
    }
    std::size_t before = at;
    while (before > 0 && text[before - 1] == ' ') {
      --before;
    }
    std::size_t behind = at + 1;
    while (behind < text.size() && text[behind] == ' ') {
      ++behind;
    }
    const bool has_left = before > 0 && (is_digit(text[before - 1]) || text[before - 1] == ')' ||
                                         (is_letter(text[before - 1]) && before != at));
    const bool has_right = behind < text.size() && (is_digit(text[behind]) || text[behind] == '(');
    const bool has_digit =
        (before > 0 && is_digit(text[before - 1])) || (has_right && is_digit(text[behind]));
    // Dates, ranges and paths have these two as well.
    const bool is_ambiguous = (text[at] == '-' || text[at] == '/') && before == at;
    signs += has_left && has_right && has_digit && !is_ambiguous ? 1 : 0;
  }
  return signs;
}

// Rules by their first byte, so that one pass over a text finds them all.
class ShapeTable {
 public:
  ShapeTable() {
    for (const auto rules : {shape_rules(), spaceless_rules()}) {
      for (const AspectRule& rule : rules) {
        by_byte_[static_cast<unsigned char>(rule.text.front())].push_back(all_.size());
        all_.push_back(&rule);
      }
    }
  }

  // Each rule once, however often its text stands there.
  void add_points(std::string_view text, Points& points) const {
    std::vector<bool> was_found(all_.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
      for (const std::size_t index : by_byte_[static_cast<unsigned char>(text[at])]) {
        if (!was_found[index] && text.substr(at).starts_with(all_[index]->text)) {
          was_found[index] = true;
          add(points, all_[index]->aspect, all_[index]->points);
        }
      }
    }
  }

 private:
  std::vector<const AspectRule*> all_;
  std::array<std::vector<std::size_t>, 256> by_byte_;
};

void add_shapes(std::string_view text, Points& points) {
  static const ShapeTable table;
  table.add_points(text, points);
  // In code they mean something else.
  if (of(points, Aspect::kCode) < kLeastPoints) {
    constexpr double kMostSigns = 4;
    add(points, Aspect::kMaths, std::min(kMostSigns, 2.0 * count_formula_signs(text)));
  }
}

// "1." or "2)" at the beginning of a word, "- " at that of a line.
int count_listed_steps(std::string_view text) {
  int steps = 0;
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    const bool begins_word = at == 0 || text[at - 1] == ' ' || text[at - 1] == '\n';
    const bool begins_line = at == 0 || text[at - 1] == '\n';
    const bool is_number = begins_word && is_digit(text[at]) &&
                           (text[at + 1] == '.' || text[at + 1] == ')') &&
                           (at + 2 == text.size() || text[at + 2] == ' ');
    const bool is_bullet =
        begins_line && (text[at] == '-' || text[at] == '*') && text[at + 1] == ' ';
    steps += is_number || is_bullet ? 1 : 0;
  }
  return steps;
}

std::string_view task_of(const Points& points, std::int64_t prompt_tokens, double& score) {
  const auto* const begin = points.begin();
  const auto* const best = std::max_element(begin, begin + kTaskCount);
  double runner_up = 0;
  for (const auto* each = begin; each != begin + kTaskCount; ++each) {
    runner_up = each == best ? runner_up : std::max(runner_up, *each);
  }
  if (*best >= kLeastPoints) {
    score = *best / (*best + runner_up + 1);
    return kTasks[static_cast<std::size_t>(best - begin)];
  }
  const double nothing_else = 1 / (1 + std::max(0.0, *best));
  score = nothing_else;
  return prompt_tokens >= kLongPrompt ? "long" : "chat";
}

std::string_view tier_of(std::string_view task, const Points& points, std::string_view text,
                         const RouteRequest& described) {
  constexpr double kReasons = 2;
  constexpr double kComplex = 3;
  constexpr std::int64_t kManyTokens = 2'000;
  // What a summary or a translation is of says nothing about the work.
  const bool is_of_text = task == "summarise" || task == "translate";
  if (!is_of_text && of(points, Aspect::kReasoning) >= kReasons) {
    return "reasoning";
  }
  double work = task == "code" || task == "maths" ? 1 : 0;
  work += described.prompt_tokens >= kLongPrompt ? 2 : 0;
  if (is_of_text) {
    return work >= 2 ? "medium" : "simple";
  }
  const double steps = of(points, Aspect::kStep) + count_listed_steps(text);
  work += steps >= 2 ? 0.75 * steps : 0;
  work += of(points, Aspect::kLarge);
  work += described.prompt_tokens >= kManyTokens ? 1 : 0;
  work += described.output_tokens >= kLongAnswer ? 1 : 0;
  if (work >= kComplex || task == "long") {
    return "complex";
  }
  return work >= 1 ? "medium" : "simple";
}

}  // namespace

Classification classify(const chat::ChatRequest& request, const RouteRequest& described) {
  const std::string text = newest_user_text(request.root().find("messages"));
  const std::string lower = lower_case(text);
  Points points{};
  add_phrases(words_of(lower), points);
  add_shapes(text, points);
  Classification classification;
  classification.task = task_of(points, described.prompt_tokens, classification.score);
  classification.tier = tier_of(classification.task, points, text, described);
  return classification;
}

}  // namespace llmgate::routing
