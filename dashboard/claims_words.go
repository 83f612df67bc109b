package dashboard

import (
	"fmt"
	"math"
	"strings"

	"utfall/dashboard/format"
	"utfall/dashboard/verdict"
	"utfall/schema"
	"utfall/stats/effect"
)

var verdictWords = map[verdict.Verdict]schema.Text{
	verdict.Supported:    {SV: "stöds", EN: "supported"},
	verdict.Partly:       {SV: "stöds delvis", EN: "supported in part"},
	verdict.Contradicted: {SV: "motsägs", EN: "contradicted"},
	verdict.Depends:      {SV: "definitionsberoende", EN: "depends on definition"},
	verdict.Untestable:   {SV: "kan inte prövas", EN: "cannot be tested"},
	verdict.Unscored:     {SV: "poängsätts inte", EN: "not scored"},
}

// variantWords are the same for one way to count: figures that are there and do not decide are not called missing.
func variantWords(v verdict.Variant, lang schema.Lang) string {
	if v.Verdict == verdict.Untestable && v.Reason == verdict.Uncertain {
		return schema.Text{SV: "avgörs inte", EN: "not decided"}.In(lang)
	}
	return verdictWords[v.Verdict].In(lang)
}

var reasonWords = map[verdict.Reason]schema.Text{
	verdict.NoRule:        {SV: "Samlingen har ingen tidsserie av det slag som regeln behöver.", EN: "The collection has no time series of the kind that the rule needs."},
	verdict.NoFigures:     {SV: "En siffra som regeln behöver saknas.", EN: "A figure that the rule needs is missing."},
	verdict.YearsMissing:  {SV: "Det saknas siffror för flera av åren.", EN: "Figures are missing for some of the years."},
	verdict.NotComparable: {SV: "Siffrorna kan inte jämföras: de täcker bara en del, eller så ändrades sättet att räkna.", EN: "The figures cannot be compared: they cover a part only, or the counting changed."},
	verdict.TooFew:        {SV: "För få år eller för få fall för att något ska kunna sägas.", EN: "Too few years or cases to say anything."},
	verdict.Uncertain:     {SV: "Osäkerheten rymmer båda svaren.", EN: "The uncertainty holds both answers."},
	verdict.Between:       {SV: "Värdet ligger mellan gränsen för stöd och gränsen för motsägelse.", EN: "The value lies between the bound for support and the bound for contradiction."},
	verdict.Edge:          {SV: "Värdet passerar gränsen, men hela osäkerhetsintervallet gör det inte.", EN: "The value passes the bound, but its whole interval does not."},
	verdict.OtherYear:     {SV: "Siffra saknas för året i påståendet; närmaste år har använts, och svaret kan då bli högst stöds delvis.", EN: "The year of the claim has no figure; the nearest was used, so at most in part."},
	verdict.BaseYear:      {SV: "Ett annat utgångsår ger ett annat svar.", EN: "Another base year gives another answer."},
	verdict.NoFall:        {SV: "Det finns ingen minskning som något kunde ha ersatt.", EN: "There is no fall that something could have replaced."},
	verdict.OnlyProxy:     {SV: "Bara mått som ligger nära påståendet kan räknas, inte påståendet självt.", EN: "Only measures near the claim can be computed, not the claim itself."},
	verdict.ProxyAgainst:  {SV: "Det närmaste måttet talar emot, men det mäter inte påståendet självt och avgör inte.", EN: "The nearest measure speaks against it, but it does not measure the claim itself and does not decide."},
	verdict.SomeUndecided: {SV: "Vissa sätt att räkna stöder påståendet, andra avgör inte.", EN: "Some ways to count support the claim, others do not decide."},
}

