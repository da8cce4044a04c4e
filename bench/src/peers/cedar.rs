//! cedar-policy: each rule forbids, and the host takes the first of those that did. It has whole numbers and no sums of lists, so it gets
//! amounts in hundredths and takes part in workload 1 alone. Its response always names the policies that decided.

use std::collections::HashMap;
use std::str::FromStr;

use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicyId, PolicySet, Request};

use super::Engine;

/// Policies with their inputs.
pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    places: HashMap<PolicyId, u8>,
    somebody: EntityUid,
    books: EntityUid,
    shift: EntityUid,
    inputs: Vec<Request>,
    json: Vec<String>,
}

impl Cedar {
    /// Reads policies and inputs.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn new(policies: &str, json: Vec<String>) -> Result<Self, String> {
        let policies = PolicySet::from_str(policies).map_err(|error| error.to_string())?;
        let place = |id: &PolicyId| policies.annotation(id, "place").and_then(|place| place.parse().ok());
        let places = policies.policies().filter_map(|policy| Some((policy.id().clone(), place(policy.id())?))).collect();
        let entity = |text: &str| EntityUid::from_str(text).map_err(|error| error.to_string());
        let (somebody, books, shift) = (entity(r#"Planner::"p""#)?, entity(r#"Action::"book""#)?, entity(r#"Shift::"s""#)?);
        let (authorizer, entities) = (Authorizer::new(), Entities::empty());
        let mut all = Self { authorizer, policies, entities, places, somebody, books, shift, inputs: Vec::new(), json };
        all.inputs = all.json.iter().map(|line| all.request(line)).collect::<Option<_>>().ok_or("an input cannot be read")?;
        Ok(all)
    }

    fn request(&self, line: &str) -> Option<Request> {
        let context = Context::from_json_str(line, None).ok()?;
        Request::new(self.somebody.clone(), self.books.clone(), self.shift.clone(), context, None).ok()
    }

    fn outcome(&self, request: &Request) -> Option<u8> {
        let response = self.authorizer.is_authorized(request, &self.policies, &self.entities);
        if response.diagnostics().errors().next().is_some() {
            return None;
        }
        match response.decision() {
            Decision::Allow => Some(0),
            Decision::Deny => response.diagnostics().reason().filter_map(|id| self.places.get(id).copied()).min(),
        }
    }
}

impl Engine for Cedar {
    const NAME: &'static str = "cedar-policy";

    fn decide(&mut self, place: usize) -> Option<u8> {
        self.outcome(&self.inputs[place])
    }

    fn decide_json(&mut self, place: usize) -> Option<u8> {
        self.outcome(&self.request(&self.json[place])?)
    }
}
