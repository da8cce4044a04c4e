//! Decisions: their heads, and each part of their bodies by itself.

use axtrace_source::{Span, Spanned};

use super::{Builder, Pair, error_at, find};
use crate::{
    ast::{
        Always, Argument, Broken, ChangeItem, Cite, Date, Decision, DecisionBody, DecisionItem, Docs, Expr, Gives, Group, GroupItem,
        HitPolicy, Let, MayDepend, Name, Otherwise, Outcome, Place, PriorityRank, Referral, Rule as AstRule, TypeExpr, TypeKind,
    },
    errors::SyntaxError,
    explain,
    grammar::Rule,
    mend::Mend,
    similar::similar,
    split::Stretch,
};

/// Where a new rule of a variant stands.
type Placing = (Option<Name>, Option<Place>);

impl<'a> Builder<'a, '_> {
    /// A decision; `None`, reported, if its head cannot be read.
    pub(super) fn decision(&mut self, stretch: &Stretch) -> Option<Decision> {
        let span = self.stretch_span(stretch);
        let docs = self.docs_before(self.tokens.bounds(stretch).0);
        let Some((open, close)) = self.tokens.body(stretch) else {
            return self.read(Rule::only_decision, stretch, |it, pair| it.decision_expr(pair, docs, span));
        };
        let head = stretch.start..open;
        let decision = self.read(Rule::only_head, &head, |it, pair| it.head(find(&pair, Rule::decision_head), docs, span));
        // The body is read even if the head is broken: its own errors are told as well.
        let items: Vec<_> = self.parts(open + 1..close).into_iter().map(|part| self.part(&part)).collect();
        let (mut steps, mut gives) = (None, None);
        for item in &items {
            match item {
                DecisionItem::Steps(count) => self.once(&mut steps, "steps up to", "this decision", count.span),
                DecisionItem::Gives(value) => self.once(&mut gives, "gives", "this decision", value.head_span),
                _ => true,
            };
        }
        let mut decision = decision?;
        decision.body = DecisionBody::Block(items);
        Some(decision)
    }

    fn decision_expr(&mut self, pair: Pair<'a>, docs: Docs, span: Span) -> Decision {
        let mut decision = self.head(find(&pair, Rule::decision_head), docs, span);
        decision.body = DecisionBody::Expr(self.expr_in(&pair));
        decision
    }

    fn head(&mut self, pair: Option<Pair<'a>>, docs: Docs, span: Span) -> Decision {
        let head_span = pair.as_ref().map_or(span, |pair| self.span(pair));
        let mut decision = Decision {
            name: self.no_name(span),
            params: Vec::new(),
            gives: TypeExpr { kind: TypeKind::Error, range: None, optional: None, span },
            may_refer: None,
            policy: None,
            as_of: None,
            body: DecisionBody::Block(Vec::new()),
            docs,
            head_span,
            span,
        };
        let (mut hit, mut as_of) = (None, None);
        for inner in pair.into_iter().flat_map(Pair::into_inner) {
            let at = self.span(&inner);
            match inner.as_rule() {
                Rule::name => decision.name = self.name(&inner),
                Rule::params => decision.params = self.params(inner),
                Rule::type_expr => decision.gives = self.type_expr(inner),
                Rule::or_referral => decision.may_refer = Some(at),
                Rule::hit if self.once(&mut hit, "hit", "this decision", at) => decision.policy = self.policy(&inner, at),
                Rule::as_of if self.once(&mut as_of, "as of", "this decision", at) => decision.as_of = Some(self.expr_in(&inner)),
                _ => {}
            }
        }
        decision
    }

    /// Declared arguments; names that share a type are arguments of their own.
    pub(super) fn params(&mut self, pair: Pair<'a>) -> Vec<Argument> {
        let mut params = Vec::new();
        for param in pair.into_inner().filter(|inner| inner.as_rule() == Rule::param) {
            let (end, ty) = (self.span(&param), self.type_in(&param));
            for name in self.names(param) {
                let span = name.span.to(end);
                params.push(Argument { docs: self.docs_around(span), name, ty: ty.clone(), span });
            }
        }
        params
    }

    fn policy(&mut self, pair: &Pair<'a>, at: Span) -> Option<Spanned<HitPolicy>> {
        let inner = find(pair, Rule::policy)?.into_inner().next()?;
        let words: Vec<Rule> = inner.clone().into_inner().map(|word| word.as_rule()).collect();
        let policy = match inner.as_rule() {
            Rule::kw_any => HitPolicy::Any,
            Rule::kw_unique => HitPolicy::Unique,
            Rule::kw_first => HitPolicy::First,
            Rule::policy_priority => HitPolicy::Priority(self.ranks(inner)),
            _ => match words.last() {
                Some(Rule::kw_sum) => HitPolicy::CollectSum,
                Some(Rule::kw_count) => HitPolicy::CollectCount,
                Some(Rule::kw_min) => HitPolicy::CollectMin,
                Some(Rule::kw_max) => HitPolicy::CollectMax,
                _ => HitPolicy::Collect,
            },
        };
        Some(Spanned::new(policy, at))
    }

    fn ranks(&self, pair: Pair) -> Vec<PriorityRank> {
        pair.into_inner().filter(|inner| inner.as_rule() == Rule::rank).map(|rank| self.rank(rank)).collect()
    }

    fn rank(&self, pair: Pair) -> PriorityRank {
        let span = self.span(&pair);
        let text = pair.as_str().trim().to_owned();
        let mut names = self.names(pair).into_iter();
        match (names.next(), names.next()) {
            (None, _) => PriorityRank::Boolean(Spanned::new(text == "true", span)),
            (Some(first), None) if first.text == "refer" => PriorityRank::Refer(span),
            (Some(first), None) => PriorityRank::Value(None, first),
            (Some(first), second) => PriorityRank::Value(Some(first), second.unwrap_or_else(|| self.no_name(span))),
        }
    }

    /// The parts of a body. A body that was taken apart by an unclosed bracket is split as far as it can be.
    pub(super) fn parts(&self, body: Stretch) -> Vec<Stretch> {
        if body.is_empty() { Vec::new() } else { self.tokens.parts(body) }
    }

    fn part(&mut self, stretch: &Stretch) -> DecisionItem {
        let read = match self.beginning(stretch, "part of a decision", &explain::PARTS) {
            "rule" | "shadow" => self.rule(stretch).map(|rule| DecisionItem::Rule(Box::new(rule))),
            "table" => self.table(stretch).map(|table| DecisionItem::Table(Box::new(table))),
            "group" => self.group(stretch).map(DecisionItem::Group),
            "let" => self.read_let(stretch).map(DecisionItem::Let),
            "always" => self.read_always(stretch).map(DecisionItem::Always),
            "otherwise" => self.otherwise(stretch).map(DecisionItem::Otherwise),
            "may" => self.may_depend(stretch).map(DecisionItem::MayDepend),
            "gives" => self.read(Rule::only_gives, stretch, |it, pair| {
                let head_span = it.token_span(stretch.start);
                DecisionItem::Gives(Gives { value: it.expr_in(&pair), head_span })
            }),
            "steps" => self.read(Rule::only_steps, stretch, |it, pair| DecisionItem::Steps(it.expr_in(&pair))),
            _ => self.stranger(stretch, "part of a decision", &explain::PARTS),
        };
        read.unwrap_or_else(|| DecisionItem::Broken(self.broken(stretch)))
    }

    /// The word that a stretch begins with, or the one that is meant by it: that is reported, and read instead.
    pub(super) fn beginning(&mut self, stretch: &Stretch, what: &'static str, known: &[&'static str]) -> &'a str {
        let word = self.tokens.word(stretch.start);
        self.beginning = None;
        let Some(token) = self.tokens.get(stretch.start).filter(|_| !known.contains(&word)).copied() else { return word };
        let (start, end) = self.tokens.bounds(stretch);
        let told = self.tokens.scanned.reported_in(start, end).is_some();
        if told || explain::DECLARATIONS.contains(&word) || !self.tokens.is_name(stretch.start) {
            return word;
        }
        if what == "part of a decision" && self.tokens.word(stretch.start + 1) == "=" {
            let at = self.token_span(stretch.start);
            let (label, help) = (format!("no {what}"), Some(format!("write `let {word} = …` to give a value a name")));
            self.report(SyntaxError::UnknownWord { word: word.to_owned(), what, at, label, help });
            self.beginning = Some(Mend::new(token.start, token.start, "let "));
            return "let";
        }
        let Some(meant) = similar(word, known).filter(|_| self.tokens.is_name(stretch.start + 1)) else { return word };
        let finding = explain::stranger(self.tokens, stretch.start, self.token_span(stretch.start), what, known);
        self.report(finding);
        self.beginning = Some(Mend::new(token.start, token.end, meant));
        meant
    }

    /// A stretch that begins with no known word; always `None`.
    pub(super) fn stranger<T>(&mut self, stretch: &Stretch, what: &'static str, known: &[&str]) -> Option<T> {
        let (start, end) = self.tokens.bounds(stretch);
        if self.tokens.scanned.reported_in(start, end).is_none() {
            let finding = explain::stranger(self.tokens, stretch.start, self.token_span(stretch.start), what, known);
            self.report(finding);
        }
        None
    }

    /// What remains of something that could not be read.
    pub(super) fn broken(&self, stretch: &Stretch) -> Broken {
        let first = self.tokens.word(stretch.start);
        let skipped = if matches!(first, "shadow" | "open" | "replace" | "without") { 2 } else { 1 };
        let index = stretch.start + skipped;
        let name = if index < stretch.end { self.name_of_token(index) } else { None };
        Broken { name, span: self.stretch_span(stretch) }
    }

    fn read_let(&mut self, stretch: &Stretch) -> Option<Let> {
        self.read(Rule::only_let, stretch, |it, pair| find(&pair, Rule::let_part).map(|part| it.let_part(part)))?
    }

    pub(super) fn let_part(&mut self, pair: Pair<'a>) -> Let {
        let span = self.span(&pair);
        let name = find(&pair, Rule::name).map_or_else(|| self.no_name(span), |name| self.name(&name));
        let ty = find(&pair, Rule::type_mark).and_then(|mark| self.type_mark(&mark));
        let value = self.expr_in(&pair);
        Let { name, ty, value, docs: self.docs_around(span), span }
    }

    pub(super) fn read_always(&mut self, stretch: &Stretch) -> Option<Always> {
        self.read(Rule::only_always, stretch, |it, pair| find(&pair, Rule::always).map(|always| it.always(always)))?
    }

    pub(super) fn always(&mut self, pair: Pair<'a>) -> Always {
        let span = self.span(&pair);
        Always { condition: self.expr_in(&pair), because: self.because_in(&pair), span }
    }

    fn may_depend(&mut self, stretch: &Stretch) -> Option<MayDepend> {
        let span = self.stretch_span(stretch);
        self.read(Rule::only_may, stretch, |it, pair| MayDepend { on: it.expr_in(&pair), because: it.because_in(&pair), span })
    }

    fn otherwise(&mut self, stretch: &Stretch) -> Option<Otherwise> {
        let (span, head_span) = (self.stretch_span(stretch), self.token_span(stretch.start));
        self.read(Rule::only_otherwise, stretch, |it, pair| {
            let outcome = it.outcome_in(&pair);
            Otherwise { outcome, because: it.because_in(&pair), cites: it.all_cites(&pair), head_span, span }
        })
    }

    /// The `because` directly inside of a pair.
    pub(super) fn because_in(&mut self, pair: &Pair<'a>) -> Option<Expr> {
        find(pair, Rule::because_clause).map(|clause| self.because(&clause))
    }

    fn because(&mut self, clause: &Pair<'a>) -> Expr {
        match find(clause, Rule::text) {
            Some(text) => self.text_expr(text),
            None => error_at(self.span(clause)),
        }
    }

    pub(super) fn text_expr(&mut self, text: Pair<'a>) -> Expr {
        let span = self.span(&text);
        Expr { kind: self.text(text), span }
    }

    /// All `cites` directly inside of a pair.
    pub(super) fn all_cites(&self, pair: &Pair) -> Vec<Cite> {
        pair.clone().into_inner().filter(|inner| inner.as_rule() == Rule::cites_clause).flat_map(|clause| self.cites(clause)).collect()
    }

    pub(super) fn cites(&self, pair: Pair) -> Vec<Cite> {
        pair.into_inner().filter(|inner| inner.as_rule() == Rule::cite).filter_map(|cite| self.cite(&cite)).collect()
    }

    fn cite(&self, pair: &Pair) -> Option<Cite> {
        let text = self.plain_text(&find(pair, Rule::plain_text)?);
        let url = find(pair, Rule::url).map(|url| {
            let bare = url.as_str().trim_start_matches('<').trim_end_matches('>');
            Spanned::new(bare.to_owned(), self.span(&url))
        });
        Some(Cite { text, url })
    }

    pub(super) fn outcome_in(&mut self, pair: &Pair<'a>) -> Outcome {
        let span = self.span(pair);
        find(pair, Rule::outcome).map_or(Outcome::Value(error_at(span)), |outcome| self.outcome(&outcome))
    }

    pub(super) fn outcome(&mut self, pair: &Pair<'a>) -> Outcome {
        match find(pair, Rule::referral) {
            Some(referral) => Outcome::Refer(self.referral(referral)),
            None => Outcome::Value(self.expr_in(pair)),
        }
    }

    fn referral(&mut self, pair: Pair<'a>) -> Referral {
        let span = self.span(&pair);
        let mut referral = Referral { role: self.no_name(span), within: None, proposing: None, span };
        let (mut within, mut proposing) = (None, None);
        for inner in pair.into_inner() {
            let at = self.span(&inner);
            match inner.as_rule() {
                Rule::name => referral.role = self.name(&inner),
                Rule::within if self.once(&mut within, "within", "this referral", at) => referral.within = Some(self.expr_in(&inner)),
                Rule::proposing if self.once(&mut proposing, "proposing", "this referral", at) => {
                    referral.proposing = Some(self.expr_in(&inner));
                }
                _ => {}
            }
        }
        referral
    }

    /// Whether a clause stands for the first time; otherwise it is reported.
    fn once(&mut self, first: &mut Option<Span>, word: &str, place: &str, at: Span) -> bool {
        let Some(first) = *first else {
            *first = Some(at);
            return true;
        };
        let help = match word {
            "when" => Some("join the two conditions with `and`".to_owned()),
            "then" => Some("a rule has one outcome; write a second rule for the other".to_owned()),
            "because" => Some("join the two texts".to_owned()),
            _ => None,
        };
        self.report(SyntaxError::Twice { word: word.to_owned(), place: place.to_owned(), at, first, help });
        false
    }

    pub(super) fn group(&mut self, stretch: &Stretch) -> Option<Group> {
        let span = self.stretch_span(stretch);
        let docs = self.docs_before(self.tokens.bounds(stretch).0);
        let (open, close) = self.tokens.body(stretch).unwrap_or((stretch.end, stretch.end));
        let head_span = self.stretch_span(&(stretch.start..open));
        let group = self.read(Rule::only_group, &(stretch.start..open), |it, pair| it.group_head(pair, docs, head_span, span));
        if open == stretch.end && group.is_some() {
            self.report(explain::no_body("group", self.tokens.word(stretch.start + 1), head_span));
        }
        let items = self.parts(open + 1..close).into_iter().map(|part| self.group_part(&part, head_span)).collect();
        let mut group = group?;
        group.items = items;
        Some(group)
    }

    fn group_head(&mut self, pair: Pair<'a>, docs: Docs, head_span: Span, span: Span) -> Group {
        let mut group = Group { name: self.no_name(span), when: None, overrides: Vec::new(), items: Vec::new(), docs, head_span, span };
        let mut when = None;
        for inner in pair.into_inner() {
            let at = self.span(&inner);
            match inner.as_rule() {
                Rule::name => group.name = self.name(&inner),
                Rule::when_clause if self.once(&mut when, "when", "this group", at) => group.when = Some(self.expr_in(&inner)),
                Rule::overrides_clause => group.overrides.extend(self.names(inner)),
                _ => {}
            }
        }
        group
    }

    fn group_part(&mut self, stretch: &Stretch, outer: Span) -> GroupItem {
        let first = self.beginning(stretch, "part of a group", &explain::GROUP_PARTS);
        let read = match first {
            "rule" | "shadow" => self.rule(stretch).map(|rule| GroupItem::Rule(Box::new(rule))),
            "table" => self.table(stretch).map(|table| GroupItem::Table(Box::new(table))),
            "group" => {
                let at = self.stretch_span(&(stretch.start..(stretch.start + 2).min(stretch.end)));
                self.report(SyntaxError::NestedGroup { at, outer });
                None
            }
            "let" | "otherwise" | "always" | "gives" | "may" | "steps" => {
                let finding = explain::not_in_group(first, self.token_span(stretch.start));
                self.report(finding);
                None
            }
            _ => self.stranger(stretch, "part of a group", &explain::GROUP_PARTS),
        };
        read.unwrap_or_else(|| GroupItem::Broken(self.broken(stretch)))
    }

    fn rule(&mut self, stretch: &Stretch) -> Option<AstRule> {
        let docs = self.docs_before(self.tokens.bounds(stretch).0);
        let read = self.read(Rule::only_rule, stretch, |it, pair| it.rule_in(&pair, docs, false));
        read.flatten().map(|(rule, _)| rule)
    }

    /// The rule inside of a pair, and, for a variant, where it is placed.
    fn rule_in(&mut self, pair: &Pair<'a>, docs: Docs, placed: bool) -> Option<(AstRule, Placing)> {
        let pair = find(pair, Rule::rule_decl)?;
        let span = self.span(&pair);
        let mut clauses = Clauses::new(self.empty_rule(&pair, docs, span));
        for inner in pair.into_inner().filter(|inner| inner.as_rule() == Rule::rule_clause) {
            if let Some(clause) = inner.into_inner().next() {
                self.clause(&mut clauses, clause, placed);
            }
        }
        if clauses.then.is_none() && !self.left_out.contains(&"then") {
            let (what, at) = (format!("rule `{}`", clauses.rule.name.text), clauses.rule.head_span);
            let help = Some("write `then` and the outcome behind its condition".to_owned());
            self.report(SyntaxError::MissingClause { what, word: "then", at, label: "it decides nothing", help });
        }
        Some((clauses.rule, (clauses.group, clauses.place)))
    }

    fn empty_rule(&mut self, pair: &Pair<'a>, docs: Docs, span: Span) -> AstRule {
        let head = find(pair, Rule::rule_head);
        let name = head.as_ref().and_then(|head| find(head, Rule::name)).map_or_else(|| self.no_name(span), |name| self.name(&name));
        AstRule {
            name,
            shadow: head.as_ref().is_some_and(|head| find(head, Rule::kw_shadow).is_some()),
            for_each: Vec::new(),
            lets_before: Vec::new(),
            when: None,
            lets_after: Vec::new(),
            outcome: Outcome::Value(error_at(span)),
            because: None,
            cites: Vec::new(),
            owner: None,
            from: None,
            until: None,
            overrides: Vec::new(),
            docs,
            head_span: head.map_or(span, |head| self.span(&head)),
            span,
        }
    }

    fn clause(&mut self, clauses: &mut Clauses, pair: Pair<'a>, placed: bool) {
        let at = self.span(&pair);
        let rule = &mut clauses.rule;
        match pair.as_rule() {
            Rule::for_each => self.for_each(clauses, &pair, at),
            Rule::let_part => self.rule_let(clauses, pair),
            Rule::when_clause => self.when(clauses, &pair, at),
            Rule::then_clause if self.once(&mut clauses.then, "then", "this rule", at) => rule.outcome = self.outcome_in(&pair),
            Rule::because_clause if self.once(&mut clauses.because, "because", "this rule", at) => rule.because = Some(self.because(&pair)),
            Rule::cites_clause => rule.cites.extend(self.cites(pair)),
            Rule::owner_clause if self.once(&mut clauses.owner, "owner", "this rule", at) => {
                rule.owner = find(&pair, Rule::plain_text).map(|text| self.plain_text(&text));
            }
            Rule::from_clause if self.once(&mut clauses.from, "from", "this rule", at) => rule.from = self.date_in(&pair),
            Rule::until_clause if self.once(&mut clauses.until, "until", "this rule", at) => rule.until = self.date_in(&pair),
            Rule::overrides_clause => rule.overrides.extend(self.names(pair)),
            Rule::in_group | Rule::before_rule | Rule::after_rule => self.placing(clauses, &pair, at, placed),
            _ => {}
        }
    }

    pub(super) fn date_in(&mut self, pair: &Pair<'a>) -> Option<Spanned<Date>> {
        self.date(&find(pair, Rule::date)?)
    }

    fn for_each(&mut self, clauses: &mut Clauses, pair: &Pair<'a>, at: Span) {
        if !clauses.rule.lets_before.is_empty() || clauses.when.is_some() || clauses.then.is_some() {
            let label = "behind other clauses".to_owned();
            let help = "`for each` stands directly behind the rule's name";
            self.report(SyntaxError::TooLate { word: "for each".to_owned(), at, label, help });
        }
        if self.once(&mut clauses.each, "for each", "this rule", at) {
            clauses.rule.for_each = self.binders_in(pair);
        }
    }

    fn rule_let(&mut self, clauses: &mut Clauses, pair: Pair<'a>) {
        let value = self.let_part(pair);
        if clauses.then.is_some() {
            let help = "a `let` of a rule stands before its `then`";
            self.report(SyntaxError::TooLate { word: "let".to_owned(), at: value.span, label: "behind `then`".to_owned(), help });
        }
        if clauses.when.is_some() {
            clauses.rule.lets_after.push(value);
        } else {
            clauses.rule.lets_before.push(value);
        }
    }

    fn when(&mut self, clauses: &mut Clauses, pair: &Pair<'a>, at: Span) {
        if clauses.then.is_some() && clauses.when.is_none() {
            let help = "the condition stands before the outcome: `when … then …`";
            self.report(SyntaxError::TooLate { word: "when".to_owned(), at, label: "behind `then`".to_owned(), help });
        }
        if self.once(&mut clauses.when, "when", "this rule", at) {
            clauses.rule.when = Some(self.expr_in(pair));
        }
    }

    fn placing(&mut self, clauses: &mut Clauses, pair: &Pair<'a>, at: Span, placed: bool) {
        if !placed {
            let (what, label) = ("where a rule is placed".to_owned(), "a rule's place is where it is written".to_owned());
            self.report(SyntaxError::Misplaced { what, place: "the `change` of a variant", at, label, help: None });
            return;
        }
        let Some(name) = find(pair, Rule::name).map(|name| self.name(&name)) else { return };
        match pair.as_rule() {
            Rule::in_group => clauses.group = Some(name),
            Rule::before_rule => clauses.place = Some(Place::Before(name)),
            _ => clauses.place = Some(Place::After(name)),
        }
    }

    /// One change of a variant.
    pub(super) fn change_item(&mut self, stretch: &Stretch) -> ChangeItem {
        let docs = self.docs_before(self.tokens.bounds(stretch).0);
        let read = match self.beginning(stretch, "change", &explain::CHANGES) {
            "replace" => self.read(Rule::only_replace, stretch, |it, pair| it.rule_in(&pair, docs, false)).flatten().map(replaced),
            "rule" | "shadow" => self.read(Rule::only_rule, stretch, |it, pair| it.rule_in(&pair, docs, true)).flatten().map(added),
            "without" => self.without(stretch),
            _ => self.stranger(stretch, "change", &explain::CHANGES),
        };
        read.unwrap_or_else(|| ChangeItem::Broken(self.broken(stretch)))
    }

    fn without(&mut self, stretch: &Stretch) -> Option<ChangeItem> {
        let span = self.stretch_span(stretch);
        let build = |it: &mut Self, pair: Pair<'a>| {
            let rule = it.name(&find(&pair, Rule::name)?);
            Some(ChangeItem::Without { rule, because: it.because_in(&pair), span })
        };
        self.read(Rule::only_without, stretch, build)?
    }
}

fn replaced((rule, _): (AstRule, Placing)) -> ChangeItem {
    ChangeItem::Replace(Box::new(rule))
}

fn added((rule, (group, place)): (AstRule, Placing)) -> ChangeItem {
    ChangeItem::Add { rule: Box::new(rule), group, place }
}

/// A rule whose clauses are being read, and where those that stand once were seen.
struct Clauses {
    rule: AstRule,
    each: Option<Span>,
    when: Option<Span>,
    then: Option<Span>,
    because: Option<Span>,
    owner: Option<Span>,
    from: Option<Span>,
    until: Option<Span>,
    group: Option<Name>,
    place: Option<Place>,
}

impl Clauses {
    fn new(rule: AstRule) -> Self {
        let (each, when, then, because, owner, from, until) = (None, None, None, None, None, None, None);
        Self { rule, each, when, then, because, owner, from, until, group: None, place: None }
    }
}
