package sentence

import (
	"fmt"
	"strings"
	"unicode"

	"utfall/dashboard/format"
	"utfall/schema"
)

// words makes the sentences of one figure in one language.
type words struct {
	Figure
	lang schema.Lang
}

func (w words) t(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(w.lang) }

func (w words) flag(f schema.Flag) bool { return schema.HasFlag(w.Value.Flags, f) }

// topic is what the sentence is about: the label, and for whom.
func (w words) topic() string {
	if g := w.Group.In(w.lang); g != "" {
		return w.Label.In(w.lang) + " (" + g + ")"
	}
	return w.Label.In(w.lang)
}

// place says where, unless the label does.
func (w words) place() string {
	if name := PlaceName(w.Area, w.lang); strings.Contains(w.Label.In(w.lang), name) {
		return ""
	}
	return Place(w.Area, w.lang)
}

// about writes a value with the words that its flags ask for.
func (w words) about(v Value) string {
	if q := qualifier(v.Flags, w.lang); q != "" {
		return q + loosely(v.Number, w.Unit, w.lang)
	}
	return Things(v.Number, w.Unit, w.lang)
}

func qualifier(flags string, lang schema.Lang) string {
	switch {
	case schema.HasFlag(flags, schema.LowerBound):
		return schema.Text{SV: "minst ", EN: "at least "}.In(lang)
	case schema.HasFlag(flags, schema.Approximate), schema.HasFlag(flags, schema.Rounded), schema.HasFlag(flags, schema.GeneralLevel):
		return schema.Text{SV: "omkring ", EN: "about "}.In(lang)
	}
	return ""
}

// level is the first sentence: what, when, how much and where.
func (w words) level() string {
	if w.Value.Missing != schema.Present {
		return w.absent()
	}
	if w.lang == schema.EN {
		return sentence(w.topic()+":", w.statement(w.Value), w.place(), When(w.Value.Period, w.lang))
	}
	return sentence(w.topic()+":", When(w.Value.Period, w.lang), w.statement(w.Value), w.place())
}

// statement is the verb and the number. Swedish has the verb first, since the time stands before it.
func (w words) statement(v Value) string {
	n := w.about(v)
	estimated := schema.HasFlag(v.Flags, schema.Estimated) || schema.HasFlag(v.Flags, schema.Predicted)
	if w.lang == schema.EN {
		return w.statementEN(v, n, estimated)
	}
	switch w.Kind {
	case schema.Rate:
		return "var talet " + n
	case schema.Share:
		return "var andelen " + n
	case schema.Mean:
		return "var medelvärdet " + n
	case schema.Cost:
		return "var kostnaden " + n
	case schema.Index:
		return "var indextalet " + n
	case schema.Change:
		return "var förändringen " + n
	case schema.Units:
		return "fanns " + n
	case schema.Population:
		return "bodde " + n
	}
	switch {
	case estimated:
		return "uppskattades antalet till " + n
	case w.Kind == schema.Events:
		return "registrerades " + n
	}
	return "räknades " + n
}

func (w words) statementEN(v Value, n string, estimated bool) string {
	be := "were"
	if v.Number == 1 {
		be = "was"
	}
	switch w.Kind {
	case schema.Rate:
		return "the rate was " + n
	case schema.Share:
		return "the share was " + n
	case schema.Mean:
		return "the mean was " + n
	case schema.Cost:
		return "the cost was " + n
	case schema.Index:
		return "the index was " + n
	case schema.Change:
		return "the change was " + n
	case schema.Units:
		return "there " + be + " " + n
	case schema.Population:
		return n + " lived"
	}
	switch {
	case estimated:
		return "the number was estimated at " + n
	case w.Kind == schema.Events:
		return n + " " + be + " registered"
	}
	return n + " " + be + " counted"
}

