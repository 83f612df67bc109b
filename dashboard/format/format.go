// Package format writes numbers, dates, periods and reasons as people read them, in Swedish and English. It may import
// schema and the standard library.
package format

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"utfall/schema"
)

const (
	nbsp  = "\u00a0"
	minus = "\u2212"
	dash  = "\u2013"
)

// Number writes a value with a fixed number of decimals: 10 600, 4,9, −9 in Swedish; 10,600, 4.9, −9 in English.
func Number(v float64, decimals int, lang schema.Lang) string {
	text := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	thousands, point := nbsp, ","
	if lang == schema.EN {
		thousands, point = ",", "."
	}
	var b strings.Builder
	if v < 0 && strings.Trim(text, "0.") != "" {
		b.WriteString(minus)
	}
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(thousands)
		}
		b.WriteRune(c)
	}
	if fraction != "" {
		b.WriteString(point + fraction)
	}
	return b.String()
}

// Percent writes a change in whole per cent with its sign: +15 %, −9 %.
func Percent(ratio float64, lang schema.Lang) string {
	n := math.Round(100 * (ratio - 1))
	sign := ""
	if n > 0 {
		sign = "+"
	}
	return sign + Number(n, 0, lang) + nbsp + "%"
}

// Interval writes two limits: 432–519, or −3 till 4 where one is below zero.
func Interval(lower, upper float64, decimals int, lang schema.Lang) string {
	if lower < 0 {
		return Number(lower, decimals, lang) + map[schema.Lang]string{schema.SV: " till ", schema.EN: " to "}[lang] + Number(upper, decimals, lang)
	}
	return Number(lower, decimals, lang) + dash + Number(upper, decimals, lang)
}

