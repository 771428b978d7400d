#include "wire/anthropic/read_messages.h"

#include <string>
#include <string_view>
#include <utility>

#include "chat/refusal.h"
#include "chat/replay.h"
#include "wire/anthropic/content.h"
#include "wire/anthropic/read_parts.h"
#include "wire/read_message.h"

namespace llmgate::wire {
namespace {

using json::Path;
using json::Value;

bool is_result(Value block) { return block.find("type").says("tool_result"); }

bool has_results(Value content) {
  for (const Value block : content.elements()) {
    if (is_result(block)) {
      return true;
    }
  }
  return false;
}

// Whether `block` has these members, perhaps a breakpoint of the cache, and nothing else.
bool is_plain(Value block, std::size_t members) {
  return block.size() == members + (block.find("cache_control").exists() ? 1 : 0);
}

bool is_plain_text(Value block) {
  constexpr std::size_t kMembers = 2;
  return block.find("type").says("text") && !block.find("text").escaped().empty() &&
         is_plain(block, kMembers);
}

bool is_plain_call(Value block) {
  constexpr std::size_t kMembers = 4;
  return block.find("type").says("tool_use") && block.find("id").is_string() &&
         block.find("name").is_string() && block.find("input").is_object() &&
         is_plain(block, kMembers);
}

// Texts, then calls: what a canonical message shows in full.
bool is_shown_in_full(Value content) {
  bool has_calls = false;
  for (const Value block : content.elements()) {
    if (is_plain_call(block)) {
      has_calls = true;
    } else if (has_calls || !is_plain_text(block)) {
      return false;
    }
  }
  return true;
}

bool has_more_members(Value message) {
  constexpr std::size_t kMembers = 2;  // role, content
  return message.size() > kMembers;
}

}  // namespace

// `message` is the native one where the canonical one begins it: its other members go along.
void AnthropicMessageReader::write_form(std::string_view hint, Value message) {
  const bool has_members = message.exists() && has_more_members(message);
  if (hint.empty() && !has_members) {
    return;
  }
  out_.escaped_key(chat::kFormMember).begin_object();
  if (!hint.empty()) {
    out_.escaped_key(hint).boolean(true);
  }
  if (has_members) {
    out_.escaped_key("members").begin_object();
    for (const json::Member member : message.members()) {
      if (!member.name.says("role") && !member.name.says("content")) {
        out_.splice(member);
      }
    }
    out_.end_object();
  }
  out_.end_object();
}

void AnthropicMessageReader::read_system(Value system) {
  out_.begin_object().escaped_key("role").escaped("system").escaped_key("content");
  if (system.is_string()) {
    out_.splice(system);
  } else {
    read_anthropic_parts(system, out_);
  }
  out_.end_object();
}

Failure AnthropicMessageReader::read(Value message, const Path& path) {
  const Value content = message.find("content");
  if (!message.is_object()) {
    return chat::refuse(path, message, "an object with \"role\" and \"content\"");
  }
  if (!content.is_string() && !content.is_array()) {
    return chat::refuse(path.member("content"), content, "a string or a list of content blocks");
  }
  const Value role = message.find("role");
  if (role.says("assistant")) {
    return read_assistant(message, path);
  }
  if (!role.says("user") && !role.says("system")) {
    return chat::refuse(path.member("role"), role, "\"user\" or \"assistant\"");
  }
  if (role.says("user") && has_results(content)) {
    read_results(message);
  } else {
    read_user(message);
  }
  return std::nullopt;
}

void AnthropicMessageReader::read_user(Value message) {
  const Value content = message.find("content");
  const bool is_user = message.find("role").says("user");
  out_.begin_object().escaped_key("role").splice(message.find("role"));
  out_.escaped_key("content");
  content.is_string() ? static_cast<void>(out_.splice(content))
                      : read_anthropic_parts(content, out_);
  write_form(last_ == Last::kTool || !is_user ? "own" : "", message);
  out_.end_object();
  last_ = is_user ? Last::kUser : Last::kOther;
}

// Each result is a message of its own, and so is each run of other blocks between them.
void AnthropicMessageReader::read_results(Value message) {
  bool is_first = true;
  bool is_run = false;
  for (const Value block : message.find("content").elements()) {
    const bool continues_run = is_run && !is_result(block);
    if (is_run && !continues_run) {
      out_.end_array().end_object();
      is_run = false;
    }
    std::string_view hint;
    if (is_first) {
      hint = last_ == Last::kTool ? "own" : "";
    } else if (last_ == Last::kUser) {
      hint = "joined";
    }
    if (is_result(block)) {
      read_result(block, hint, is_first ? message : Value());
      last_ = Last::kTool;
    } else {
      if (!continues_run) {
        out_.begin_object().escaped_key("role").escaped("user");
        write_form(hint, is_first ? message : Value());
        out_.escaped_key("content").begin_array();
        is_run = true;
      }
      read_anthropic_part(block, out_);
      last_ = Last::kUser;
    }
    is_first = false;
  }
  if (is_run) {
    out_.end_array().end_object();
  }
}

void AnthropicMessageReader::read_result(Value result, std::string_view hint, Value message) {
  out_.begin_object().escaped_key("role").escaped("tool");
  for (const json::Member member : result.members()) {
    const std::string_view name = member.name.escaped();
    if (name == "tool_use_id") {
      out_.escaped_key("tool_call_id").splice(member.value);
    } else if (name == "content" && member.value.is_array()) {
      read_anthropic_parts(member.value, out_.escaped_key("content"));
    } else if (name != "type") {
      out_.splice(member);
    }
  }
  write_form(hint, message);
  out_.end_object();
}

Failure AnthropicMessageReader::read_assistant(Value message, const Path& path) {
  const Value content = message.find("content");
  out_.begin_object().escaped_key("role").escaped("assistant");
  if (content.is_string()) {
    out_.escaped_key("content").splice(content);
  } else if (is_shown_in_full(content)) {
    write_blocks(content);
  } else if (Failure failure = write_replay(content, path.member("content"))) {
    return failure;
  }
  write_form(content.is_string() ? "string" : "", message);
  out_.end_object();
  last_ = Last::kOther;
  return std::nullopt;
}

void AnthropicMessageReader::write_blocks(Value content) {
  const auto blocks = content.elements();
  std::size_t texts = 0;
  for (const Value block : blocks) {
    texts += is_plain_text(block) ? 1 : 0;
  }
  const Value first = content.at(0);
  out_.escaped_key("content");
  if (texts == 1 && !first.find("cache_control").exists()) {
    out_.splice(first.find("text"));
  } else if (texts == 0 && content.size() > 0) {
    out_.null();
  } else {
    out_.begin_array();
    for (const Value block : blocks) {
      if (is_plain_text(block)) {
        out_.splice(block);
      }
    }
    out_.end_array();
  }
  if (texts == content.size()) {
    return;
  }
  out_.escaped_key("tool_calls").begin_array();
  for (const Value block : blocks) {
    if (!is_plain_call(block)) {
      continue;
    }
    out_.begin_object().escaped_key("id").splice(block.find("id"));
    out_.escaped_key("type").escaped("function").escaped_key("function").begin_object();
    out_.escaped_key("name").splice(block.find("name"));
    out_.escaped_key("arguments").quoted(block.find("input")).end_object();
    if (const Value cache = block.find("cache_control"); cache.exists()) {
      out_.escaped_key("cache_control").splice(cache);
    }
    out_.end_object();
  }
  out_.end_array();
}

Failure AnthropicMessageReader::write_replay(Value content, const Path& path) {
  chat::Turn turn;
  turn.provider = issuer_.dialect->provider;
  turn.format = anthropic_messages_format().name();
  turn.model = model_;
  chat::Choice& choice = turn.choices.emplace_back();
  if (std::string problem = absorb_anthropic_content(content, choice); !problem.empty()) {
    return bad_request(path.text(), std::move(problem));
  }
  write_shown(choice, out_);
  write_read_replay(turn, choice, content, out_);
  return std::nullopt;
}

}  // namespace llmgate::wire
