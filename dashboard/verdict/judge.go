package verdict

import (
	"math"

	"utfall/schema"
)

// zone is where a condition holds: all, none or some of an interval, and its middle.
type zone struct{ whole, some, value bool }

// meets lays a condition over an estimate. An estimate without limits is a point.
func meets(c schema.Condition, e Estimate) zone {
	low, high := e.Value, e.Value
	if e.Lower != nil {
		low = *e.Lower
	} else if e.Upper != nil {
		low = math.Inf(-1)
	}
	if e.Upper != nil {
		high = *e.Upper
	} else if e.Lower != nil {
		high = math.Inf(1)
	}
	inside := func(ok func(float64) bool, nearest, farthest float64) zone {
		return zone{whole: ok(farthest), some: ok(nearest), value: ok(e.Value)}
	}
	switch {
	case c.Below != nil:
		return inside(func(x float64) bool { return x < *c.Below }, low, high)
	case c.AtMost != nil:
		return inside(func(x float64) bool { return x <= *c.AtMost }, low, high)
	case c.Above != nil:
		return inside(func(x float64) bool { return x > *c.Above }, high, low)
	case c.AtLeast != nil:
		return inside(func(x float64) bool { return x >= *c.AtLeast }, high, low)
	case c.Contains != nil:
		ok := low <= *c.Contains && *c.Contains <= high
		return zone{ok, ok, ok}
	case c.Excludes != nil:
		ok := *c.Excludes < low || high < *c.Excludes
		return zone{ok, ok, ok}
	}
	return zone{}
}

// opposite is the condition that holds where another does not.
func opposite(c schema.Condition) schema.Condition {
	return schema.Condition{Below: c.AtLeast, Above: c.AtMost, AtMost: c.Above, AtLeast: c.Below, Contains: c.Excludes, Excludes: c.Contains}
}

// judge applies a rule's conditions. Where the interval reaches both the bound for support and the bound for
// contradiction the figures do not decide.
func judge(r schema.Rule, e Estimate) (Verdict, Reason) {
	against := r.Contradict
	if against.Empty() {
		against = opposite(r.Support)
	}
	s, c := meets(r.Support, e), meets(against, e)
	switch {
	case s.whole:
		return Supported, None
	case c.whole:
		return Contradicted, None
	case s.some && c.some:
		return Untestable, Uncertain
	case c.value:
		return Contradicted, Edge
	case s.value:
		return Partly, Edge
	}
	return Partly, Between
}

// overall puts the answers of all ways to count together. Ways without figures do not count; ways whose interval holds
// both answers count as undecided. Ways that measure something near the claim count only where no way measures the
// claim itself, and then they can support in part at most, and cannot contradict.
func overall(variants []Variant) (Verdict, Reason) {
	if len(variants) == 0 {
		return Untestable, NoRule
	}
	var main, near []Variant
	reason := None
	for _, v := range variants {
		switch {
		case v.Verdict == Untestable && v.Reason != Uncertain:
			if reason == None {
				reason = v.Reason
			}
		case v.Rule.Proxy:
			near = append(near, v)
		default:
			main = append(main, v)
		}
	}
	if len(main) > 0 {
		return together(main)
	}
	if len(near) == 0 {
		return Untestable, reason
	}
	switch v, why := together(near); v {
	case Supported, Partly:
		return Partly, OnlyProxy
	case Contradicted:
		return Untestable, ProxyAgainst
	default:
		return v, why
	}
}

func together(variants []Variant) (Verdict, Reason) {
	has := map[Verdict]bool{}
	for _, v := range variants {
		has[v.Verdict] = true
	}
	yes, no, undecided := has[Supported] || has[Partly], has[Contradicted], has[Untestable]
	switch {
	case has[Depends], no && (yes || undecided):
		return Depends, None
	case no:
		return Contradicted, None
	case yes && undecided:
		return Partly, SomeUndecided
	case undecided:
		return Untestable, Uncertain
	case has[Partly]:
		return Partly, None
	}
	return Supported, None
}
