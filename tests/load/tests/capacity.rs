//! No route costs more at the table than its budget.

use load::capacity::{budget, measure};
use local::{Kind, functions};

#[tokio::test]
async fn no_route_costs_more_than_its_budget() {
    let (budget, costs) = (budget().unwrap(), measure().await);
    for function in functions().iter().filter(|function| matches!(function.kind, Kind::Http { .. })) {
        assert!(costs.contains_key(function.name), "{} is not measured: add it to capacity::measure", function.name);
    }
    let mut over = Vec::new();
    for (name, cost) in &costs {
        match budget.get(name) {
            None => over.push(format!("{name} has no budget: {cost:?}")),
            Some(budget) if cost.exceeds(budget) => {
                over.push(format!("{name} costs {cost:?}, the budget is {budget:?}"))
            }
            Some(_) => {}
        }
    }
    let hint = "if it has to cost that: cargo run -p load -- capacity --write, and say why in the commit";
    assert!(over.is_empty(), "{}\n{hint}", over.join("\n"));
    for name in budget.keys() {
        assert!(costs.contains_key(name), "{name} has a budget and is no route: {hint}");
    }
}

#[tokio::test]
async fn the_hot_routes_are_at_their_minimum() {
    let costs = measure().await;
    // Admission, and one read for everything the first screen shows.
    assert_eq!(costs["findings-overview"].trips, 2, "{:?}", costs["findings-overview"]);
    // What the address has, what the account has, its companies' doors, the session.
    assert!(costs["accounts-sign-in"].trips <= 4, "{:?}", costs["accounts-sign-in"]);
    assert_eq!(costs["operators-health"].trips, 0);
}