var months = map[schema.Lang][12]string{
	schema.SV: {"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"},
	schema.EN: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// Date writes a day: 1 november 2022.
func Date(t time.Time, lang schema.Lang) string {
	return fmt.Sprintf("%d %s %d", t.Day(), months[lang][t.Month()-1], t.Year())
}

// Moment writes a day and a time in Swedish time: 23 november 2026 kl. 14.05.
func Moment(t time.Time, lang schema.Lang) string {
	if zone, err := time.LoadLocation("Europe/Stockholm"); err == nil {
		t = t.In(zone)
	}
	if lang == schema.EN {
		return fmt.Sprintf("%s at %s", Date(t, lang), t.Format("15:04"))
	}
	return fmt.Sprintf("%s kl. %s", Date(t, lang), t.Format("15.04"))
}

// Period writes what a figure is about: 2022, 1 november 2022, första halvåret 2022, 2016–2020.
func Period(p schema.Period, lang schema.Lang) string {
	month := func(t time.Time) string { return months[lang][t.Month()-1] + " " + strconv.Itoa(t.Year()) }
	sv := lang == schema.SV
	switch p.Kind {
	case schema.Year:
		return p.String()
	case schema.HalfYear:
		half := map[bool][2]string{true: {"första halvåret", "andra halvåret"}, false: {"first half of", "second half of"}}[sv]
		return fmt.Sprintf("%s %d", half[(p.Start.Month()-1)/6], p.Start.Year())
	case schema.Quarter:
		q := int(p.Start.Month()-1)/3 + 1
		if sv {
			return fmt.Sprintf("kvartal %d %d", q, p.Start.Year())
		}
		return fmt.Sprintf("quarter %d of %d", q, p.Start.Year())
	case schema.Month:
		return month(p.Start)
	case schema.Week:
		y, w := p.Start.ISOWeek()
		if sv {
			return fmt.Sprintf("vecka %d %d", w, y)
		}
		return fmt.Sprintf("week %d of %d", w, y)
	case schema.Day:
		return Date(p.Start, lang)
	}
	if p.Start.Day() == 1 && p.Start.Month() == 1 && p.End.Month() == 12 && p.End.Day() == 31 {
		return fmt.Sprintf("%d%s%d", p.Start.Year(), dash, p.End.Year())
	}
	if p.End.AddDate(0, 0, 1).Day() == 1 && p.Start.Day() == 1 {
		return month(p.Start) + nbsp + dash + " " + month(p.End)
	}
	return Date(p.Start, lang) + nbsp + dash + " " + Date(p.End, lang)
}

// suppressed is one text for both reasons: told apart, they would say which figures are the small ones.
var suppressed = schema.Text{SV: "undertryckt, skyddar enskilda", EN: "suppressed to protect individuals"}

var missing = map[schema.Missing]schema.Text{
	schema.NotApplicable:       {SV: "ej tillämpligt", EN: "not applicable"},
	schema.NotCollected:        {SV: "samlas inte in", EN: "not collected"},
	schema.NotPublishedYet:     {SV: "ännu inte publicerat", EN: "not published yet"},
	schema.SuppressedPrimary:   suppressed,
	schema.SuppressedSecondary: suppressed,
	schema.Unreliable:          {SV: "för osäkert", EN: "too unreliable"},
	schema.Deleted:             {SV: "borttaget av källan", EN: "deleted by the source"},
	schema.OtherMissing:        {SV: "uppgift saknas", EN: "no figure"},
}

// Missing writes why there is no value.
func Missing(m schema.Missing, lang schema.Lang) string { return missing[m].In(lang) }

var flags = map[schema.Flag]schema.Text{
	schema.Provisional:    {SV: "preliminär", EN: "provisional"},
	schema.Revised:        {SV: "reviderad av källan", EN: "revised by the source"},
	schema.FirstPublished: {SV: "först publicerad", EN: "as first published"},
	schema.Estimated:      {SV: "skattad", EN: "estimated"},
	schema.Rounded:        {SV: "avrundad", EN: "rounded"},
	schema.Approximate:    {SV: "ungefärlig", EN: "approximate"},
	schema.LowerBound:     {SV: "minst", EN: "at least"},
	schema.Partial:        {SV: "ofullständig", EN: "partial"},
	schema.SeriesBreak:    {SV: "tidsseriebrott", EN: "break in series"},
	schema.Secondary:      {SV: "andrahandskälla", EN: "second-hand source"},
	schema.Decoded:        {SV: "avkodad", EN: "decoded"},
	schema.Derived:        {SV: "beräknad", EN: "computed"},
	schema.Predicted:      {SV: "modellskattad", EN: "predicted"},
	schema.GeneralLevel:   {SV: "allmän nivå", EN: "general level"},
}

// Flags writes normalised flags in words, in their order.
func Flags(s string, lang schema.Lang) []string {
	var out []string
	for f := range strings.FieldsSeq(s) {
		out = append(out, flags[schema.Flag(f)].In(lang))
	}
	return out
}

// Age writes an age band: 15–64 år, 21 år och äldre; nothing for all ages.
func Age(code string, lang schema.Lang) string {
	a, err := schema.ParseAge(code)
	if err != nil || code == schema.AllAges {
		return ""
	}
	years := map[schema.Lang]string{schema.SV: " år", schema.EN: " years"}[lang]
	switch {
	case a.To < 0 && lang == schema.SV:
		return fmt.Sprintf("%d år och äldre", a.From)
	case a.To < 0:
		return fmt.Sprintf("%d years and over", a.From)
	case a.From == a.To:
		return strconv.Itoa(a.From) + years
	}
	return fmt.Sprintf("%d%s%d%s", a.From, dash, a.To, years)
}

// Sex writes a sex: kvinnor, män; nothing for both.
func Sex(s schema.Sex, lang schema.Lang) string {
	switch s {
	case schema.Female:
		return schema.Text{SV: "kvinnor", EN: "women"}.In(lang)
	case schema.Male:
		return schema.Text{SV: "män", EN: "men"}.In(lang)
	}
	return ""
}
