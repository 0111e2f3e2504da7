//! The laws of `KeyWrap` themselves: a correct keeper breaks none, and each planted defect breaks exactly the law that
//! was written for it.

mod keeper;

use std::collections::BTreeSet;

use keeper::{Defect, Toy};
use reticent_core::{KeyWrap, Secret};
use reticent_testkit::Verdict;
use reticent_testkit::wrap::{self, WrapHarness, WrapLaw};

struct Toys(Toy, Toy);

impl WrapHarness for Toys {
    fn label(&self) -> &str {
        "toy"
    }

    fn keeper(&self) -> &dyn KeyWrap {
        &self.0
    }

    fn stranger(&self) -> &dyn KeyWrap {
        &self.1
    }

    fn credentials(&self) -> Vec<Secret> {
        vec![self.0.credential(), self.1.credential()]
    }
}

async fn broken_laws(defect: Option<Defect>) -> BTreeSet<&'static str> {
    let toys = Toys(Toy::new("first key of toys", defect), Toy::new("other key of toys", defect));
    let mut broken = BTreeSet::new();
    for law in wrap::ALL {
        if let Verdict::Broken(_) = wrap::judge(&toys, law.name()).await {
            broken.insert(law.name());
        }
    }
    broken
}

#[tokio::test]
async fn the_correct_keeper_breaks_no_law() {
    assert_eq!(broken_laws(None).await, BTreeSet::new());
}

#[tokio::test]
async fn each_defect_breaks_its_own_law_alone() {
    for (defect, law) in Defect::TABLE {
        assert_eq!(broken_laws(Some(*defect)).await, BTreeSet::from([*law]), "{defect:?}");
    }
}

#[test]
fn every_law_is_broken_by_some_defect() {
    let broken: BTreeSet<&str> = Defect::TABLE.iter().map(|(_, law)| *law).collect();
    let all: BTreeSet<&str> = wrap::ALL.iter().map(WrapLaw::name).collect();
    assert_eq!(broken, all);
}

#[tokio::test]
async fn a_law_that_is_not_there_is_broken() {
    let toys = Toys(Toy::new("first key of toys", None), Toy::new("other key of toys", None));
    assert!(matches!(wrap::judge(&toys, "wrap::no_such_law").await, Verdict::Broken(_)));
}
