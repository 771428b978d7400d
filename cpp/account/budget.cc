#include "account/budget.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace llmgate::account {
namespace {

std::int64_t add_held_tokens(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(std::clamp<Int128>(static_cast<Int128>(a) + b,
                                                      std::numeric_limits<std::int64_t>::min(),
                                                      std::numeric_limits<std::int64_t>::max()));
}

}  // namespace

Amount& Amount::operator+=(const Amount& other) {
  usd += other.usd;
  tokens = add_held_tokens(tokens, other.tokens);
  return *this;
}

Amount& Amount::operator-=(const Amount& other) {
  usd -= other.usd;
  tokens = add_held_tokens(tokens, -other.tokens);
  return *this;
}

std::vector<std::string> accounts_of(const BudgetRule& rule, const Labels& labels) {
  for (const auto& [dimension, wanted] : rule.only) {
    const std::vector<std::string> said = values_of(labels, dimension);
    if (std::find(said.begin(), said.end(), wanted) == said.end()) {
      return {};
    }
  }
  if (rule.per.empty()) {
    return {""};
  }
  std::vector<std::string> values = values_of(labels, rule.per);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::string BudgetAccount::title() const {
  std::string text = "budget \"" + rule_->name + "\"";
  if (!rule_->per.empty()) {
    text += " of " + rule_->per + " \"" + value_.substr(0, 80) + "\"";
  }
  return text;
}

void BudgetAccount::follow(const std::shared_ptr<const BudgetRule>& rule) {
  if (rule_ == rule) {
    return;
  }
  if (rule_->window.kind != rule->window.kind || rule_->window.length != rule->window.length) {
    spent_ = {};  // of another span of time
    slices_.clear();
    span_ = {WallTime::min(), WallTime::min()};
  }
  has_warned_ = false;
  rule_ = rule;
}

void BudgetAccount::show(const AccountState& state) {
  spent_ = state.spent;
  reserved_ = state.reserved;
  span_.end = state.until;
}

bool BudgetAccount::is_blank() const {
  if (is_shared()) {
    return true;  // the file has it all
  }
  const auto is_zero = [](const Amount& amount) {
    return amount.usd.is_zero() && amount.tokens == 0;
  };
  return is_zero(spent_) && is_zero(reserved_);
}

void BudgetAccount::advance(WallTime now) {
  if (now < latest_) {
    return;
  }
  latest_ = now;
  if (is_shared()) {
    if (now >= warned_until_) {
      has_warned_ = false;
    }
    return;
  }
  if (rule_->window.kind == WindowKind::kRolling) {
    forget(now - rule_->window.length);
    return;
  }
  if (now >= span_.end) {
    spent_ = {};
    has_warned_ = false;
    span_ = span_of(rule_->window, now);
  }
}

void BudgetAccount::forget(WallTime before) {
  const auto slice = slice_of(rule_->window);
  while (!slices_.empty() && slices_.front().begin + slice <= before) {
    spent_ -= slices_.front().spent;
    slices_.pop_front();
    has_warned_ = false;
  }
}

std::optional<Usd> BudgetAccount::usd_left() const {
  if (!rule_->usd) {
    return std::nullopt;
  }
  return std::max(Usd(), *rule_->usd - spent_.usd - reserved_.usd);
}

std::optional<std::int64_t> BudgetAccount::tokens_left() const {
  if (!rule_->tokens) {
    return std::nullopt;
  }
  Amount left{Usd(), *rule_->tokens};
  left -= spent_;
  left -= reserved_;
  return std::max<std::int64_t>(0, left.tokens);
}

bool BudgetAccount::has_room_for(const Amount& amount) const {
  const auto usd = usd_left();
  const auto tokens = tokens_left();
  return (!usd || amount.usd <= *usd) && (!tokens || amount.tokens <= *tokens);
}

WallTime BudgetAccount::until() const {
  if (is_shared() || rule_->window.kind != WindowKind::kRolling) {
    return span_.end;
  }
  return slices_.empty() ? latest_ + rule_->window.length
                         : slices_.front().begin + slice_of(rule_->window) + rule_->window.length;
}

void BudgetAccount::settle(const Amount& reserved, const Amount& actual, WallTime now) {
  advance(now);
  reserved_ -= reserved;
  spent_ += actual;
  if (rule_->window.kind != WindowKind::kRolling) {
    return;
  }
  const auto slice = slice_of(rule_->window);
  if (slices_.empty() || slices_.back().begin + slice <= latest_) {
    slices_.push_back({latest_, {}});
  }
  slices_.back().spent += actual;
}

bool BudgetAccount::takes_warning() {
  if (has_warned_ || rule_->warn_at <= 0) {
    return false;
  }
  const double usd = rule_->usd ? (spent_.usd + reserved_.usd).to_double() : 0;
  const double tokens =
      rule_->tokens ? static_cast<double>(spent_.tokens) + static_cast<double>(reserved_.tokens)
                    : 0;
  has_warned_ = (rule_->usd && usd >= rule_->warn_at * rule_->usd->to_double()) ||
                (rule_->tokens && tokens >= rule_->warn_at * static_cast<double>(*rule_->tokens));
  warned_until_ = span_.end;
  return has_warned_;
}

}  // namespace llmgate::account
