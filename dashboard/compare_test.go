package dashboard

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"utfall/schema"
)

const costID = "cost_addiction_care_adults"

// municipalities gives twelve years of cost for a few municipalities, each a steady multiple of Göteborg's, with a ripple.
func municipalities(t *testing.T, ratio map[string]float64) []schema.Observation {
	t.Helper()
	var out []schema.Observation
	for y := 2011; y <= 2022; y++ {
		for code, r := range ratio {
			ripple := 1.0
			if code != "SE-1480" {
				ripple += 0.02 * float64(1-2*(y%2))
			}
			out = append(out, figure(t, costID, code, fmt.Sprint(y), 1000*r*ripple))
		}
	}
	return out
}

func plain(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }

// What an official reads first must count what is established, and must put no word of position on what is not.
func TestComparePage(t *testing.T) {
	figures := municipalities(t, map[string]float64{"SE-1480": 1, "SE-0180": 0.6, "SE-1280": 1.01, "SE-0380": 1.5})
	for code, people := range map[string]float64{"SE-1480": 600e3, "SE-0180": 985e3, "SE-1280": 357e3} {
		figures = append(figures, figure(t, "population", code, "2022", people))
	}
	s := server(t, &stubReader{figures: figures})
	res, body := ask(t, s, "/jamfor/"+costID+"?area=SE-1480")
	body = plain(body)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("status %d", res.StatusCode)
	}
	for _, want := range []string{
		"Göteborg: 1 000 kronor per invånare, 2022.",
		"Av de två områden som liknar det mest är inget säkerställt högre och ett säkerställt lägre; för ett är ingen skillnad säkerställd.",
		"Av alla tre andra områden är ett säkerställt högre och ett säkerställt lägre",
		"Siffror finns för 4 av 290 kommuner.",
		"Det finns inget trattdiagram.",
		"folkmängd (i kvot)",
		"Utan uppgift för Göteborg och därför inte med: andel köpt missbruksvård",
		"syns först från",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	row := body[strings.Index(body, `<table class="stack differences">`):]
	row = row[strings.Index(row, ">Malmö<"):]
	row = row[:strings.Index(row, "</tr>")]
	if !strings.Contains(row, "ingen säkerställd skillnad") || strings.Contains(row, "högre") || strings.Contains(row, "lägre") {
		t.Errorf("a difference that is not established has a word of position: %s", row)
	}
	if strings.Contains(body, " style=") {
		t.Error("a style attribute would be blocked by the policy")
	}
}

func TestComparePageInEnglish(t *testing.T) {
	s := server(t, &stubReader{figures: municipalities(t, map[string]float64{"SE-1480": 1, "SE-0180": 0.6})})
	_, body := ask(t, s, "/en/jamfor/"+costID+"?area=SE-1480")
	if body = plain(body); !strings.Contains(body, "none are established as higher and one as lower") || strings.Contains(body, "säkerställ") {
		t.Error("the English page is not in English")
	}
}

// Whatever an address holds, the answer is a page that says what to do.
func TestCompareBadAddresses(t *testing.T) {
	s := server(t, &stubReader{figures: municipalities(t, map[string]float64{"SE-1480": 1, "SE-0180": 0.6})})
	many := make([]string, 10000)
	for i := range many {
		many[i] = fmt.Sprintf("SE-%04d", i)
	}
	for path, want := range map[string]int{
		"/jamfor/nope": 404, "/jamfor/" + costID + "?area=SE-9999": 404, "/jamfor/" + costID + "?area=SE-1480,SE-0180": 400,
		"/jamfor/" + costID + "?area=SE-1480&area=SE-0180": 400,
		"/jamfor/" + costID + "?period=1950":               404, "/jamfor/" + costID + "?period=snart": 400, "/jamfor/" + costID + "?niva=land": 404,
		"/jamfor/" + costID + "?lika=0": 400, "/jamfor/" + costID + "?lika=9999": 400, "/jamfor/" + costID + "?lika=x": 400, "/jamfor/" + costID + "?efter=skostorlek": 400,
		"/jamfor/" + costID + "?variant=nope": 400, "/jamfor/" + costID + "?sex=X": 400, "/jamfor/" + costID + "?age=x": 400, "/jamfor/" + costID + "?as_of=1999-01-01": 404,
		"/jamfor?area=XX": 404, "/jamfor/" + costID + "?area=%3C/script%3E": 404, "/jamfor/" + costID + ".csv?dialekt=x": 400, "/jamfor/nope.json": 404,
		"/jamfor/" + costID + "?q=%3C/script%3E%3Cscript%3Ealert(1)":   200,
		"/jamfor/" + costID + "?area=" + strings.Join(many[:900], ","): 400,
	} {
		res, body := ask(t, s, path)
		if res.StatusCode != want {
			t.Errorf("%.60s: status %d, want %d", path, res.StatusCode, want)
		}
		if strings.Contains(body, "</script><script>alert") || strings.Contains(body, "goroutine") {
			t.Errorf("%.60s: the page holds what the address brought", path)
		}
	}
	if res, _ := ask(t, s, "/jamfor/"+costID+"?area="+strings.Join(many[:1500], ",")); res.StatusCode != 414 {
		t.Errorf("too long an address gives %d", res.StatusCode)
	}
}

