package verdict

import (
	"utfall/schema"
)

// Test applies a claim's rules to the figures. A claim that is not computed comes back unscored.
func (t *Tester) Test(x schema.Claim) Result {
	out := Result{Claim: x, Verdict: Unscored}
	if x.Kind == schema.TimeSeriesClaim {
		for _, r := range x.Rules {
			out.Variants = append(out.Variants, t.apply(r)...)
		}
		out.Verdict, out.Reason = overall(out.Variants)
	}
	out.Sequence = t.sequence(x)
	return out
}

// apply expands a rule to its ways to count.
func (t *Tester) apply(r schema.Rule) []Variant {
	if r.Kind == schema.OrderRule {
		return []Variant{t.order(r)}
	}
	var out []Variant
	for i := range r.Series {
		s := &r.Series[i]
		if len(r.Against) == 0 {
			out = append(out, t.single(r, s))
			continue
		}
		for j := range r.Against {
			out = append(out, t.pair(r, s, &r.Against[j]))
		}
	}
	return out
}

func (t *Tester) single(r schema.Rule, s *schema.Selection) Variant {
	v := Variant{Rule: r, Series: s}
	var leftOut bool
	v.Course, leftOut = t.course(*s)
	switch r.Kind {
	case schema.ChangeRule:
		t.change(&v)
	case schema.StepsRule:
		t.steps(&v, leftOut)
	case schema.TrendRule:
		t.trend(&v)
	case schema.LevelRule:
		t.level(&v)
	}
	return v.explained(leftOut)
}

func (t *Tester) pair(r schema.Rule, s, against *schema.Selection) Variant {
	v := Variant{Rule: r, Series: s, Against: against}
	var left, right bool
	var other []Point
	v.Course, left = t.course(*s)
	other, right = t.course(*against)
	switch r.Kind {
	case schema.RatioRule:
		t.ratio(&v, other)
	case schema.ShareRule:
		t.share(&v, other)
	case schema.ReplacesRule:
		t.replaces(&v, other)
	}
	return v.explained(left || right)
}

// explained says of a missing figure whether there was one that could not be compared.
func (v Variant) explained(leftOut bool) Variant {
	if v.Verdict == "" {
		v.Verdict, v.Reason = Untestable, NoFigures
	}
	if v.Reason == NoFigures && leftOut {
		v.Reason = NotComparable
	}
	return v
}

func (v *Variant) fail(r Reason) { v.Verdict, v.Reason = Untestable, r }

func (v *Variant) decide(e Estimate) {
	v.Estimate = &e
	v.Verdict, v.Reason = judge(v.Rule, e)
}

// population gives the population of a year, 1 where the rule asks for none.
func (t *Tester) population(r schema.Rule, year int) (float64, *Point, bool) {
	if r.Per == nil {
		return 1, nil, true
	}
	points, _ := t.course(*r.Per)
	p, ok := at(points, year)
	if !ok || p.Value <= 0 {
		return 0, nil, false
	}
	return p.Value, &p, true
}

// order looks whether events come one after the other and before the statement.
func (t *Tester) order(r schema.Rule) Variant {
	v := Variant{Rule: r, Verdict: Supported}
	stated, _ := schema.ParsePeriod(r.Stated)
	var before *schema.Event
	for _, id := range r.Events {
		e, _ := t.catalogue.Event(id)
		placed := Placed{Event: e, Fault: fault(before, e, stated)}
		v.Order = append(v.Order, placed)
		switch {
		case placed.Fault == "unclear":
			if v.Verdict == Supported {
				v.Verdict, v.Reason = Untestable, Uncertain
			}
		case placed.Fault != "":
			v.Verdict, v.Reason = Contradicted, None
		}
		before = &e
	}
	return v
}

func fault(before *schema.Event, e schema.Event, stated schema.Period) string {
	p := e.Period()
	if !stated.IsZero() && p.Start.After(stated.End) {
		return "after_statement"
	}
	if before != nil {
		b := before.Period()
		switch {
		case p.End.Before(b.Start):
			return "before_previous"
		case !b.End.Before(p.Start):
			return "unclear"
		}
	}
	if !e.Exact() || !stated.IsZero() && !p.End.Before(stated.Start) {
		return "unclear"
	}
	return ""
}
