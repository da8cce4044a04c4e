//! What has been evaluated once and is used again: locals, and the conditions of groups.
//!
//! Where paths join that did not all evaluate something costly, a flag says whether it is there, and a later use branches on that flag.
//! What is cheap is evaluated anew instead.

use std::collections::BTreeMap;

use axtrace_runtime::types::Type;

use super::operand::Operand;
use super::pattern::{Pattern, WordId};
use super::{Evaluated, Lower};
use crate::graph::{LocalId, NodeId};
use crate::mir::{Block, Builder, Value};

/// What is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A local.
    Local(LocalId),
    /// The condition of a group.
    Group(usize),
}

/// What has been evaluated.
#[derive(Debug, Clone, Default)]
pub struct State<'g> {
    memos: BTreeMap<Key, Memo<'g>>,
}

#[derive(Debug, Clone)]
struct Memo<'g> {
    /// Whether it has been evaluated.
    done: Value,
    operand: Operand<'g>,
    pattern: Pattern,
}

/// What one side of a branch ends with.
struct Side<'g> {
    end: Block,
    values: Vec<Value>,
    words: Vec<(WordId, Value)>,
    state: State<'g>,
}

impl State<'_> {
    /// Whether something has certainly been evaluated.
    pub fn is_done(&self, key: Key, b: &Builder) -> bool {
        self.memos.get(&key).is_some_and(|memo| b.known(memo.done) == Some(true))
    }
}