// Missing is typed, never 0: a suppressed figure is shown as such, in the table, the picture and the file.
func TestCompareMissing(t *testing.T) {
	figures := municipalities(t, map[string]float64{"SE-1480": 1, "SE-0180": 0.6, "SE-1280": 1.3})
	for i := range figures {
		if figures[i].Area == "SE-1280" && figures[i].Period.String() == "2022" {
			figures[i].Missing, figures[i].Value = schema.SuppressedPrimary, 0
		}
	}
	s := server(t, &stubReader{figures: figures})
	_, body := ask(t, s, "/jamfor/"+costID+"?area=SE-1480&period=2022")
	if n := strings.Count(body, "undertryckt"); n < 3 { // the table, the wide picture and the narrow one
		t.Errorf("the suppressed figure is said %d times", n)
	}
	_, file := ask(t, s, "/jamfor/"+costID+".csv?area=SE-1480&period=2022")
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("the file has %d rows (%v), want a header and the three areas of the table", len(rows), err)
	}
	for _, r := range rows {
		if r[2] == "SE-1280" && (r[7] != "" || r[11] != "suppressed") {
			t.Errorf("the suppressed figure is %q %q in the file", r[7], r[11])
		}
	}
	all := municipalities(t, map[string]float64{"SE-1480": 1, "SE-0180": 0.6})
	for i := range all {
		all[i].Missing = schema.OtherMissing
	}
	if res, body := ask(t, server(t, &stubReader{figures: all}), "/jamfor/"+costID+"?area=SE-1480"); res.StatusCode != 200 || !strings.Contains(body, "uppgift saknas") || strings.Contains(body, "säkerställt högre och") {
		t.Errorf("nothing but missing: status %d", res.StatusCode)
	}
	for _, alone := range [][]schema.Observation{nil, municipalities(t, map[string]float64{"SE-1480": 1})} {
		if res, body := ask(t, server(t, &stubReader{figures: alone}), "/jamfor/"+costID); res.StatusCode != 200 || !strings.Contains(body, "inget att jämföra") {
			t.Errorf("%d figures of one area: status %d", len(alone), res.StatusCode)
		}
	}
}

// The files hold what the table says of each area: the verdict and the numbers behind it, nothing for the chosen one.
func TestCompareFilesHoldTheDifferences(t *testing.T) {
	s := server(t, &stubReader{figures: municipalities(t, map[string]float64{"SE-1480": 1, "SE-0180": 0.6, "SE-1280": 1.01})})
	_, file := ask(t, s, "/jamfor/"+costID+".csv?area=SE-1480&dialekt=sv")
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff")))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows (%v)", len(rows), err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	for _, row := range rows[1:] {
		want := map[string]string{"SE-1480": "", "SE-0180": "lower", "SE-1280": "not_shown"}[row[at["area"]]]
		if row[at["verdict"]] != want || want == "" && row[at["ratio"]] != "" || want != "" && (!strings.Contains(row[at["ratio"]], ",") || row[at["compared_with"]] != "SE-1480" || row[at["detectable_rise"]] == "") {
			t.Errorf("%s: %q", row[at["area"]], row)
		}
	}
	_, text := ask(t, s, "/jamfor/"+costID+".json?area=SE-1480")
	var list []struct {
		Area       string
		Comparison map[string]any
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) != 3 {
		t.Fatalf("%d objects (%v)", len(list), err)
	}
	for _, x := range list {
		if x.Area == "SE-0180" && (x.Comparison["verdict"] != "lower" || x.Comparison["p"] != nil) {
			t.Errorf("Stockholm: %v", x.Comparison)
		}
	}
}