// answer is the sentence that a claim's page and its row begin with.
func (s *Server) answer(r verdict.Result, lang schema.Lang) string {
	t := func(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(lang) }
	switch r.Claim.Kind {
	case schema.ResearchClaim:
		return t("Frågan hör till forskningen. Det som har lästs visas på påståendets sida och poängsätts inte.", "The question belongs to research. What has been read is shown on the claim's page and is not scored.")
	case schema.NormativeClaim:
		return t("Påståendet gäller vad som bör vara eller vad lagen tillåter. Det prövas inte mot siffror.", "The claim is about what ought to be or what the law allows. It is not tested against figures.")
	}
	direct, near, counted := 0, 0, 0
	n := map[bool]map[verdict.Verdict]int{true: {}, false: {}}
	for _, v := range r.Variants {
		n[v.Rule.Proxy][v.Verdict]++
		if v.Rule.Proxy {
			near++
		} else {
			direct++
		}
		if v.Verdict != verdict.Untestable {
			counted++
		}
	}
	reason := reasonWords[r.Reason].In(lang)
	if counted == 0 {
		return strings.TrimSpace(t("Påståendet kan inte prövas med de siffror som finns.", "The claim cannot be tested with the figures there are.") + " " + reason)
	}
	var text []string
	if direct > 0 {
		text = append(text, ways(direct, n[false], waysToCount, lang))
	}
	if near > 0 {
		text = append(text, ways(near, n[true], measuresNear, lang))
	}
	return strings.TrimSpace(strings.Join(text, " ") + " " + reason)
}

// ways says of so many ways to count how many give which answer.
func ways(n int, of map[verdict.Verdict]int, what counted, lang schema.Lang) string {
	for v, k := range of {
		if k == n { // all of them say the same
			return all(n, what, lang) + " " + ofMany(answerWords[v].alone, n, lang) + "."
		}
	}
	if lang == schema.EN {
		return fmt.Sprintf("Of %s %s, %s.", numberWord(n, lang), what.many.EN, tallies(of, lang))
	}
	return fmt.Sprintf("Av %s %s är det %s.", numberWord(n, lang), what.many.SV, tallies(of, lang))
}

// counted is what a claim is tested by: one, the two of them, many.
type counted struct{ one, both, many schema.Text }

var (
	waysToCount  = counted{schema.Text{SV: "sättet att räkna", EN: "way to count"}, schema.Text{SV: "sätten att räkna", EN: "ways to count"}, schema.Text{SV: "sätt att räkna", EN: "ways to count"}}
	measuresNear = counted{schema.Text{SV: "närliggande måttet", EN: "measure near it"}, schema.Text{SV: "närliggande måtten", EN: "measures near it"}, schema.Text{SV: "närliggande mått", EN: "measures near it"}}
)

// all names every one of some ways to count.
func all(n int, what counted, lang schema.Lang) string {
	switch n {
	case 1:
		return schema.Text{SV: "Det enda ", EN: "The one "}.In(lang) + what.one.In(lang)
	case 2:
		return schema.Text{SV: "Båda ", EN: "Both "}.In(lang) + what.both.In(lang)
	}
	return schema.Text{SV: "Alla ", EN: "All "}.In(lang) + numberWord(n, lang) + " " + what.many.In(lang)
}

// answerWords are what some ways to count give: of a few among others, and of all of them.
var answerWords = map[verdict.Verdict]struct{ among, alone schema.Text }{
	verdict.Supported:    {schema.Text{SV: "som stöder påståendet", EN: "support the claim"}, schema.Text{SV: "stöder påståendet", EN: "support the claim"}},
	verdict.Partly:       {schema.Text{SV: "som stöder det delvis", EN: "support it in part"}, schema.Text{SV: "stöder påståendet delvis", EN: "support the claim in part"}},
	verdict.Contradicted: {schema.Text{SV: "som motsäger det", EN: "contradict it"}, schema.Text{SV: "motsäger påståendet", EN: "contradict the claim"}},
	verdict.Depends:      {schema.Text{SV: "som beror på utgångsåret", EN: "depend on the base year"}, schema.Text{SV: "beror på utgångsåret", EN: "depend on the base year"}},
	verdict.Untestable:   {schema.Text{SV: "som inte avgör saken", EN: "do not decide"}, schema.Text{SV: "avgör inte saken", EN: "do not decide"}},
}

