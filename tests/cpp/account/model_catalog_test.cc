#include "account/model_catalog.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "support/facts_table.h"
#include "wire/anthropic/models.h"

namespace llmgate::account {
namespace {

using testing::package_table;
using testing::table_text;
using testing::write_table;

std::string key_of(ModelCatalog& catalog, std::string_view name) {
  const auto facts = catalog.find(name);
  return !facts ? "error: " + facts.error().message : *facts == nullptr ? "" : (*facts)->key;
}

std::string key_of(ModelCatalog& catalog, std::string_view provider, std::string_view model,
                   std::string_view base_model = {}) {
  const auto facts = catalog.find(provider, model, base_model);
  return facts && *facts != nullptr ? (*facts)->key : "";
}

TEST(ModelCatalog, FindsEveryNameOfItsSources) {
  ModelCatalog catalog({package_table()});
  const auto file = FactFile::open(package_table());
  ASSERT_TRUE(file.ok());
  std::ifstream names(LLMGATE_MODEL_NAMES);
  std::string line;
  std::size_t count = 0;
  for (; std::getline(names, line); ++count) {
    const std::size_t tab = line.find('\t');
    const std::string name = line.substr(0, tab);
    const std::string wanted = line.substr(tab + 1);
    const std::string found = key_of(catalog, name);
    // A bare name is the vendor's own, also where another provider's table has it bare.
    const bool is_bare = name.find('/') == std::string::npos;
    const auto own = file->find(found.substr(0, found.find('/') + 1) + name);
    EXPECT_TRUE(found == wanted || (is_bare && own && own->key == found))
        << name << " finds " << found << " instead of " << wanted;
  }
  EXPECT_GT(count, 6000);
}

TEST(ModelCatalog, FindsTheSpellingsThatPeopleUse) {
  ModelCatalog catalog({package_table()});
  EXPECT_EQ(key_of(catalog, "gpt-4o"), "openai/gpt-4o");
  EXPECT_EQ(key_of(catalog, "openai:gpt-4o"), "openai/gpt-4o");
  EXPECT_EQ(key_of(catalog, "openai/GPT-4o"), "openai/gpt-4o");
  EXPECT_EQ(key_of(catalog, "openai/gpt-4o-2099-12-31"), "openai/gpt-4o");
  EXPECT_EQ(key_of(catalog, "anthropic/claude-opus-4.7"), "anthropic/claude-opus-4-7");
  EXPECT_EQ(key_of(catalog, "claude-opus-4-7"), "anthropic/claude-opus-4-7");
  EXPECT_EQ(key_of(catalog, "gemini/models/gemini-2.5-pro"), "gemini/gemini-2.5-pro");
  EXPECT_EQ(key_of(catalog, "google/gemini-2.5-pro"), "gemini/gemini-2.5-pro");
  EXPECT_EQ(key_of(catalog, "openrouter/openai/gpt-4o"), "openrouter/openai/gpt-4o");
  EXPECT_EQ(key_of(catalog, "azure", "prod-chat", "gpt-4o-mini"), "azure/gpt-4o-mini");
  EXPECT_EQ(key_of(catalog, "azure", "prod-chat", "azure/gpt-4o-mini"), "azure/gpt-4o-mini");
  EXPECT_EQ(key_of(catalog, "azure_anthropic", "claude-opus-4-7"), "anthropic/claude-opus-4-7");
  EXPECT_EQ(key_of(catalog, "bedrock", "us.anthropic.claude-3-haiku-20240307-v1:0"),
            "bedrock/regional.anthropic.claude-3-haiku-20240307-v1:0");
}

TEST(ModelCatalog, NeverTakesOneModelForAnother) {
  ModelCatalog catalog({package_table()});
  for (const char* name :
       {"gpt-4o", "gpt-4o-mini", "gpt-4o-audio-preview", "gpt-4o-mini-audio-preview",
        "gpt-4o-realtime-preview", "gpt-4o-search-preview", "gpt-4-turbo", "gpt-4", "gpt-4.1",
        "gpt-4.1-mini", "o1", "o1-mini", "o1-pro", "o3", "o3-mini"}) {
    const std::string found = key_of(catalog, "openai", name);
    EXPECT_TRUE(found.empty() || found == "openai/" + std::string(name)) << found;
  }
  for (const char* name : {"openai/gpt-4o-super", "openai/gpt", "openai/gpt-4o-mini-mini",
                           "nonsense", "azure/prod-chat", "nobody/gpt-4o", "openai/gpt-4o-audio",
                           "", "openrouter/gpt-4o", "bedrock/gpt-4o"}) {
    EXPECT_EQ(key_of(catalog, name), "") << name;
  }
}

TEST(ModelCatalog, AgreesWithTheOutputLimitsThatRequestsAreMadeWith) {
  ModelCatalog catalog({package_table()});
  const auto keys = catalog.keys("anthropic/claude-*");
  ASSERT_TRUE(keys.ok());
  std::size_t compared = 0;
  for (const std::string& key : *keys) {
    const auto facts = catalog.find(key).value();
    if (facts->max_output) {
      EXPECT_EQ(wire::find_claude_model(facts->model).max_tokens, *facts->max_output) << key;
      ++compared;
    }
  }
  EXPECT_GT(compared, 15);
}

TEST(ModelCatalog, IsReadyAtOnce) {
  // Wide: the table is read in a fraction of this, other tests share the machine.
  const auto start = std::chrono::steady_clock::now();
  ModelCatalog catalog({package_table()});
  EXPECT_EQ(key_of(catalog, "openai", "gpt-4o"), "openai/gpt-4o");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(200));
}

TEST(ModelCatalog, ListsWhatFitsAPattern) {
  ModelCatalog catalog({package_table()});
  const auto keys = catalog.keys("Anthropic/claude-opus-4*");
  ASSERT_TRUE(keys.ok());
  EXPECT_GT(keys->size(), 2);
  for (const std::string& key : *keys) {
    EXPECT_TRUE(key.starts_with("anthropic/claude-opus-4")) << key;
  }
  EXPECT_TRUE(catalog.keys("nobody/*")->empty());
  EXPECT_EQ(catalog.keys("openai/gpt-4o")->size(), 1);
  const auto ending = catalog.keys("openai/*-mini");
  ASSERT_FALSE(ending->empty());
  EXPECT_TRUE(ending->front().ends_with("-mini"));
}

TEST(ModelCatalog, TakesTheNewestTableThatIsOne) {
  const std::string old_table =
      write_table(table_text({"a/x\t{\"context\":1}"}, "2026-01-01"), "old");
  const std::string new_table =
      write_table(table_text({"a/x\t{\"context\":2}"}, "2026-02-01"), "new");
  const std::string broken = write_table("nothing", "broken");
  const auto context = [](const std::vector<std::string>& paths) {
    ModelCatalog catalog(paths);
    return catalog.find("a", "x").value()->context_window;
  };
  EXPECT_EQ(context({old_table, new_table}), 2);
  EXPECT_EQ(context({new_table, old_table}), 2);
  EXPECT_EQ(context({broken, old_table}), 1);
  ModelCatalog none({broken});
  EXPECT_FALSE(none.find("a", "x").ok());
  EXPECT_FALSE(none.find("a/x").ok());
  EXPECT_FALSE(none.keys("*").ok());
  EXPECT_FALSE(none.date().ok());
  EXPECT_FALSE(ModelCatalog({}).date().ok());
}

TEST(ModelCatalog, SaysWhichRowIsDamaged) {
  ModelCatalog catalog({write_table(table_text({"a/x\t{\"input\":\"?\"}"}))});
  const auto facts = catalog.find("a", "x");
  ASSERT_FALSE(facts.ok());
  EXPECT_NE(facts.error().message.find("'a/x'"), std::string::npos);
}

TEST(ModelCatalog, LaysRegisteredFactsOverTheTable) {
  ModelCatalog catalog({package_table()});
  const auto before = catalog.find("openai", "gpt-4o").value();
  const auto unknown = catalog.register_models(
      R"({"gpt-4o":{"input_cost_per_token":1e-06},"my-model":{"litellm_provider":"openai",)"
      R"("input_cost_per_token":2e-06,"output_cost_per_token":3e-06,"colour":1}})");
  ASSERT_TRUE(unknown.ok()) << unknown.error().message;
  EXPECT_EQ(*unknown, (std::vector<std::string>{"my-model.colour"}));
  const auto after = catalog.find("openai", "gpt-4o").value();
  EXPECT_EQ(after->prices.ordinary.base.at(Price::kInput).text(), "0.000001");
  EXPECT_EQ(after->prices.ordinary.base.at(Price::kOutput),
            before->prices.ordinary.base.at(Price::kOutput));
  EXPECT_EQ(after->context_window, before->context_window);
  EXPECT_EQ(catalog.find("gpt-4o").value()->price_source, "registered");
  EXPECT_EQ(key_of(catalog, "my-model"), "my-model");
  EXPECT_EQ(key_of(catalog, "openai", "my-model"), "openai/my-model");
  EXPECT_EQ(catalog.keys("openai/my-*")->size(), 1);
  catalog.reset();
  EXPECT_EQ(key_of(catalog, "openai", "my-model"), "");
}

TEST(ModelCatalog, RegistersASnapshotWithoutTouchingTheOthers) {
  ModelCatalog catalog({package_table()});
  const auto before = catalog.find("openai", "gpt-4o").value();
  ASSERT_TRUE(
      catalog.register_models(R"({"openai/gpt-4o-2099-01-01":{"input_cost_per_token":1e-09}})")
          .ok());
  EXPECT_EQ(catalog.find("openai", "gpt-4o").value()->prices.ordinary.base.at(Price::kInput),
            before->prices.ordinary.base.at(Price::kInput));
  EXPECT_EQ(catalog.find("openai/gpt-4o-2099-01-01")
                .value()
                ->prices.ordinary.base.at(Price::kInput)
                .text(),
            "0.000000001");
}

TEST(ModelCatalog, PrefersADeploymentsOwnRegistration) {
  ModelCatalog catalog({package_table()});
  ASSERT_TRUE(catalog.register_models(R"({"azure/prod":{"input_cost_per_token":1e-06}})").ok());
  EXPECT_EQ(key_of(catalog, "azure", "prod"), "azure/prod");
  EXPECT_EQ(catalog.find_answered("azure", "prod", "gpt-4o-2024-08-06", {}).value()->key,
            "azure/prod");
  EXPECT_EQ(catalog.find_answered("azure", "other", "gpt-4o-2024-08-06", {}).value()->key,
            "azure/gpt-4o-2024-08-06");
}

TEST(ModelCatalog, LaysADeploymentsOwnFactsOverTheTableForItAlone) {
  ModelCatalog catalog(
      {write_table(table_text({testing::row("openai/gpt-x", R"({"input":"2","output":"8"})")}))});
  const auto own = catalog.find_with("openai", "gpt-x", "", R"({"input_cost_per_token":0.15e-6})");
  ASSERT_TRUE(own);
  EXPECT_EQ(((*own)->prices.ordinary.base.at(Price::kInput) * 1'000'000).text(), "0.15");
  EXPECT_EQ(((*own)->prices.ordinary.base.at(Price::kOutput) * 1'000'000).text(), "8");
  const auto others = catalog.find("openai", "gpt-x");
  EXPECT_EQ(((*others)->prices.ordinary.base.at(Price::kInput) * 1'000'000).text(), "2");
  const auto unknown = catalog.find_with("vllm", "mine", "", R"({"input_cost_per_token":1e-6})");
  ASSERT_TRUE(unknown);
  EXPECT_EQ((*unknown)->key, "vllm/mine");
  for (const char* wrong :
       {"{", R"({"input_cost_per_token":-1})", R"({"input_cost_per_token":"a"})"}) {
    EXPECT_FALSE(catalog.find_with("openai", "gpt-x", "", wrong)) << wrong;
  }
}

TEST(ModelCatalog, RefusesAllOfARegistrationThatIsWrong) {
  ModelCatalog catalog({package_table()});
  const auto result = catalog.register_models(
      R"({"new-model":{"input_cost_per_token":1e-06},"other":{"output_cost_per_token":-1}})");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().json_path, "$.other.output_cost_per_token");
  EXPECT_EQ(key_of(catalog, "new-model"), "");
  EXPECT_FALSE(catalog.register_models("[").ok());
  EXPECT_FALSE(catalog.register_models("[]").ok());
}