func TestCompareSearch(t *testing.T) {
	s := server(t, &stubReader{figures: municipalities(t, map[string]float64{"SE-1480": 1, "SE-0180": 0.6, "SE-1280": 1.3})})
	_, body := ask(t, s, "/jamfor/"+costID+"?area=SE-1480&q=goteb")
	table := body[strings.Index(body, `<table class="stack differences">`):]
	if !strings.Contains(table, ">Göteborg<") || strings.Contains(table, ">Malmö<") {
		t.Error("the search by a part of the name without accents does not find Göteborg alone")
	}
	if _, body = ask(t, s, "/jamfor/"+costID+"?q=bor%C3%A5s"); !strings.Contains(body, "<li>Borås</li>") || !strings.Contains(body, "Inget område med siffror heter så.") {
		t.Error("an area without figures is not said to lack them")
	}
}

// Numbers grow with the place: the page says so, and where the comparison is.
func TestCompareRefusesNumbers(t *testing.T) {
	var figures []schema.Observation
	for _, code := range []string{"SE", "DK", "NO"} {
		figures = append(figures, figure(t, deathsID, code, "2020", 100))
	}
	_, body := ask(t, server(t, &stubReader{figures: figures}), "/jamfor/"+deathsID)
	if !strings.Contains(body, "växer med områdets storlek") || !strings.Contains(body, `href="/jamfor/drug_induced_deaths_per_100000`) || strings.Contains(body, "säkerställt högre") {
		t.Error("numbers are compared, or the rate is not pointed to")
	}
}

func TestCompareStaysWhenInputsFail(t *testing.T) {
	r := &flaky{stubReader: &stubReader{figures: municipalities(t, map[string]float64{"SE-1480": 1, "SE-0180": 0.6})}}
	s := server(t, r.stubReader)
	s.Reader = r
	res, body := ask(t, s, "/jamfor/"+costID+"?area=SE-1480")
	if res.StatusCode != 200 || !strings.Contains(body, "Kunde inte hämtas just nu") || !strings.Contains(body, ">Stockholm<") || strings.Contains(body, "säkerställt lägre") {
		t.Errorf("status %d: the figures stay and nothing is said of differences", res.StatusCode)
	}
}

// The page asks the store for its figures and for what stands behind them, and for nothing else.
func TestCompareAsksLittle(t *testing.T) {
	r := &stubReader{figures: municipalities(t, map[string]float64{"SE-1480": 1, "SE-0180": 0.6})}
	s := server(t, r)
	if _, _ = ask(t, s, "/jamfor/"+costID); r.asked > 2 {
		t.Errorf("%d queries for figures, want at most 2", r.asked)
	}
}

func TestCompareList(t *testing.T) {
	r := &stubReader{figures: append(municipalities(t, map[string]float64{"SE-1480": 1, "SE-0180": 0.6}), figure(t, "purchased_share_addiction_care", "SE-1480", "2020", 10), figure(t, deathsID, "SE", "2020", 1), figure(t, deathsID, "DK", "2020", 1))}
	_, body := ask(t, server(t, r), "/jamfor?area=SE-1480")
	if !strings.Contains(body, "/jamfor/"+costID+"?area=SE-1480") || !strings.Contains(body, "Kommuner (2)") {
		t.Error("the cost of two municipalities is not offered")
	}
	if strings.Contains(body, "/jamfor/purchased_share") || strings.Contains(body, "/jamfor/"+deathsID+`"`) {
		t.Error("one area, or a number, is offered for comparison")
	}
	r.fail = map[string]bool{"places": true}
	if res, body := ask(t, server(t, r), "/jamfor"); res.StatusCode != 200 || !strings.Contains(body, "kan inte hämtas just nu") {
		t.Error("a list that cannot be made is not said to be so")
	}
}

// flaky gives the figures of one indicator and fails when it is asked for several.
type flaky struct{ *stubReader }

func (f *flaky) Series(ctx context.Context, q schema.Query) ([]schema.Observation, error) {
	if len(q.Indicators) > 1 || len(q.Indicators) == 1 && q.Indicators[0] != costID {
		return nil, errAway
	}
	return f.stubReader.Series(ctx, q)
}