// absent says why there is no number, and that this is not zero.
func (w words) absent() string {
	which := w.t("talet", "the figure")
	if p := Place(w.Area, w.lang); p != "" {
		which += w.t(" för ", " for ") + PlaceName(w.Area, w.lang)
	}
	which += ", " + format.Period(w.Value.Period, w.lang) + ","
	var why string
	switch w.Value.Missing {
	case schema.NotApplicable:
		why = w.t("finns inte, eftersom måttet inte går att använda där.", "does not exist, because the measure does not apply there.")
	case schema.NotCollected:
		why = w.t("samlas inte in.", "is not collected.")
	case schema.NotPublishedYet:
		why = w.t("är ännu inte publicerat.", "has not been published yet.")
	case schema.SuppressedPrimary, schema.SuppressedSecondary:
		// One sentence for both: told apart, they would say which figures are the small ones.
		why = w.t("visas inte, eftersom det, eller ett tal som skulle kunna räknas fram med det, är så litet", "is not shown, because it, or a figure that could be worked out with it, is so small") + w.below() +
			w.t(" att enskilda personer skulle kunna kännas igen.", " that single persons might be recognised.")
	case schema.Unreliable:
		why = w.t("är för osäkert för att visas.", "is too unreliable to be shown.")
	case schema.Deleted:
		why = w.t("har tagits bort av källan.", "has been removed by its source.")
	default:
		why = w.t("saknas.", "is missing.")
	}
	return sentence(w.topic()+":", which, why) + " " + w.t("Att talet saknas betyder inte noll.", "That it is missing does not mean zero.")
}

func (w words) below() string {
	if w.Threshold <= 1 || !w.Kind.IsCount() {
		return ""
	}
	return w.t(" (färre än ", " (fewer than ") + Count(w.Threshold, w.lang) + ")"
}

// remarks are what the source says of its number.
func (w words) remarks() []string {
	var out []string
	add := func(on bool, sv, en string) {
		if on {
			out = append(out, w.t(sv, en))
		}
	}
	if w.Value.Missing != schema.Present {
		return nil
	}
	add(w.flag(schema.Provisional), "Talet är preliminärt och kan ändras.", "The figure is provisional and may change.")
	if w.Value.First != nil && *w.Value.First != w.Value.Number {
		out = append(out, fmt.Sprintf(w.t("Det publicerades först som %s och har reviderats sedan dess.", "It was first published as %s and has been revised since."),
			bare(*w.Value.First, w.Unit, w.lang)))
	} else {
		add(w.flag(schema.Revised), "Källan har reviderat talet.", "The source has revised the figure.")
	}
	add(w.flag(schema.FirstPublished), "Det är det tal som publicerades först; källan har ändrat det sedan dess.", "It is the figure as first published; the source has changed it since.")
	add(w.flag(schema.LowerBound), "Källan anger bara att det är så många eller fler.", "The source only says that it is that many or more.")
	add(w.flag(schema.Rounded), "Källan har avrundat talet.", "The source has rounded the figure.")
	add(w.flag(schema.Approximate), "Källan anger talet ungefärligt.", "The source gives the figure as approximate.")
	add(w.flag(schema.GeneralLevel), "Det är en allmän nivå över flera år, inte ett årsvärde.", "It is a general level over several years, not a yearly value.")
	add(w.flag(schema.Estimated) && !w.Kind.IsCount(), "Talet är källans skattning.", "The figure is the source's estimate.")
	add(w.flag(schema.Predicted), "Det kommer från en modell och är inte räknat.", "It comes from a model and was not counted.")
	add(w.flag(schema.Derived), "Talet är härlett ur publicerade tal och har inte publicerats självt.", "The figure is derived from published figures and was never published itself.")
	add(w.flag(schema.Partial), "Talet täcker bara en del av perioden eller verksamheterna.", "The figure covers only part of the period or of the services.")
	add(w.flag(schema.SeriesBreak), "Talet är räknat på ett annat sätt än tidigare.", "The figure was counted in another way than before.")
	add(w.flag(schema.Secondary), "Talet är hämtat ur en andrahandskälla.", "The figure was read in a second-hand source.")
	return out
}

// sentence joins parts with spaces and ends them with a full stop. What follows a colon keeps its small letter.
func sentence(parts ...string) string {
	text := join(parts)
	if text != "" && !strings.HasSuffix(text, ".") {
		text += "."
	}
	return upper(text)
}

// upper makes the first letter of a sentence a capital.
func upper(s string) string {
	r := []rune(s)
	if len(r) > 0 {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}
