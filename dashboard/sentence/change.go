package sentence

import (
	"fmt"
	"math"
	"strings"

	"utfall/dashboard/format"
	"utfall/schema"
	"utfall/stats"
)

// smallest is the count below which a change is not put in per cent: of few, each one is many per cent.
const smallest = 20

// uncertainty gives the limits in a sentence.
func (w words) uncertainty() string {
	if w.Value.Lower == nil || w.Value.Upper == nil {
		return ""
	}
	return fmt.Sprintf(w.t("Med hänsyn till slumpen ligger nivån mellan %s och %s (95 procents säkerhet).", "Allowing for chance, the level lies between %s and %s (95%% limits)."),
		bare(*w.Value.Lower, w.Unit, w.lang), bare(*w.Value.Upper, w.Unit, w.lang))
}

// change compares with the earlier figure.
func (w words) change() string {
	b := w.Before
	if b == nil || b.Missing != schema.Present {
		return ""
	}
	if !b.Comparable {
		text := w.t("Talet kan inte jämföras med ", "The figure cannot be compared with that ") + map[bool]string{true: "talet "}[w.lang == schema.SV] + w.ofPeriod(b.Period)
		if why := strings.TrimSuffix(b.Why.In(w.lang), "."); why != "" {
			text += ": " + lower(why)
		}
		return text + "."
	}
	was := than(b.Period, w.lang) + " (" + qualifier(b.Flags, w.lang) + bare(b.Number, w.Unit, w.lang) + ")"
	d := w.printed(w.Value.Number) - w.printed(b.Number) // so that a reader who subtracts gets the same
	if bare(w.Value.Number, w.Unit, w.lang) == bare(b.Number, w.Unit, w.lang) {
		return w.same() + " " + was + "." + w.chance(b.Test, true)
	}
	text := w.t("Det är ", "That is ") + w.difference(d) + " " + w.t("än ", "than ") + was
	if w.inPercent(b.Number) {
		text += ", " + w.percent((w.Value.Number-b.Number)/b.Number)
	}
	return text + "." + w.chance(b.Test, false)
}

func (w words) ofPeriod(p schema.Period) string {
	if w.lang == schema.EN {
		return "for " + format.Period(p, w.lang)
	}
	return "för " + format.Period(p, w.lang)
}

// printed rounds a value as it is printed.
func (w words) printed(v float64) float64 {
	power := math.Pow(10, float64(w.Unit.Decimals))
	return math.Round(v*power) / power
}

func (w words) same() string {
	if w.counted() {
		return w.t("Det är lika många som", "That is as many as")
	}
	return w.t("Det är lika mycket som", "That is the same as")
}

func (w words) counted() bool { _, ok := nouns[w.Unit.ID]; return ok }

// difference writes how much more or less: tre fler, 45 färre, 2,1 procentenheter lägre, 120 kronor per invånare mer.
func (w words) difference(d float64) string {
	size := math.Abs(d)
	loose := qualifier(w.Value.Flags, w.lang) != "" || qualifier(w.Before.Flags, w.lang) != ""
	around := map[bool]string{true: w.t("omkring ", "about ")}[loose]
	switch {
	case w.counted():
		if loose {
			size = twoDigits(size) // about 11 300 less 10 627 is about 670, not 673
		}
		n := format.Number(size, w.Unit.Decimals, w.lang)
		if size == math.Trunc(size) {
			n = CountOf(int(size), nouns[w.Unit.ID].neuter, w.lang)
		}
		return around + n + " " + w.pick(d, "fler", "färre", "more", "fewer")
	case w.Unit.ID == "percent":
		return around + bare(size, w.Unit, w.lang) + nbsp + w.t("procentenheter ", "percentage points ") + w.pick(d, "högre", "lägre", "higher", "lower")
	case w.Kind == schema.Cost:
		return around + Things(size, w.Unit, w.lang) + " " + w.pick(d, "mer", "mindre", "more", "less")
	case w.Kind == schema.Index:
		return around + bare(size, w.Unit, w.lang) + " " + w.pick(d, "indexenheter högre", "indexenheter lägre", "index points higher", "index points lower")
	case w.Unit.ID == "days", w.Unit.ID == "years":
		return around + Things(size, w.Unit, w.lang) + " " + w.pick(d, "mer", "mindre", "more", "less")
	}
	return around + bare(size, w.Unit, w.lang) + " " + w.pick(d, "högre", "lägre", "higher", "lower")
}

