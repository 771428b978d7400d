// Calls through a Router on the whole engine of fakes: targets by id, on hosts of that name.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/router.h"
#include "support/call_fixture.h"
#include "support/plan_tree.h"

namespace llmgate::test {

class RoutedCallFixture : public CallFixture {
 protected:
  // After the tree is built.
  void make_router(std::vector<routing::NodeIndex> roots) {
    roots_ = std::move(roots);
    tree_.plan.aliases = {{.name = "chat", .root = roots_.front()}};
    router_ = std::make_shared<engine::Router>();
    router_->id = 1;
    router_->version = 1;
    router_->plan = shared(tree_.plan);
    for (const routing::Deployment& deployment : tree_.plan.deployments) {
      engine::RoutedTarget routed;
      routed.target.provider = providers::find_provider("openai");
      routed.target.model = "model-of-" + deployment.id;
      routed.target.base_url = "http://" + deployment.id + ".test/v1";
      routed.target.api_key = "sk-key-of-" + deployment.id;
      router_->targets.push_back(std::move(routed));
    }
  }

  engine::CallSpec routed_spec(bool is_stream = false, const std::string& more = "") {
    engine::CallSpec made = spec(is_stream, more);
    made.target = {};
    made.routed = std::make_unique<engine::RoutedCall>();
    made.routed->router = router_;
    made.routed->roots = roots_;
    made.routed->root_kinds = routing::kinds_that_may_fall_back();
    return made;
  }

  // The host that the latest transfer goes to.
  std::string asked() {
    const std::string& url = transfer().request.url;
    return url.substr(7, url.find('.') - 7);
  }

  PlanTree tree_;
  std::vector<routing::NodeIndex> roots_;
  std::shared_ptr<engine::Router> router_;
};

}  // namespace llmgate::test
