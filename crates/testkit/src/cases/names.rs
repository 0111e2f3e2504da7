//! A name means one place, and no name reaches another.

use reticent_core::{ErrorKind, SecretInfo, SecretRef};

use super::{Case, law};
use crate::harness::Part;
use crate::scene::{Holds, Scene, check, done, is_value};

pub(super) const LAWS: &[Case] = &[
    law!("names", absent_name_is_not_found),
    law!("names", names_are_case_exact),
    law!("names", hostile_names_are_served_back_or_refused),
    law!("names", prefix_never_matches_neighbour),
    law!("names", list_names_what_is_there, Part::List),
    law!("names", list_is_sorted, Part::List),
    law!("names", list_prefix_narrows, Part::List),
];

async fn absent_name_is_not_found(scene: Scene<'_>) -> Holds {
    scene.refuses(&scene.place("absent")?, ErrorKind::NotFound).await
}

async fn names_are_case_exact(scene: Scene<'_>) -> Holds {
    scene.planted("Mixed", b"value").await?;
    scene.refuses(&scene.place("mIXED")?, ErrorKind::NotFound).await
}

/// Names that a path, a URL or a log would take for something else, each beside what it might be taken for.
const HOSTILE: [&str; 22] = [
    "..",
    ".",
    "../up",
    "a/../b",
    "b",
    "/absolute",
    "a//b",
    "a/b",
    "%2e%2e",
    "a%2Fb",
    "a%00b",
    "nul\0l",
    "new\nline",
    "  blank  ",
    "quote\"s'",
    "dollar$HOME",
    "star*",
    "semi;colon",
    "equals=sign",
    "\u{1f511}",
    "p\u{430}ssword",
    "back\\slash",
];

async fn hostile_names_are_served_back_or_refused(scene: Scene<'_>) -> Holds {
    let long = "x".repeat(1024);
    let mut planted: Vec<(SecretRef, Option<String>)> = Vec::new();
    for (number, name) in HOSTILE.into_iter().chain([long.as_str()]).enumerate() {
        let Some(at) = scene.harness.place_for(name) else { continue };
        let value = format!("value {number}");
        let is_held = scene.harness.seed(&at, value.as_bytes()).await.is_ok();
        planted.push((at, is_held.then_some(value)));
    }
    for (at, value) in &planted {
        match (scene.source().get(at).await, value) {
            (Err(_), _) => {}
            (Ok(secret), Some(value)) => is_value(at, Ok(secret), value.as_bytes())?,
            (Ok(_), None) => {
                check(false, || format!("{at} gave a value, and nothing could be stored there"))?
            }
        }
    }
    for (at, _) in planted.iter().filter(|(_, value)| value.is_some()) {
        let wiped = scene.harness.wipe(at).await;
        wiped.map_err(|error| {
            crate::verdict::Broken::new(format!("the side door cannot wipe {at}: {error}"))
        })?;
    }
    Ok(())
}

async fn prefix_never_matches_neighbour(scene: Scene<'_>) -> Holds {
    scene.planted("prefix_db", b"value").await?;
    for neighbour in ["prefix_d", "prefix_db2"] {
        scene.refuses(&scene.place(neighbour)?, ErrorKind::NotFound).await?;
    }
    Ok(())
}

async fn list_names_what_is_there(scene: Scene<'_>) -> Holds {
    let present = [scene.planted("listed_one", b"1").await?, scene.planted("listed_two", b"2").await?];
    let listed = listed(scene, "").await?;
    for at in &present {
        check(listed.contains(at), || format!("{at} is there and is not listed"))?;
    }
    let absent = scene.place("listed_absent")?;
    check(!listed.contains(&absent), || format!("{absent} is listed and not there"))
}

async fn list_is_sorted(scene: Scene<'_>) -> Holds {
    for word in ["sorted_b", "sorted_c", "sorted_a"] {
        scene.planted(word, b"value").await?;
    }
    check(listed(scene, "").await?.is_sorted(), || "the listing is not sorted by reference".to_owned())
}

async fn list_prefix_narrows(scene: Scene<'_>) -> Holds {
    let wanted = scene.planted("narrow_one", b"1").await?;
    scene.planted("wide", b"2").await?;
    let listed = listed(scene, wanted.path()).await?;
    let others = listed.iter().filter(|at| !at.path().starts_with(wanted.path())).count();
    check(others == 0, || format!("{others} listed places do not begin with the prefix"))?;
    check(listed.contains(&wanted), || format!("{wanted} begins with the prefix and is not listed"))
}

async fn listed(scene: Scene<'_>, prefix: &str) -> Result<Vec<SecretRef>, crate::verdict::Broken> {
    let infos = done("the listing", scene.list().list(prefix).await)?;
    Ok(infos.iter().map(SecretInfo::reference).cloned().collect())
}
