package reference

import (
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// bound says which entries of a file's tolerance hold for which of its expected values. The pattern is one of
// path.Match over the value's path with indices taken out and dots for slashes: "poisson/se_*".
type bound struct{ pattern, rel, abs string }

// bounds lists, for the files whose tolerance differs between values, which entry is meant for which value, the most
// special first; "printed" is half a unit of the last digit that a publication printed. A file that is not here has "rel" and "abs" for all its values. Where neither entry is named, the
// value must be equal; an entry that a file lacks is its "rel" or "abs".
var bounds = map[string][]bound{
	"aberration_farrington": {{"alarm", "", ""}, {"trend_used", "", ""}, {"*", "upperbound_rel", ""}},
	"distributions":         {{"*", "rel", "none"}}, // tails are compared on the relative scale, however small
	"funnel": {{"phi", "od_rel", ""}, {"tau2", "od_rel", ""}, {"z_*", "od_rel", ""}, {"od*", "od_rel", ""},
		{"*", "limits_rel", ""}, {"limits/*", "limits_rel", ""}},
	"its_glm": {{"acf_*", "", "acf_abs"}, {"*", "rel", "abs"}},
	"joinpoint": {{"published_nci/*", "", "published_apc"}, {"models/joinpoints", "", ""}, {"models/segments/start", "", ""},
		{"models/segments/end", "", ""}, {"models/n_joinpoints", "", ""}, {"selected_by_bic", "", ""},
		{"models/segments/se_*", "se_rel", ""}, {"models/segments/p", "se_rel", "apc_abs"},
		{"models/segments/*", "", "apc_abs"}, {"models/*", "se_rel", "apc_abs"}},
	"mann_kendall":          {{"sen_*", "rel", "sen_abs"}, {"p", "rel", "p_abs"}, {"exact_p", "rel", "p_abs"}, {"*", "rel", "p_abs"}},
	"proportion_difference": {{"mn_*", "", "mn_abs"}, {"*", "newcombe_rel", ""}},
	"rate_ratio_difference": {{"logwald_*", "logwald_rel", ""}, {"diff_wald_*", "logwald_rel", ""},
		{"diff_mover_*", "mover_rel", ""}, {"diff_score_*", "score_rel", ""}, {"score_*", "score_rel", ""},
		{"scas_*", "score_rel", ""}, {"*", "exact_rel", ""}},
	"sdc_suppression_audit": {{"suppressed_cells/lp_*", "", "intervals"}, {"*", "", ""}},
	"synthetic_control": {{"published", "", "printed"}, {"weights", "", "weights_abs"}, {"weights/*", "", "weights_abs"}, {"gap*", "", "gap_abs"},
		{"*", "rel", ""}},
	"trend_poisson": {{"poisson/se_*", "se_rel", "abs"}, {"poisson/wald_p", "se_rel", "abs"},
		{"poisson/apc_*", "se_rel", "abs"}, {"poisson/*", "coef_rel", "abs"}, {"quasipoisson/*", "quasi_rel", "abs"},
		{"negbin/*", "negbin_rel", "abs"}, {"loglinear_wls/*", "se_rel", "abs"}},
}

// tolerances finds the bounds for the values of one case.
type tolerances struct {
	file   map[string]any
	rules  []bound
	inNote map[string]float64
}

// tolerancesOf gives the bounds of a case: its file's, and wider absolute ones where its own note states them, as
// some reference programs are not reproducible to the digit: "estimate (abs 0.05) and weights abs 0.02".
func tolerancesOf(c Case, file map[string]any) tolerances {
	t := tolerances{file: file, rules: bounds[c.Method], inNote: map[string]float64{}}
	for _, m := range noteBound.FindAllStringSubmatch(c.Note, -1) {
		if v, err := strconv.ParseFloat(m[2], 64); err == nil {
			t.inNote[m[1]] = v
		}
	}
	return t
}

var (
	noteBound = regexp.MustCompile(`([\w-]+) \(?abs ([0-9][0-9.e-]*[0-9])\b`)
	indices   = regexp.MustCompile(`\[\d+\]`)
	digits    = regexp.MustCompile(`[0-9][0-9.]*(e-[0-9]+)?`)
)

// nearZero is what a value that should be zero may be off by rounding alone, in a file with relative bounds only.
const nearZero = 1e-12

// at gives the relative and the absolute bound for the value at a path.
func (t tolerances) at(place string, want float64) (rel, abs float64) {
	place = strings.ReplaceAll(indices.ReplaceAllString(place, ""), ".", "/")
	if v, ok := t.inNote[place]; ok {
		return 0, v
	}
	b := bound{"*", "rel", "abs"}
	for _, rule := range t.rules {
		if ok, err := path.Match(rule.pattern, place); err == nil && ok {
			b = rule
			break
		}
	}
	if b.abs == "printed" {
		return 0, halfLastDigit(want)
	}
	rel, abs = t.entry(b.rel, "rel"), t.entry(b.abs, "abs")
	if b.abs != "none" && rel > 0 && math.Abs(want) < nearZero {
		abs = math.Max(abs, nearZero)
	}
	return rel, abs
}

// halfLastDigit is what rounding to the digits of a printed number can hide: 0.05 for −27.3.
func halfLastDigit(printed float64) float64 {
	_, decimals, _ := strings.Cut(strconv.FormatFloat(printed, 'f', -1, 64), ".")
	return 0.5 * math.Pow10(-len(decimals)) * (1 + 1e-9)
}

// entry reads one number of the tolerance: written as such, as decimals that were printed ("2 decimals": half a unit
// of the last), or inside a phrase ("exact integers; lp abs 1e-6"). An entry that the file lacks is its general one.
func (t tolerances) entry(name, general string) float64 {
	if name == "" || name == "none" {
		return 0
	}
	v, ok := t.file[name]
	if !ok {
		v = t.file[general]
	}
	switch v := v.(type) {
	case float64:
		return v
	case string:
		if d, ok := strings.CutSuffix(v, " decimals"); ok {
			x, _ := strconv.ParseFloat("0.5e-"+d, 64)
			return x
		}
		if _, after, ok := strings.Cut(v, " abs "); ok {
			x, _ := strconv.ParseFloat(digits.FindString(after), 64)
			return x
		}
	}
	return 0
}
