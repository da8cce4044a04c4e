//! Sites, slots and operands: what a recording will speak of.

use axtrace_runtime::meta::{FrameId, FrameMeta, Operand, OperandSource, SiteId, SiteKind, SiteMeta, SlotId};
use axtrace_runtime::types::Type;
use axtrace_source::Span;

use super::Expander;
use crate::graph::{LocalId, NodeId, NodeKind};

/// The site of what no recording speaks of, since nothing evaluates it: what is in relations that are written out.
pub(super) const NOWHERE: SiteId = SiteId(u32::MAX);
/// The frame of what no recording speaks of.
const NO_FRAME: FrameId = FrameId(u32::MAX);

impl Expander<'_> {
    /// A new site in the current frame, under the current parent.
    pub(super) fn site(&mut self, kind: SiteKind, span: Span) -> SiteId {
        if self.relation.is_some() {
            return NOWHERE;
        }
        let id = SiteId(self.graph.meta.sites.len() as u32);
        let frame = &mut self.graph.meta.frames[self.frame.index()];
        let place = frame.sites.len() as u32;
        frame.sites.push(id);
        let (frame, parent) = (self.frame, self.parent);
        self.graph.meta.sites.push(SiteMeta { kind, frame, place, parent, span, operands: Vec::new(), value: None });
        id
    }

    /// Runs `work` with a site as the parent of those it makes.
    pub(super) fn under<T>(&mut self, site: SiteId, work: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.parent.replace(site);
        let result = work(self);
        self.parent = outer;
        result
    }

    /// The operands of a condition, in the order they are written.
    pub(super) fn set_operands(&mut self, site: SiteId, nodes: &[NodeId]) {
        self.set_arguments(site, nodes);
        let Some(site) = self.graph.meta.sites.get_mut(site.index()) else { return };
        site.operands.sort_by_key(|operand| operand.span.start);
    }

    /// The arguments of a call, in the order of the parameters.
    pub(super) fn set_arguments(&mut self, site: SiteId, nodes: &[NodeId]) {
        if self.relation.is_some() {
            return;
        }
        self.graph.meta.sites[site.index()].operands = nodes.iter().map(|node| self.operand(*node)).collect();
    }

    /// Says where the arguments of a call are found, as far as they are plain values that an input or an element has: these are known whatever
    /// was evaluated.
    pub(super) fn set_given(&mut self, site: SiteId, nodes: &[NodeId]) {
        let given = |node: &NodeId| {
            let ty = &self.graph.node(*node).ty;
            let plain = matches!(ty.required(), Type::Scalar(_) | Type::Text { .. } | Type::Enum(_));
            let source = self.place(self.plain(*node), Vec::new()).filter(|_| plain)?;
            let known = matches!(source, OperandSource::Input(_) | OperandSource::Element(..));
            known.then(|| Operand { span: self.graph.node(*node).span, ty: self.graph.node(self.plain(*node)).ty.clone(), source })
        };
        self.graph.meta.sites[site.index()].operands = nodes.iter().filter_map(given).collect();
    }

    /// Says where the value of a site is found, unless its bits tell it.
    pub(super) fn set_value(&mut self, site: SiteId, node: NodeId) {
        if self.relation.is_none() && self.graph.node(node).ty != Type::Boolean {
            let value = self.operand(node);
            self.graph.meta.sites[site.index()].value = Some(value);
        }
    }

    pub(super) fn slot(&mut self, frame: FrameId, ty: Type, handle: bool) -> SlotId {
        if self.relation.is_some() {
            return SlotId { frame: NO_FRAME, index: 0 };
        }
        let meta = &mut self.graph.meta.frames[frame.index()];
        meta.slots.push(ty);
        meta.handles.push(handle);
        SlotId { frame, index: meta.slots.len() as u32 - 1 }
    }

    /// A new frame, for the elements of a loop.
    pub(super) fn new_frame(&mut self) -> FrameId {
        if self.relation.is_some() {
            return NO_FRAME;
        }
        self.graph.meta.frames.push(FrameMeta::default());
        FrameId(self.graph.meta.frames.len() as u32 - 1)
    }

    /// Where the value of a node, which was just made in the current frame, is found when a recording is read; a slot if nowhere else.
    pub(super) fn operand(&mut self, node: NodeId) -> Operand {
        let span = self.graph.node(node).span;
        let inner = self.plain(node);
        let ty = self.graph.node(inner).ty.clone();
        let source = self.found(inner).unwrap_or_else(|| OperandSource::Slot(self.slot_of(inner)));
        Operand { span, ty, source }
    }

    /// The node whose value is shown: more places and `?` do not change it.
    fn plain(&self, node: NodeId) -> NodeId {
        match self.graph.node(node).kind {
            NodeKind::Unwrap(inner) | NodeKind::Wrap(inner) | NodeKind::Rescale(inner, _) if self.graph.node(node).slot.is_none() => {
                self.plain(inner)
            }
            _ => node,
        }
    }

    fn found(&self, node: NodeId) -> Option<OperandSource> {
        let at = self.graph.node(node);
        if let NodeKind::Constant(value) = &at.kind {
            return Some(OperandSource::Constant(value.clone()));
        }
        let boolean = at.ty == Type::Boolean;
        if let Some(found) = self.place(node, Vec::new()) {
            return Some(found);
        }
        match (boolean, at.site) {
            (true, Some(site)) => Some(OperandSource::Bits(site)),
            _ => None,
        }
    }

    /// A parameter, an element, a local, or a field of one.
    pub(super) fn place(&self, node: NodeId, mut fields: Vec<u32>) -> Option<OperandSource> {
        let at = self.graph.node(node);
        match &at.kind {
            NodeKind::Field(base, field) => {
                fields.push(*field);
                self.place(*base, fields)
            }
            NodeKind::Unwrap(inner) => self.place(*inner, fields),
            NodeKind::Input(param) => {
                fields.push(*param);
                fields.reverse();
                Some(OperandSource::Input(fields))
            }
            NodeKind::Element(inside) => {
                fields.reverse();
                Some(OperandSource::Element(self.graph.loop_of(*inside).site, fields))
            }
            NodeKind::Local(local) => {
                fields.reverse();
                self.local_place(*local, fields)
            }
            _ => None,
        }
    }

    fn local_place(&self, local: LocalId, fields: Vec<u32>) -> Option<OperandSource> {
        let local = self.graph.local(local);
        match (local.slot, local.site) {
            (Some(slot), _) if fields.is_empty() => Some(OperandSource::Slot(slot)),
            (Some(slot), _) => Some(OperandSource::Part(slot, fields)),
            (None, Some(site)) => Some(OperandSource::Bits(site)),
            _ => None,
        }
    }

    fn slot_of(&mut self, node: NodeId) -> SlotId {
        if let Some(slot) = self.graph.node(node).slot {
            return slot;
        }
        let ty = self.graph.node(node).ty.clone();
        let slot = self.slot(self.frame, ty, false);
        self.graph.nodes[node.index()].slot = Some(slot);
        slot
    }
}