impl<'g> Lower<'g, '_> {
    /// The value of a local.
    pub fn use_local(&mut self, id: LocalId) -> Evaluated<'g> {
        let value = self.graph.local(id).value;
        let here = self.conditional == 0 && self.graph.local(id).inside == self.inside;
        let done = self.remembered(Key::Local(id), self.ty(value), |this| this.evaluate_local(id));
        if here {
            self.settle(Key::Local(id));
        }
        done
    }

    /// The condition of a group.
    pub fn use_group(&mut self, index: usize, when: NodeId) -> Evaluated<'g> {
        let done = self.remembered(Key::Group(index), self.ty(when), |this| this.evaluate(when));
        if self.conditional == 0 {
            self.settle(Key::Group(index));
        }
        done
    }

    /// Its pattern has been united with that of the frame for good, so that later uses need not do it again.
    fn settle(&mut self, key: Key) {
        if let Some(memo) = self.state.memos.get_mut(&key) {
            memo.pattern = Pattern::default();
        }
    }

    fn evaluate_local(&mut self, id: LocalId) -> Evaluated<'g> {
        let local = self.graph.local(id);
        let mut done = self.evaluate(local.value);
        if let Some(slot) = local.slot {
            self.store_slot(slot, &done.operand);
        }
        if let Some(site) = local.site {
            let ty = self.ty(local.value);
            done.operand = self.unless_place(ty, done.operand);
            done.pattern.add(self.site_pattern(site, ty, &done.operand));
        }
        done
    }

    fn remembered(&mut self, key: Key, ty: &'g Type, evaluate: impl FnOnce(&mut Self) -> Evaluated<'g>) -> Evaluated<'g> {
        match self.state.memos.get(&key).cloned() {
            Some(memo) if self.b.known(memo.done) == Some(true) => Evaluated { operand: memo.operand, pattern: memo.pattern },
            Some(memo) => self.evaluate_unless(key, ty, memo, evaluate),
            None => {
                let done = evaluate(self);
                self.remember(key, done)
            }
        }
    }

    fn remember(&mut self, key: Key, done: Evaluated<'g>) -> Evaluated<'g> {
        let flag = self.b.flag(true);
        // The words are put together where the value is, so that uses after joins can pass them on.
        let pattern = Pattern::words(done.pattern.finish(&mut self.b));
        self.state.memos.insert(key, Memo { done: flag, operand: done.operand.clone(), pattern: pattern.clone() });
        Evaluated { operand: done.operand, pattern }
    }

    fn evaluate_unless(
        &mut self,
        key: Key,
        ty: &'g Type,
        memo: Memo<'g>,
        evaluate: impl FnOnce(&mut Self) -> Evaluated<'g>,
    ) -> Evaluated<'g> {
        let there = memo.done;
        let (values, pattern) = self.diamond(
            there,
            false,
            |this| {
                let values = this.leaves(&memo.operand);
                (this.fit_leaves(&values, ty), memo.pattern)
            },
            |this| {
                let done = evaluate(this);
                let values = this.leaves(&done.operand);
                (this.fit_leaves(&values, ty), done.pattern)
            },
        );
        self.remember(key, Evaluated { operand: Operand::Leaves(values), pattern })
    }

    /// Evaluates one of two things behind a branch. Both give as many values, of the same widths.
    pub fn diamond(
        &mut self,
        condition: Value,
        recording: bool,
        then: impl FnOnce(&mut Self) -> (Vec<Value>, Pattern),
        otherwise: impl FnOnce(&mut Self) -> (Vec<Value>, Pattern),
    ) -> (Vec<Value>, Pattern) {
        match self.b.known(condition) {
            Some(true) => return then(self),
            Some(false) => return otherwise(self),
            None => {}
        }
        let before = self.state.clone();
        let (first, second, join) = (self.b.block(), self.b.block(), self.b.block());
        self.b.branch(condition, first, second, recording);
        let first = self.side(first, then);
        self.state = before.clone();
        let second = self.side(second, otherwise);
        self.join(before, first, second, join)
    }

    fn side(&mut self, block: Block, evaluate: impl FnOnce(&mut Self) -> (Vec<Value>, Pattern)) -> Side<'g> {
        self.b.switch_to(block);
        let (values, pattern) = evaluate(self);
        let words = pattern.finish(&mut self.b);
        Side { end: self.b.current(), values, words, state: std::mem::take(&mut self.state) }
    }

    fn join(&mut self, before: State<'g>, mut first: Side<'g>, mut second: Side<'g>, join: Block) -> (Vec<Value>, Pattern) {
        let mut merge = Merge { join, first: Vec::new(), second: Vec::new() };
        let pairs: Vec<(Value, Value)> = first.values.iter().copied().zip(second.values.iter().copied()).collect();
        let values = pairs.into_iter().map(|(a, b)| merge.value(a, b, self)).collect();
        let words = merge.words(&first.words, &second.words, self);
        self.state = before;
        self.join_memos(&mut first, &mut second, &mut merge);
        self.b.switch_to(first.end);
        self.b.jump(join, merge.first);
        self.b.switch_to(second.end);
        self.b.jump(join, merge.second);
        self.b.switch_to(join);
        (values, Pattern::words(words))
    }

    fn join_memos(&mut self, first: &mut Side<'g>, second: &mut Side<'g>, merge: &mut Merge) {
        let mut keys: Vec<Key> = first.state.memos.keys().chain(second.state.memos.keys()).copied().collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let (ty, lazy) = self.key_value(key);
            let known = self.state.memos.get(&key).map(|memo| memo.done);
            let unchanged = |side: &Side<'g>| side.state.memos.get(&key).map(|memo| memo.done) == known;
            if !lazy || (unchanged(first) && unchanged(second)) {
                continue;
            }
            let (one, other) = (self.memo_at_end(first, key, ty), self.memo_at_end(second, key, ty));
            let done = merge.value(one.0, other.0, self);
            let values = one.1.iter().zip(&other.1).map(|(a, b)| merge.value(*a, *b, self)).collect();
            let pattern = Pattern::words(merge.words(&one.2, &other.2, self));
            self.state.memos.insert(key, Memo { done, operand: Operand::Leaves(values), pattern });
        }
    }

    fn key_value(&self, key: Key) -> (&'g Type, bool) {
        let node = match key {
            Key::Local(id) => Some(self.graph.local(id).value),
            Key::Group(index) => self.graph.groups[index].when,
        };
        node.map_or((&Type::Boolean, false), |node| (self.ty(node), self.is_lazy(node)))
    }

    /// Flag, leaves and words of a memo at the end of a side; zeros if it has none.
    fn memo_at_end(&mut self, side: &Side<'g>, key: Key, ty: &Type) -> (Value, Vec<Value>, Vec<(WordId, Value)>) {
        self.b.switch_to(side.end);
        match side.state.memos.get(&key).cloned() {
            Some(memo) => {
                let values = self.leaves(&memo.operand);
                (memo.done, self.fit_leaves(&values, ty), memo.pattern.finish(&mut self.b))
            }
            None => (self.b.flag(false), self.zeros(ty), Vec::new()),
        }
    }
}

/// The parameters of a join, and what both sides pass.
struct Merge {
    join: Block,
    first: Vec<Value>,
    second: Vec<Value>,
}

impl Merge {
    /// What is one value on one side and another on the other.
    fn value(&mut self, first: Value, second: Value, pass: &mut Lower<'_, '_>) -> Value {
        if first == second {
            return first;
        }
        self.first.push(first);
        self.second.push(second);
        pass.b.param(self.join, pass.b.width(first))
    }

    fn word(&mut self, first: Value, second: Value, pass: &mut Lower<'_, '_>) -> Value {
        let word = self.value(first, second, pass);
        pass.b.supports(word, pass.b.support(first) | pass.b.support(second));
        word
    }

    fn words(&mut self, first: &[(WordId, Value)], second: &[(WordId, Value)], pass: &mut Lower<'_, '_>) -> Vec<(WordId, Value)> {
        let mut ids: Vec<WordId> = first.iter().chain(second).map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        let zero = pass.b.word(0);
        pass.b.supports(zero, 0);
        let of = |side: &[(WordId, Value)], id| side.iter().find(|(mine, _)| *mine == id).map_or(zero, |(_, value)| *value);
        ids.into_iter().map(|id| (id, self.word(of(first, id), of(second, id), pass))).collect()
    }
}
