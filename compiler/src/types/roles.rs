//! Roles: who they are, and who takes over from them.

use axtrace_grammar::ast;
use axtrace_runtime::meta::{RoleId, RoleMeta};
use axtrace_runtime::types::{DEFAULT_DURATION, Kind, Scalar, Type};

use super::{Caller, Checker};
use crate::resolve::NameFinding;

impl<'a> Checker<'a, '_> {
    /// All roles, and to whom each escalates: in the end to nobody.
    pub(super) fn declare_roles(&mut self) {
        let resolved = self.resolved;
        self.roles = resolved.roles.iter().map(|declared| meta(declared.item)).collect();
        for (place, declared) in resolved.roles.iter().enumerate() {
            let Some((to, after)) = &declared.item.escalates else { continue };
            let (escalates, _) = self.within(declared.module, Caller::Nobody, |this| this.escalation(to, after));
            self.roles[place].escalates = escalates;
        }
        self.refuse_circles();
    }

    fn escalation(&mut self, to: &'a ast::Name, after: &'a ast::Expr) -> Option<(RoleId, i64)> {
        let role = self.role(to);
        let duration = Type::Scalar(Scalar::between(Kind::Duration, 1, DEFAULT_DURATION));
        let after = self.constant_within(after, &duration, "the time after which it escalates", None)?;
        Some((role?, i64::try_from(after.number()?).ok()?))
    }

    /// Reports each circle of roles once, and ends it there.
    fn refuse_circles(&mut self) {
        // By the role that led there first; a role that leads back to its own walk is part of a circle.
        let mut seen: Vec<Option<usize>> = vec![None; self.roles.len()];
        for start in 0..self.roles.len() {
            let mut walk = Vec::new();
            let mut next = Some(start);
            while let Some(place) = next
                && seen[place].is_none()
            {
                seen[place] = Some(start);
                walk.push(place);
                next = self.roles[place].escalates.map(|(role, _)| role.index());
            }
            if let Some(first) = next.filter(|place| seen[*place] == Some(start)) {
                let circle: Vec<usize> = walk.into_iter().skip_while(|place| *place != first).collect();
                self.report_circle(&circle);
            }
        }
    }

    fn report_circle(&mut self, circle: &[usize]) {
        let resolved = self.resolved;
        let to = |place: &usize| resolved.roles[*place].item.escalates.as_ref().map(|(to, _)| to.span);
        let Some((first, others)) = circle.split_first() else { return };
        let item = resolved.roles[*first].item;
        let at = to(first).unwrap_or(item.name.span);
        self.report_name(NameFinding::Cycle { name: item.name.text.clone(), at, path: others.iter().filter_map(to).collect() });
        self.roles[*first].escalates = None;
    }
}

fn meta(role: &ast::Role) -> RoleMeta {
    let title = role.title.as_ref().map_or_else(|| role.name.text.replace('_', " "), |title| title.node.clone());
    RoleMeta { name: role.name.text.clone(), title, escalates: None }
}