TEST(ModelCatalog, KeepsMarkUps) {
  ModelCatalog catalog({package_table()});
  EXPECT_TRUE(catalog.change_for("openai", "gpt-4o").is_none());
  catalog.change_prices(PriceChanges::from_json(R"({"margins":{"openai":0.1}})").value());
  EXPECT_EQ(catalog.change_for("openai", "gpt-4o").factor.text(), "1.1");
  catalog.change_prices({});
  EXPECT_TRUE(catalog.change_for("openai", "gpt-4o").is_none());
}

TEST(ModelCatalog, IsReadByManyWhileOneRegisters) {
  ModelCatalog catalog({package_table()});
  std::vector<std::thread> readers;
  readers.reserve(4);
  for (int number = 0; number < 4; ++number) {
    readers.emplace_back([&catalog] {
      for (int round = 0; round < 300; ++round) {
        const auto facts = catalog.find("openai", "gpt-4o");
        ASSERT_TRUE(facts.ok());
        EXPECT_TRUE((*facts)->prices.ordinary.base.has(Price::kInput));
      }
    });
  }
  for (int round = 0; round < 50; ++round) {
    EXPECT_TRUE(catalog.register_models(R"({"gpt-4o":{"input_cost_per_token":1e-06}})").ok());
  }
  for (std::thread& reader : readers) {
    reader.join();
  }
}

TEST(ModelCatalog, IsWholeInTheChildOfAFork) {
  ModelCatalog catalog({package_table()});
  std::atomic<bool> is_done = false;
  std::thread other([&catalog, &is_done] {
    for (int number = 0; !is_done; ++number) {
      EXPECT_TRUE(catalog.find("openai", "gpt-4o-" + std::to_string(number % 100)).ok());
    }
  });
  for (int round = 0; round < 20; ++round) {
    catalog.before_fork();
    const pid_t child = ::fork();
    catalog.after_fork();
    if (child == 0) {
      ::_exit(key_of(catalog, "openai", "gpt-4o") == "openai/gpt-4o" ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  is_done = true;
  other.join();
}

}  // namespace
}  // namespace llmgate::account
