//! A small soak, as `make soak` runs a large one.

use soak::Plan;
use stand_ins::OpenAiStandIn;

use crate::harness::{TestCloud, ledger_and_inventory, run};

#[test]
fn thirty_generations_with_dying_workers_and_throttling_are_each_done_once() {
    run(async {
        let vendor = OpenAiStandIn::start(0).await.unwrap();
        let parameters = soak::parameters(&vendor);
        let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let cloud = TestCloud::with(&parameters).await;
        soak::run(&cloud, &vendor, Plan { generations: 30, at_once: 3, fault_each: 2 }).await.unwrap();
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        ledger_and_inventory::assert_nothing_held(&cloud).await;
        cloud.stop().await;
    });
}
