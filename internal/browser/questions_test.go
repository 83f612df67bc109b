package browser

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// step is one thing that somebody does on a page: clicks, or sets a field. leads says that another page comes of it.
type step struct {
	click string // what is clicked
	field string // the field that is set
	value string
	leads bool
}

func link(selector string) step     { return step{click: selector, leads: true} }
func set(field, value string) step  { return step{field: field, value: value} }
func send(form string) step         { return step{click: form + " button", leads: true} }
func area(code string) []step       { return []step{set("select[name=area]", code), send("form.choose")} }
func after(s []step, x step) []step { return append(s, x) }

// The questions of docs/fragor.md, in its order: the clicks from the overview, where they lead, and what stands there.
var questions = []struct {
	steps []step
	path  string
	says  []string
}{
	{[]step{link(`a[href^="/indikator/drug_induced_deaths?"]`), link(`nav.measures a[href*="vy=definitioner"]`)},
		"/indikator/drug_induced_deaths?area=SE&vy=definitioner", []string{"2023", "474", "2013", "476", "860", "370", "Olycksfall"}},
	{after(area("SE-1480"), link(`header nav a[href^="/vardkedja"]`)), "/vardkedja?area=SE-1480", []string{"Göteborg", "1 406", "Stockholm", "971", "Malmö", "996", "2022 års priser"}},
	{[]step{link(`header nav a[href^="/pastaenden"]`), link(`a[href^="/pastaenden/c03"]`)}, "/pastaenden/c03", []string{"definitionsberoende", "−50 %", "+26 %", "ca 3 200 (1 november 1999)"}},
	{[]step{link(`a[href^="/indikator/drug_induced_deaths?"]`), set("input[name=utgava]", "0"), send("form.vintages")},
		"/indikator/drug_induced_deaths?area=SE&as_of=", []string{"visa nuläget", "661"}},
	{[]step{link(`header nav a[href^="/pastaenden"]`), link(`a[href^="/pastaenden/c01"]`)}, "/pastaenden/c01", []string{"5,87 gånger", "370 (2022) mot 63 (2022)"}},
	{[]step{link(`header nav a[href^="/insatser"]`), link(`a[href^="/insatser/nsp_law_2017"]`)}, "/insatser/nsp_law_2017", []string{"Före och efter", "får inte tillskrivas händelsen"}},
	{[]step{link(`a[href^="/indikator/lvm_in_care?"]`)}, "/indikator/lvm_in_care?area=SE", []string{"325", "291–362", "ingen säkerställd förändring", "Ingen bedömning görs"}},
	{[]step{set("select[name=area]", "SE-14"), set("input[name=q]", "sprututbite"), send("form.choose"), link(`a[href^="/indikator/nsp_participants?"]`)},
		"/indikator/nsp_participants?area=SE-14", []string{"1 107"}},
	{after(area("SE-1480"), link(`a[href^="/indikator/cost_addiction_care_adults?"]`)), "/indikator/cost_addiction_care_adults?area=SE-1480", []string{"1 406", "CSV för Excel"}},
	{[]step{link(`footer a[href^="/kvalitet"]`)}, "/kvalitet", []string{"Senaste period", "Väntas", "Avvisade rader"}},
}

// Each question is answered by clicking from the overview. Time is printed and not tested: machines differ.
func tenQuestions(t *testing.T, p *program) {
	ctx := tab(t)
	for i, q := range questions {
		name := fmt.Sprintf("fraga-%d", i+1)
		started := time.Now()
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(p.url+"/")); err != nil {
			t.Fatal(err)
		}
		for _, s := range q.steps {
			if err := s.do(ctx); err != nil {
				t.Fatalf("%s: %+v: %v", name, s, err)
			}
		}
		took := time.Since(started)
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.pathname + location.search + '\\n' + document.body.textContent"))
		if err != nil {
			t.Fatal(err)
		}
		where, shown, _ := strings.Cut(strings.ReplaceAll(text, "\u00a0", " "), "\n")
		if !strings.HasPrefix(where, q.path) {
			t.Errorf("%s: the clicks lead to %s, not to %s", name, where, q.path)
		}
		for _, want := range q.says {
			if !strings.Contains(shown, want) {
				t.Errorf("%s: %s does not say %q", name, where, want)
			}
		}
		t.Logf("%s: %d steps, answered in %.1f s at %s", name, len(q.steps), took.Seconds(), where)
		screenshot(t, ctx, name)
	}
}

// do does a step as a person would, and waits for the page that it leads to.
func (s step) do(ctx context.Context) error {
	if s.field != "" {
		return chromedp.Do(ctx, chromedp.SetValue(chromedp.CSS(s.field), s.value))
	}
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void]("window.before = true"), chromedp.Click(chromedp.CSS(s.click))); err != nil || !s.leads {
		return err
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		arrived, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("window.before === undefined && document.readyState === 'complete'"))
		if err == nil && arrived {
			return nil
		}
	}
	return fmt.Errorf("no other page came")
}