// twoDigits rounds to two significant digits.
func twoDigits(v float64) float64 {
	if v < 100 {
		return math.Round(v)
	}
	power := math.Pow(10, math.Floor(math.Log10(v))-1)
	return math.Round(v/power) * power
}

func (w words) pick(d float64, svUp, svDown, enUp, enDown string) string {
	if d > 0 {
		return w.t(svUp, enUp)
	}
	return w.t(svDown, enDown)
}

// inPercent tells whether a change is told in per cent too: of costs, and of counts that are not few.
func (w words) inPercent(before float64) bool {
	if before <= 0 {
		return false
	}
	return w.Kind == schema.Cost || w.counted() && before >= smallest && w.Value.Number >= smallest
}

func (w words) percent(share float64) string {
	n := math.Round(100 * math.Abs(share))
	if n == 0 {
		return w.t("mindre än en halv procent", "less than half a per cent")
	}
	return w.pick(share, "en ökning", "en minskning", "a rise", "a fall") + w.t(" med ", " of ") + format.Number(n, 0, w.lang) + nbsp + w.t("procent", "per cent")
}

// chance says what a test of the difference says. That a difference is not established is never said without what could
// have been found.
func (w words) chance(t *Test, same bool) string {
	switch {
	case t == nil && (same || !w.Kind.IsCount() && w.Kind != schema.Rate && w.Kind != schema.Share && w.Kind != schema.Mean || w.Kind == schema.Units || w.Kind == schema.Population):
		return ""
	case t == nil:
		return " " + w.t("Skillnaden är inte prövad mot slumpen.", "The difference has not been tested against chance.")
	case t.Real:
		return " " + w.t("Skillnaden är större än vad slumpen brukar ge.", "The difference is larger than chance usually makes.")
	}
	text := ""
	if !same {
		text = " " + w.t("Skillnaden är inte större än vad slumpen kan ge.", "The difference is no larger than chance can make.")
	}
	return text + w.detectable(t)
}

func (w words) detectable(t *Test) string {
	switch {
	case t.Fall == nil && t.Rise == nil:
		return ""
	case t.Fall == nil:
		return " " + fmt.Sprintf(w.t("Med så små tal märks ingen minskning alls, och en ökning bara om den är minst %s procent.", "With numbers this small no fall shows at all, and a rise only if it is at least %s per cent."), w.whole(*t.Rise-1))
	case t.Rise != nil && *t.Fall < 0.005:
		return " " + fmt.Sprintf(w.t("Med så små tal märks en minskning bara om talet blir noll, och en ökning bara om den är minst %s procent.", "With numbers this small a fall shows only if nothing is left, and a rise only if it is at least %s per cent."), w.whole(*t.Rise-1))
	case t.Rise == nil:
		return " " + fmt.Sprintf(w.t("Med tal av den här storleken märks en minskning bara om den är minst %s procent.", "With numbers of this size a fall shows only if it is at least %s per cent."), w.whole(1-*t.Fall))
	}
	return " " + fmt.Sprintf(w.t("Med tal av den här storleken märks bara en minskning på minst %s procent eller en ökning på minst %s procent.",
		"With numbers of this size only a fall of at least %s per cent or a rise of at least %s per cent shows."), w.whole(1-*t.Fall), w.whole(*t.Rise-1))
}

func (w words) whole(share float64) string { return format.Number(100*share, 0, w.lang) }