// ofMany bends words that are written for several to a number of ways to count.
func ofMany(words schema.Text, n int, lang schema.Lang) string {
	if lang == schema.EN && n == 1 {
		return singular.Replace(words.EN)
	}
	return words.In(lang)
}

var numberWords = map[schema.Lang][]string{
	schema.SV: {"noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"},
	schema.EN: {"none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"},
}

// numberWord writes small numbers in words, as running text does.
func numberWord(n int, lang schema.Lang) string {
	if n >= 0 && n < len(numberWords[lang]) {
		return numberWords[lang][n]
	}
	return format.Number(float64(n), 0, lang)
}

// tallies says how many ways to count give which answer.
func tallies(n map[verdict.Verdict]int, lang schema.Lang) string {
	var parts []string
	for _, v := range []verdict.Verdict{verdict.Supported, verdict.Partly, verdict.Contradicted, verdict.Depends, verdict.Untestable} {
		if n[v] > 0 {
			parts = append(parts, numberWord(n[v], lang)+" "+ofMany(answerWords[v].among, n[v], lang))
		}
	}
	return listed(parts, lang)
}

// singular turns the English words of a tally into those for one.
var singular = strings.NewReplacer("support ", "supports ", "contradict ", "contradicts ", "depend ", "depends ", "do not", "does not")

// listed joins with commas and an "och" before the last.
func listed(parts []string, lang schema.Lang) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	and := schema.Text{SV: " och ", EN: " and "}.In(lang)
	return strings.Join(parts[:len(parts)-1], ", ") + and + parts[len(parts)-1]
}

// wayName says what is counted in a variant.
func (s *Server) wayName(v verdict.Variant, lang schema.Lang) string {
	var parts []string
	if v.Series != nil {
		name := s.selectionName(*v.Series, lang)
		if v.Against != nil {
			join := schema.Text{SV: " mot ", EN: " against "}
			if v.Rule.Kind == schema.ShareRule {
				join = schema.Text{SV: " av den och ", EN: " of it and "}
			}
			name += join.In(lang) + lowerFirst(s.selectionName(*v.Against, lang))
		}
		parts = append(parts, name)
	}
	if l := v.Rule.Label.In(lang); l != "" {
		if v.Series != nil && v.Series.Label == (schema.Text{}) && v.Against == nil {
			return upperFirst(l)
		}
		parts = append(parts, l)
	}
	return upperFirst(strings.Join(parts, ", "))
}

// selectionName is a selection's own label, or the indicator's with its area.
func (s *Server) selectionName(x schema.Selection, lang schema.Lang) string {
	if l := x.Label.In(lang); l != "" {
		return l
	}
	ind, _ := s.Catalogue.Indicator(x.Indicator)
	return ind.Label.In(lang)
}

func upperFirst(s string) string {
	if r := []rune(s); len(r) > 0 {
		return strings.ToUpper(string(r[:1])) + string(r[1:])
	}
	return s
}

// lowerFirst leaves a word of capitals, such as an abbreviation, as it is.
func lowerFirst(s string) string {
	r := []rune(s)
	if len(r) < 2 || strings.ToUpper(string(r[1:2])) == string(r[1:2]) {
		return s
	}
	return strings.ToLower(string(r[:1])) + string(r[1:])
}

