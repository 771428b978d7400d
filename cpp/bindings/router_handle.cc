#include "bindings/router_handle.h"

#include <atomic>
#include <utility>

#include "bindings/call_arguments.h"
#include "engine/make_router.h"

namespace llmgate::bindings {
namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

Failure fill(RouterHandle& handle, std::uint64_t id, std::uint64_t version, std::string text,
             std::string name, const config::LoadOptions& options,
             std::optional<config::DialectName> dialect,
             std::shared_ptr<account::ModelCatalog> catalog) {
  auto source = config::Source::read(std::move(text), config::Syntax::kGuess, std::move(name));
  if (!source) {
    return std::move(source.error());
  }
  auto config = config::load(*source, options, dialect);
  if (!config) {
    return std::move(config.error());
  }
  auto router = engine::make_router(
      *config, id, version,
      {options.environment, [] { return current_ca_file(); }, std::move(catalog)});
  if (!router) {
    return std::move(router.error());
  }
  handle.config = std::make_shared<const config::RouterConfig>(std::move(*config));
  handle.router = std::move(*router);
  set_budgets(handle, handle.budgets);
  return std::nullopt;
}

}  // namespace

Result<std::shared_ptr<RouterHandle>> load_router(std::string text, std::string name,
                                                  const config::LoadOptions& options,
                                                  std::optional<config::DialectName> dialect,
                                                  std::shared_ptr<account::ModelCatalog> catalog) {
  auto handle = std::make_shared<RouterHandle>();
  if (Failure failure = fill(*handle, next_id(), 1, std::move(text), std::move(name), options,
                             dialect, std::move(catalog))) {
    return std::move(*failure);
  }
  return handle;
}

void set_budgets(RouterHandle& handle, account::BudgetRules budgets) {
  handle.budgets = std::move(budgets);
  if (handle.budgets.empty() && handle.router->budgets.empty()) {
    return;
  }
  auto router = std::make_shared<engine::Router>(*handle.router);
  router->budgets = handle.budgets;
  handle.router = std::move(router);
}

Failure change_router(RouterHandle& handle, std::string text, std::string name,
                      const config::LoadOptions& options,
                      std::optional<config::DialectName> dialect,
                      std::shared_ptr<account::ModelCatalog> catalog) {
  return fill(handle, handle.router->id, handle.router->version + 1, std::move(text),
              std::move(name), options, dialect, std::move(catalog));
}

}  // namespace llmgate::bindings
