package browser

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// comparePages answers, on the real engine, whether Göteborg's cost of addiction care is unlike similar municipalities': by
// clicking, without script, on a phone and on paper. What is downloaded is what is shown.
func comparePages(t *testing.T, p *program) {
	ctx := tab(t)
	text := func() string {
		t.Helper()
		out, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.textContent"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(out, "\u00a0", " ")
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(p.url+"/indikator/cost_addiction_care_adults?area=SE-1480"),
		chromedp.Click(chromedp.CSS(`a[href="/jamfor/cost_addiction_care_adults?area=SE-1480"]`)), chromedp.WaitVisible(chromedp.CSS("#liknande"))); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Göteborg: 1 406 kronor per invånare, 2022.", "Stockholm", "Siffror finns för 64 av 290 kommuner.", "syns först från", "Det finns inget trattdiagram.", "Ingen rangordning"} {
		if got := text(); !strings.Contains(got, want) {
			t.Errorf("the comparison does not say %q", want)
		}
	}
	screenshot(t, ctx, "compare-goteborg")
	if err := chromedp.Do(ctx, chromedp.SetValue(chromedp.CSS(`input[name="q"]`), "boras"), chromedp.Click(chromedp.CSS(`form[action$="#tabell"] button`)), chromedp.WaitVisible(chromedp.CSS("#tabell"))); err != nil {
		t.Fatal(err)
	}
	rows := ""
	for range 100 { // the page that was searched has the same heading, so the heading does not tell when the answer is there
		var err error
		if rows, err = chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll('.differences tbody th')].map(e => e.textContent).join()`)); err == nil && rows == "Borås" {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if rows != "Borås" {
		t.Errorf("the search for boras gives %q", rows)
	}
	for name, x := range map[string]struct {
		path  string
		width int64
		says  []string
	}{
		"compare-list":         {"/jamfor", 1280, []string{"Kommuner (64)", "Länder (30)"}},
		"compare-countries":    {"/jamfor/drug_induced_deaths_per_100000", 1280, []string{"Av 27 områden ligger", "Spiegelhalter 2005", "Benjamini–Hochberg", "Säkerställt högre än Sverige"}},
		"compare-phone":        {"/jamfor/cost_addiction_care_adults?area=SE-1480", 390, []string{"Områden som liknar Göteborg"}},
		"compare-regions":      {"/jamfor/drug_related_deaths_broad_per_100000?niva=region&area=SE-12", 390, []string{"För 17 av regionerna finns inget värde.", "färre än fem områden"}},
		"compare-english":      {"/en/jamfor/reported_drug_offences?area=SE-1480", 320, []string{"There are figures for 64 of 290 municipalities.", "not the number behind it"}},
		"compare-number":       {"/jamfor/drug_induced_deaths", 1280, []string{"växer med områdets storlek"}},
		"compare-municipality": {"/jamfor/cost_addiction_care_adults?area=SE-1480&efter=kopt&lika=3&period=2015", 1280, []string{"2015", "andel köpt missbruksvård"}},
	} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(x.width, 900), chromedp.Navigate(p.url+x.path)); err != nil {
			t.Fatal(err)
		}
		for _, want := range x.says {
			if !strings.Contains(text(), want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
		over, err := chromedp.Run(ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
		if err != nil || over > 0 {
			t.Errorf("%s scrolls sideways by %d px (%v)", name, over, err)
		}
		axe(t, ctx, x.path)
		screenshot(t, ctx, name)
	}
	compareFiles(t, p)
	compareForced(t, p)
}

// compareFiles holds the file against the page: the same areas, in the same order, with the same figures.
func compareFiles(t *testing.T, p *program) {
	ctx := tab(t)
	const path = "/jamfor/cost_addiction_care_adults"
	if err := chromedp.Do(ctx, chromedp.Navigate(p.url+path+"?area=SE-1480&q=s")); err != nil {
		t.Fatal(err)
	}
	shown, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll('.differences tbody tr')].map(e => new URL(e.querySelector('a').href).searchParams.get('area')).join()`))
	if err != nil {
		t.Fatal(err)
	}
	_, _, file := p.get(t, path+".csv?area=SE-1480&q=s")
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, r := range rows[1:] {
		codes = append(codes, r[2])
	}
	if got := strings.Join(codes, ","); got != shown || len(codes) < 10 {
		t.Errorf("the file holds %s, the page shows %s", got, shown)
	}
}

// compareForced opens the page as a reader with forced colours has it, and the printed page.
func compareForced(t *testing.T, p *program) {
	ctx := tab(t)
	for name, media := range map[string]emulation.SetEmulatedMediaParams{
		"compare-forced": {Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}},
		"compare-print":  {Media: "print"},
		"compare-dark":   {Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}},
	} {
		if err := chromedp.Do(ctx, emulate(media), chromedp.EmulateViewport(1000, 900), chromedp.Navigate(p.url+"/jamfor/drug_induced_deaths_per_100000")); err != nil {
			t.Fatal(err)
		}
		seen, err := chromedp.Run(ctx, chromedp.Evaluate[int](`[...document.querySelectorAll('rect.bar, .mark')].filter(e => e.getClientRects().length && getComputedStyle(e).stroke !== 'none').length`))
		if err != nil || seen < 40 {
			t.Errorf("%s: %d bars and marks are drawn (%v)", name, seen, err)
		}
		axe(t, ctx, "/jamfor/drug_induced_deaths_per_100000")
		screenshot(t, ctx, name)
	}
}