// estimateWords writes a variant's number and its limits in the form that its rule calls for.
func estimateWords(v verdict.Variant, e verdict.Estimate, lang schema.Lang) (value, limits string) {
	var write func(x float64) string
	unit := ""
	t := func(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(lang) }
	switch v.Rule.Kind {
	case schema.ChangeRule:
		write = func(x float64) string { return format.Percent(x, lang) }
	case schema.TrendRule:
		if e.Method == "sen" {
			write, unit = signed(2, lang), t(" per år", " a year")
			break
		}
		one := signed(1, lang)
		write, unit = func(x float64) string { return one(x) + "\u00a0%" }, t(" per år", " a year")
	case schema.ShareRule:
		if v.Rule.From == "" {
			write = func(x float64) string { return format.Number(x, 1, lang) + "\u00a0%" }
			break
		}
		write, unit = signed(1, lang), t(" procentenheter", " percentage points")
	case schema.RatioRule:
		decimals := 1
		if math.Abs(e.Value) < 10 {
			decimals = 2
		}
		write = func(x float64) string { return format.Number(x, decimals, lang) }
		unit = t(" gånger", " times")
		if v.Rule.Yearly {
			unit = t(" per person och år", " per person and year")
		}
	case schema.ReplacesRule:
		write, unit = func(x float64) string { return format.Number(x, 2, lang) }, t(" fler för varje färre", " more for each fewer")
	default:
		write = func(x float64) string { return format.Number(x, 0, lang) }
	}
	value = write(e.Value) + unit
	switch {
	case e.Lower != nil && e.Upper != nil:
		limits = write(*e.Lower) + t(" till ", " to ") + write(*e.Upper)
	case e.Lower != nil:
		limits = t("minst ", "at least ") + write(*e.Lower)
	case e.Upper != nil:
		limits = t("högst ", "at most ") + write(*e.Upper)
	}
	return value, limits
}

func signed(decimals int, lang schema.Lang) func(float64) string {
	return func(x float64) string {
		text := format.Number(x, decimals, lang)
		if x > 0 && strings.Trim(text, "0,.") != "" {
			return "+" + text
		}
		return text
	}
}

var methodWords = map[string]schema.Text{
	"conditional":   {SV: "exakt 95-procentigt intervall", EN: "exact 95% interval"},
	"newcombe":      {SV: "95-procentigt intervall enligt Newcombe", EN: "95% interval by Newcombe"},
	"wilson":        {SV: "95-procentigt intervall enligt Wilson", EN: "95% interval by Wilson"},
	"quasi_poisson": {SV: "95-procentigt intervall, quasi-Poisson", EN: "95% interval, quasi-Poisson"},
	"garwood":       {SV: "exakt 95-procentigt intervall", EN: "exact 95% interval"},
	"byar":          {SV: "95-procentigt intervall enligt Byar", EN: "95% interval by Byar"},
	"sen":           {SV: "95-procentigt intervall enligt Sen", EN: "95% interval by Sen"},
	"rounding":      {SV: "vad avrundningen rymmer", EN: "what rounding leaves open"},
	"":              {SV: "inget intervall", EN: "no interval"},
}

// pointWords writes a figure of a rule as printed, with the year.
func (s *Server) pointWords(x schema.Selection, p verdict.Point, lang schema.Lang) string {
	var text string
	if len(p.Parts) == 1 {
		ind, _ := s.Catalogue.Indicator(x.Indicator)
		text = s.value(ind, p.Parts[0], lang)
	} else {
		text = format.Number(p.Value, 0, lang)
		if p.Low != p.High {
			text = schema.Text{SV: "ca ", EN: "about "}.In(lang) + text
		}
	}
	for _, o := range p.Parts { // a number that was not counted is not told as one that was
		switch {
		case schema.HasFlag(o.Flags, schema.Estimated):
			return schema.Text{SV: "uppskattningsvis ", EN: "an estimated "}.In(lang) + text + " (" + format.Period(p.Period, lang) + ")"
		case schema.HasFlag(o.Flags, schema.Derived) && len(p.Parts) == 1:
			if ind, _ := s.Catalogue.Indicator(o.Indicator); ind.Derive == nil {
				return text + schema.Text{SV: ", härlett (", EN: ", derived ("}.In(lang) + format.Period(p.Period, lang) + ")"
			}
		}
	}
	return text + " (" + format.Period(p.Period, lang) + ")"
}

