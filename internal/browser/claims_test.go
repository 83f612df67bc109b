package browser

import (
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// claimPages opens the pages on claims, interventions and the care chain on the real engine: they say what the figures
// say, fit a phone, and break no rule of the accessibility checker or of the content policy.
func claimPages(t *testing.T, p *program) {
	ctx := tab(t)
	for name, x := range map[string]struct {
		path  string
		width int64
		says  []string
	}{
		"claims":             {"/pastaenden", 1280, []string{"Av nio sätt att räkna är det ett som stöder påståendet och åtta som motsäger det.", "Förändringen började före händelsen"}},
		"claim-ratio":        {"/pastaenden/c01", 1280, []string{"5,87 gånger", "370 (2022) mot 63 (2022)", "när alla siffror som finns först hade lästs in"}},
		"claim-institutions": {"/pastaenden/c03", 1280, []string{"−50 %", "ca 3 200 (1 november 1999)", "minst 1 600"}},
		"claim-phone":        {"/pastaenden/c03", 390, []string{"Svar för varje sätt att räkna"}},
		"claim-denmark":      {"/en/pastaenden/c05", 1280, []string{"The change may not be put down to the event", "SMDBV001"}},
		"claim-research":     {"/pastaenden/c22", 390, []string{"poängsätts inte"}},
		"events":             {"/insatser", 1280, []string{"Första fasta brukarrummet öppnar i Köpenhamn", "bara året är känt"}},
		"event-denmark":      {"/insatser/cph_room_1", 1280, []string{"Tabell som saknas", "får inte tillskrivas händelsen", "Det visar inte att händelsen är orsaken"}},
		"event-controls":     {"/insatser/gbg_nsp_open?indikator=reported_drug_offences", 1280, []string{"Områden utan händelsen", "kan därför inte visa att händelsen är orsaken"}},
		"event-phone":        {"/insatser/gbg_nsp_open?indikator=reported_drug_offences", 390, []string{"Före och efter"}},
		"chain":              {"/vardkedja", 1280, []string{"minst 1 600", "ca 10 400", "2000–2004", "Tabeller som saknas"}},
		"chain-goteborg":     {"/en/vardkedja?area=SE-1480", 320, []string{"are not published for", "Prices of 2022"}},
	} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(x.width, 900), chromedp.Navigate(p.url+x.path)); err != nil {
			t.Fatal(err)
		}
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.textContent"))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range x.says {
			if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), want) {
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
	for path, want := range map[string]int{"/pastaenden/c99": 404, "/insatser/nope": 404, "/insatser/cph_room_1?area=SE": 400, "/insatser/cph_room_1?indikator=nope": 404,
		"/vardkedja?area=XX": 404, "/pastaenden?as_of=1999-01-01": 404, "/pastaenden/%3C/script%3E": 404} {
		if status, _, body := p.get(t, path); status != want || strings.Contains(body, "</script><") || strings.Contains(body, "goroutine") {
			t.Errorf("%s: status %d, want %d", path, status, want)
		}
	}
}

var pastLink = regexp.MustCompile(`href="(/pastaenden/c03\?as_of=[^"]+)"`)

// verdictFollows runs after a delivery changed a figure of 2022 from 325 to 326: the claim's page shows the new figure,
// tells that the answer was computed anew, and leads to the page as it was.
func verdictFollows(t *testing.T, p *program) {
	_, _, page := p.get(t, "/pastaenden/c03")
	plain := strings.ReplaceAll(page, "\u00a0", " ")
	if !strings.Contains(plain, "till 326 (1 november 2022)") || !strings.Contains(plain, "siffror ändrades") {
		t.Error("the claim's page does not follow the changed figure")
	}
	links := pastLink.FindAllStringSubmatch(page, -1)
	if len(links) < 2 {
		t.Fatalf("%d moments in the history, want at least 2", len(links))
	}
	// the oldest moment stands last in the history; the permanent link comes after it in the page's foot
	old := links[len(links)-2][1]
	_, _, then := p.get(t, old)
	if then = strings.ReplaceAll(then, "\u00a0", " "); !strings.Contains(then, "till 325 (1 november 2022)") || strings.Contains(then, "till 326") {
		t.Errorf("%s shows another figure than then", old)
	}
}