// trend says where the last years point. It never says that something stood still: that cannot be shown.
func (w words) trend() string {
	if w.Trend == nil {
		return ""
	}
	span := fmt.Sprintf("%d–%d", w.Trend.From, w.Trend.To)
	switch w.Trend.State {
	case stats.Increasing:
		return fmt.Sprintf(w.t("Under %s ökade talet mer än vad slumpen brukar ge.", "Over %s the figure rose by more than chance usually makes."), span) + w.judged(true)
	case stats.Decreasing:
		return fmt.Sprintf(w.t("Under %s minskade talet mer än vad slumpen brukar ge.", "Over %s the figure fell by more than chance usually makes."), span) + w.judged(false)
	case stats.NoSignificantChange:
		return fmt.Sprintf(w.t("Under %s syns ingen säkerställd förändring.", "Over %s no established change shows."), span)
	}
	if w.Trend.Reason == stats.TooFewEvents {
		return w.t("Händelserna är för få för att pröva en trend.", "The events are too few to test a trend.")
	}
	return w.t("Serien är för kort för att pröva en trend.", "The series is too short to test a trend.")
}

func (w words) judged(up bool) string {
	switch {
	case w.Direction == schema.NoJudgement:
		return " " + w.t("Om det är bra eller dåligt bedöms inte.", "Whether that is good or bad is not judged.")
	case up == (w.Direction == schema.HigherIsBetter):
		return " " + w.t("Det är en förbättring.", "That is an improvement.")
	}
	return " " + w.t("Det är en försämring.", "That is a deterioration.")
}

// comparison sets the measure elsewhere beside it. Counts of areas of different size are shown and never compared.
func (w words) comparison() []string {
	var out []string
	counts := false
	for _, b := range w.Beside {
		there := words{Figure: w.Figure, lang: w.lang}
		there.Area, there.Value = b.Area, b.Value
		if b.Missing != schema.Present {
			out = append(out, sentence(w.t("För "+PlaceName(b.Area, w.lang)+" visas inget tal", "For "+PlaceName(b.Area, w.lang)+" no figure is shown")+" ("+format.Missing(b.Missing, w.lang)+")"))
			continue
		}
		when := When(b.Period, w.lang)
		if b.Period.String() == w.Value.Period.String() {
			when = w.sameTime(b.Period)
		}
		text := sentence(Place(b.Area, w.lang), there.statement(b.Value), when)
		if w.lang == schema.EN {
			text = sentence(Place(b.Area, w.lang)+",", there.statement(b.Value), when)
		}
		counts = counts || w.Kind.IsCount()
		if b.Test != nil && !w.Kind.IsCount() {
			text += " " + w.against(b)
		}
		out = append(out, text)
	}
	if counts {
		out = append(out, w.t("Antal i områden av olika storlek jämförs inte.", "Numbers in areas of different size are not compared."))
	}
	return out
}

func (w words) sameTime(p schema.Period) string {
	switch p.Kind {
	case schema.Year:
		return w.t("samma år", "in the same year")
	case schema.Day:
		return w.t("samma dag", "on the same day")
	}
	return w.t("samma period", "in the same period")
}

func (w words) against(b Beside) string {
	if !b.Test.Real {
		return w.t("Skillnaden mellan områdena är inte större än vad slumpen kan ge.", "The difference between the areas is no larger than chance can make.")
	}
	return fmt.Sprintf(w.t("Talet är %s %s, och skillnaden är större än vad slumpen brukar ge.", "The figure is %s %s, and the difference is larger than chance usually makes."),
		w.pick(w.Value.Number-b.Number, "högre", "lägre", "higher", "lower"), Place(w.Area, w.lang))
}

// lower makes the first letter small, unless the word is all capitals or a name that has one inside.
func lower(s string) string {
	r := []rune(s)
	if len(r) > 1 && strings.ToLower(string(r[1:2])) == string(r[1:2]) {
		return strings.ToLower(string(r[:1])) + string(r[1:])
	}
	return s
}