// restsOn writes the figures behind a variant.
func (s *Server) restsOn(v verdict.Variant, lang schema.Lang) []string {
	t := func(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(lang) }
	if v.Rule.Kind == schema.OrderRule {
		return s.placedWords(v, lang)
	}
	byRole := map[string][]verdict.Used{}
	for _, u := range v.Used {
		byRole[u.Role] = append(byRole[u.Role], u)
	}
	words := func(role string) string {
		if len(byRole[role]) == 0 {
			return t("uppgift saknas", "no figure")
		}
		u := byRole[role][0]
		text := s.pointWords(u.Selection, u.Point, lang)
		if u.Population != nil {
			text += t(", folkmängd ", ", population ") + format.Number(u.Population.Value, 0, lang)
		}
		return text
	}
	switch {
	case len(v.Used) == 0:
		return nil
	case v.Rule.Kind == schema.RatioRule || v.Rule.Kind == schema.ShareRule && v.Rule.From == "":
		return []string{words("top") + t(" mot ", " against ") + words("bottom")}
	case v.Rule.Kind == schema.ChangeRule:
		return []string{t("från ", "from ") + words("from") + t(" till ", " to ") + words("to")}
	case len(byRole["against_from"]) > 0:
		return []string{s.selectionName(*v.Series, lang) + t(": från ", ": from ") + words("from") + t(" till ", " to ") + words("to"),
			upperFirst(s.selectionName(*v.Against, lang)) + t(": från ", ": from ") + words("against_from") + t(" till ", " to ") + words("against_to")}
	}
	var years []string
	for _, u := range v.Used {
		years = append(years, s.pointWords(u.Selection, u.Point, lang))
	}
	return []string{strings.Join(years, ", ")}
}

func (s *Server) placedWords(v verdict.Variant, lang schema.Lang) []string {
	t := func(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(lang) }
	var out []string
	for _, p := range v.Order {
		text := format.Period(p.Event.Period(), lang) + ": " + p.Event.Label.In(lang)
		switch p.Fault {
		case "before_previous":
			text += t(" – före det som enligt påståendet kom först", " – before what the claim says came first")
		case "after_statement":
			text += t(" – efter uttalandet ", " – after the statement of ") + v.Rule.Stated
		case "unclear":
			text += t(" – ordningen kan inte avgöras", " – the order cannot be told")
		}
		out = append(out, text)
	}
	if v.Rule.Stated != "" {
		out = append(out, v.Rule.Stated+": "+t("uttalandet", "the statement"))
	}
	return out
}

var forbidWords = map[effect.ForbidReason]schema.Text{
	effect.ChangeBeganFirst: {SV: "förändringen började före händelsen", EN: "the change began before the event"},
	effect.AlreadyMoving:    {SV: "förändringen pågick redan före händelsen", EN: "the change was already under way before the event"},
	effect.NoChange:         {SV: "ingen bestående förändring bort från den tidigare nivån syns", EN: "no lasting change away from the earlier level is seen"},
	effect.AfterStatement:   {SV: "händelsen kom efter det att uttalandet gjordes", EN: "the event came after the statement was made"},
}

// sequenceWords says what a claim's order in time allows.
func (s *Server) sequenceWords(q *verdict.SequenceCheck, lang schema.Lang) string {
	t := func(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(lang) }
	event := fmt.Sprintf("%s (%s)", q.Event.Label.In(lang), format.Period(q.Event.Period(), lang))
	if !q.Forbidden {
		return fmt.Sprintf(t("Ordningen i tid hindrar inte ett samband med: %s. Det visar inte att händelsen är orsaken.",
			"The order in time does not rule out a link with: %s. It does not show that the event is the cause."), event)
	}
	var why []string
	for _, r := range q.Reasons {
		why = append(why, forbidWords[r].In(lang))
	}
	text := fmt.Sprintf(t("Förändringen får inte tillskrivas händelsen: %s. Skäl: %s.", "The change may not be put down to the event: %s. Reason: %s."),
		event, strings.Join(why, "; "))
	if !q.Onset.IsZero() {
		text += " " + fmt.Sprintf(t("Enligt påståendet självt pågick förändringen från %s.", "By the claim itself the change went on from %s."), format.Period(q.Onset, lang))
	}
	return text
}
