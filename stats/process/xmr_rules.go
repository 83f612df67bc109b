package process

// markPatterns gives every point of one phase the first of the NHS patterns that it is part of.
func markPatterns(p []XmRPoint, y []float64) {
	trend, seven, two := trendDirections(y), sevenOneSide(p), twoInThree(p)
	for i := range p {
		switch {
		case p[i].Outside != nil && *p[i].Outside:
			p[i].Pattern = bySide(p[i].Side > 0, AboveLimit, BelowLimit)
		case trend[i] != 0:
			p[i].Pattern = bySide(trend[i] > 0, TrendUp, TrendDown)
		case two[i]:
			p[i].Pattern = bySide(p[i].Side > 0, TwoInThreeAbove, TwoInThreeBelow)
		case seven[i]:
			p[i].Pattern = bySide(p[i].Side > 0, SevenAbove, SevenBelow)
		}
	}
}

func bySide(above bool, a, b Pattern) Pattern {
	if above {
		return a
	}
	return b
}

const patternLength = 7

// trendDirections marks points of seven or more in a row that each rise (1) or each fall (-1). A turning point of two
// trends takes the direction of the later one.
func trendDirections(y []float64) []int {
	out := make([]int, len(y))
	for first := 0; first < len(y)-1; {
		step := sign(y[first+1] - y[first])
		last := first + 1
		for last+1 < len(y) && sign(y[last+1]-y[last]) == step {
			last++
		}
		if step != 0 && last-first+1 >= patternLength {
			for i := first; i <= last; i++ {
				out[i] = step
			}
		}
		first = last
	}
	return out
}

// sevenOneSide marks points of seven or more in a row on one side of the mean.
func sevenOneSide(p []XmRPoint) []bool {
	out := make([]bool, len(p))
	for first := 0; first < len(p); {
		last := first
		for last+1 < len(p) && p[last+1].Side == p[first].Side {
			last++
		}
		if p[first].Side != 0 && last-first+1 >= patternLength {
			for i := first; i <= last; i++ {
				out[i] = true
			}
		}
		first = last + 1
	}
	return out
}

// twoInThree marks the points in the outer third of any three in a row on one side of which at least two are there.
func twoInThree(p []XmRPoint) []bool {
	near := func(i int) bool { return p[i].Near != nil && *p[i].Near }
	out := make([]bool, len(p))
	for i := 0; i+2 < len(p); i++ {
		oneSide := p[i].Side != 0 && p[i].Side == p[i+1].Side && p[i].Side == p[i+2].Side
		count := 0
		for j := i; j < i+3; j++ {
			if near(j) {
				count++
			}
		}
		if !oneSide || count < 2 {
			continue
		}
		for j := i; j < i+3; j++ {
			out[j] = out[j] || near(j)
		}
	}
	return out
}

func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// judge turns a pattern into improvement or concern, or only high and low when no direction is declared.
func judge(p Pattern, d Direction) Judgement {
	high := p == AboveLimit || p == TrendUp || p == TwoInThreeAbove || p == SevenAbove
	switch {
	case p == CommonCause:
		return CommonCauseJudgement
	case d == Neutral && high:
		return NeutralHigh
	case d == Neutral:
		return NeutralLow
	case high == (d == Increase):
		return Improvement
	}
	return Concern
}
