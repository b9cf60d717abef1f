//! Which lists are in force for an organization, and which of them hold a number: those that events filled and those that came as files.

use std::collections::BTreeSet;

use domain::{ListLoadId, OrganizationId, PhoneIndex, compliance::ListStanding, suppression::ListKind};

use crate::{
    context::Ports,
    ports::{ListInForce, PortError},
};

/// For each number, in their order, every list in force and whether it holds the number. Set-based: a number of look-ups that does not
/// depend on how many numbers there are.
///
/// # Errors
/// When the lists can't be read as they are at this moment; nothing may be handed over then.
pub async fn standings(
    ports: &Ports,
    organization: OrganizationId,
    numbers: &[PhoneIndex],
) -> Result<Vec<Vec<ListStanding>>, PortError> {
    if numbers.is_empty() {
        return Ok(vec![]);
    }
    let named = ports.suppressions.lists_of(organization, numbers).await?;
    // The pointers are read after the wait: numbers of a version that was replaced since stay for a while.
    let lists = ports.suppressions.in_force(organization).await?;
    let loads: Vec<ListLoadId> = lists.iter().filter_map(|list| list.load).collect();
    let in_files = if loads.is_empty() {
        vec![vec![]; numbers.len()]
    } else {
        ports.listed.holding(&loads, numbers).await?
    };
    let both = named.into_iter().zip(in_files);
    Ok(both
        .map(|(named, held)| of_number(&lists, &named, &held))
        .collect())
}

/// For each number, in their order, whether a list in force holds it, as far as is known without waiting: for figures and screens, never
/// for a decision to send.
///
/// # Errors
/// When the lists can't be read.
pub async fn on_a_list(
    ports: &Ports,
    organization: OrganizationId,
    numbers: &[PhoneIndex],
) -> Result<Vec<bool>, PortError> {
    if numbers.is_empty() {
        return Ok(vec![]);
    }
    let lists = ports.suppressions.in_force(organization).await?;
    let loads: Vec<ListLoadId> = lists.iter().filter_map(|list| list.load).collect();
    let named = ports.suppressions.lists_known(organization, numbers).await?;
    let mut found: Vec<bool> = named.iter().map(|lists| !lists.is_empty()).collect();
    if !loads.is_empty() {
        let in_files = ports.listed.holding(&loads, numbers).await?;
        for (found, held) in found.iter_mut().zip(in_files) {
            *found |= !held.is_empty();
        }
    }
    Ok(found)
}

fn of_number(lists: &[ListInForce], named: &[String], held: &[ListLoadId]) -> Vec<ListStanding> {
    let mut unseen: BTreeSet<&str> = named.iter().map(String::as_str).collect();
    let mut standings: Vec<ListStanding> = lists
        .iter()
        .map(|list| {
            let by_event = unseen.remove(list.kind.as_str());
            ListStanding {
                name: name_of(list),
                kind: list.kind,
                state: list.state,
                version: list.version.clone(),
                obtained_at: list.obtained_at,
                holds_number: by_event || list.load.is_some_and(|load| held.contains(&load)),
            }
        })
        .collect();
    // A list that is not in force any more and yet holds the number holds it.
    standings.extend(unseen.into_iter().map(|name| ListStanding {
        name: name.to_owned(),
        kind: ListKind::Internal,
        state: None,
        version: None,
        obtained_at: None,
        holds_number: true,
    }));
    standings
}

/// As findings name it: `federal_dnc`, `state_dnc.TX`.
fn name_of(list: &ListInForce) -> String {
    match list.state {
        Some(state) => format!("{}.{}", list.kind.as_str(), state.code()),
        None => list.kind.as_str().to_owned(),
    }
}
