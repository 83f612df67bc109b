package browser

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"utfall/dashboard"
)

// everyPage is one address of each kind of page. A new page is added here, and is then checked in both languages, in
// Swedish at 320 px and in English on a desktop.
var everyPage = []string{
	"/", "/?area=SE-1480", "/indikator/drug_induced_deaths?area=SE", "/indikator/drug_induced_deaths?area=SE&vy=styrdiagram",
	"/indikator/drug_induced_deaths?area=SE&vy=definitioner", "/indikator/drug_induced_deaths?area=SE,DK,NO&axel=fri", "/?q=ingen-traff-alls",
	"/indikator/lvm_in_care?vy=delat", "/indikator/institutional_share", "/metod", "/kvalitet", "/drift", "/tillganglighet",
	"/vardkedja", "/insatser", "/insatser/nsp_law_2017", "/pastaenden", "/pastaenden/c01",
	"/jamfor", "/jamfor/cost_addiction_care_adults?area=SE-1480", "/jamfor/drug_induced_deaths_per_100000", "/jamfor/drug_related_deaths_broad_per_100000?niva=region&area=SE-12", "/jamfor/drug_induced_deaths",
	"/data", "/inbaddad/drug_induced_deaths?area=SE,DK",
	"/genomgang", "/genomgang/brukarrum", "/genomgang/narkotikadodlighet", "/genomgang/narkotikadodlighet/redigera", "/genomgang/vantetider/redigera?efter=brukarrum",
}

// assessment gathers what the checker says of each page.
var assessment = struct {
	sync.Mutex
	dashboard.Assessment
}{Assessment: dashboard.Assessment{Standard: "WCAG 2.1 AA", Pages: []string{}, Faults: []dashboard.Fault{}}}

func assessed(page, rule, help string) {
	assessment.Lock()
	defer assessment.Unlock()
	if !slices.Contains(assessment.Pages, page) {
		assessment.Pages = append(assessment.Pages, page)
	}
	if rule != "" {
		assessment.Faults = append(assessment.Faults, dashboard.Fault{Page: page, Rule: rule, Help: help})
	}
}

// everyPageIsAccessible opens every page in both languages, one of them as narrow as pages get.
func everyPageIsAccessible(t *testing.T, p *program) {
	ctx := tab(t)
	for _, path := range everyPage {
		for _, x := range []struct {
			prefix string
			width  int64
		}{{"", 320}, {"/en", 1280}} {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(x.width, 900), chromedp.Navigate(p.url+x.prefix+path)); err != nil {
				t.Fatal(err)
			}
			over, err := chromedp.Run(ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
			if err != nil || over > 0 {
				t.Errorf("%s%s at %d px scrolls sideways by %d px (%v)", x.prefix, path, x.width, over, err)
			}
			axe(t, ctx, x.prefix+path)
		}
		// 1280 px at twice the size; 320 px above is the same at four times.
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(640, 450)); err != nil {
			t.Fatal(err)
		}
		over, err := chromedp.Run(ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
		if err != nil || over > 0 {
			t.Errorf("%s at twice the size scrolls sideways by %d px (%v)", path, over, err)
		}
	}
	report(t, ctx)
}

// report writes the assessment where the accessibility statement is made from, when asked to.
func report(t *testing.T, ctx context.Context) {
	to := os.Getenv("UTFALL_ACCESSIBILITY")
	if to == "" {
		return
	}
	agent, err := chromedp.Run(ctx, chromedp.Evaluate[string]("navigator.userAgent"))
	if err != nil {
		t.Fatal(err)
	}
	version, err := chromedp.Run(ctx, chromedp.Evaluate[string]("axe.version"))
	if err != nil {
		t.Fatal(err)
	}
	a := assessment.Assessment
	a.Date, a.Checker, a.Browser = time.Now().Format(time.DateOnly), "axe-core "+version, "Chromium"
	for part := range strings.FieldsSeq(agent) {
		if name, number, ok := strings.Cut(part, "/"); ok && strings.HasSuffix(name, "Chrome") {
			major, _, _ := strings.Cut(number, ".")
			a.Browser = "Chromium " + major
		}
	}
	slices.Sort(a.Pages)
	out, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, append(out, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// byKeyboard goes from the overview to an indicator's chosen measure with Tab and Enter alone; what has the focus is seen.
func byKeyboard(t *testing.T, p *program) {
	ctx := tab(t)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(p.url+"/")); err != nil {
		t.Fatal(err)
	}
	if !tabTo(t, ctx, "a.skip") {
		t.Error("the first stop is not the link to the content")
	}
	if !tabTo(t, ctx, `a[href^="/indikator/drug_induced_deaths?"]`) {
		t.Fatal("the indicator is not reached with Tab")
	}
	press(t, ctx, "Enter", "\r")
	if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS(".measures"))); err != nil {
		t.Fatal(err)
	}
	if !tabTo(t, ctx, `.measures a:not([aria-current])`) {
		t.Error("the other measure is not reached with Tab")
	}
	if !tabTo(t, ctx, ".choices summary") {
		t.Error("the choices are not reached with Tab")
	}
	shown := func(want string) {
		t.Helper()
		n, err := chromedp.Run(ctx, chromedp.Evaluate[string](`String([...document.querySelectorAll('.figures tbody tr')].filter(r => r.checkVisibility()).length)`))
		if err != nil || n != want {
			t.Errorf("%s rows are shown, want %s (%v)", n, want, err)
		}
	}
	shown("20")
	if !tabTo(t, ctx, ".rest input") {
		t.Fatal("the box for all rows is not reached with Tab")
	}
	press(t, ctx, " ", " ")
	shown("29")
	if err := chromedp.Do(ctx, chromedp.Navigate(p.url+"/jamfor/cost_addiction_care_adults?area=SE-1480")); err != nil {
		t.Fatal(err)
	}
	if !tabTo(t, ctx, `select[name="area"]`) {
		t.Fatal("the area is not reached with Tab")
	}
	for letter := range strings.SplitSeq("mal", "") { // a list takes what is typed: Malmö
		press(t, ctx, letter, letter)
	}
	if !tabTo(t, ctx, ".choose button") {
		t.Fatal("the button is not reached with Tab")
	}
	press(t, ctx, "Enter", "\r")
	chosen := ""
	for end := time.Now().Add(20 * time.Second); chosen != "SE-1280" && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		var err error
		if chosen, err = chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector('select[name="area"] option[selected]')?.value ?? ''`)); err != nil {
			t.Fatal(err)
		}
	}
	if chosen != "SE-1280" {
		t.Errorf("the area chosen by keyboard is %q", chosen)
	}
}

func press(t *testing.T, ctx context.Context, key, text string) {
	t.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
		event := input.DispatchKeyEventParams{Type: kind, Key: key, Code: key}
		switch key {
		case "Tab":
			event.WindowsVirtualKeyCode = 9
		case "Enter":
			event.WindowsVirtualKeyCode = 13
		default: // a letter, or the space bar
			event.WindowsVirtualKeyCode = int64(strings.ToUpper(key)[0])
		}
		if text != "" && kind == input.DispatchKeyEventTypeRawKeyDown {
			event.Type, event.Text = input.DispatchKeyEventTypeKeyDown, text
		}
		if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, event); err != nil {
			t.Fatal(err)
		}
	}
}

// tabTo presses Tab until what a selector names has the focus, with an outline to be seen, or a hundred stops are passed.
func tabTo(t *testing.T, ctx context.Context, selector string) bool {
	t.Helper()
	for range 100 {
		press(t, ctx, "Tab", "")
		state, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => { const e = document.activeElement
			return (e.matches(`+"`"+selector+"`"+`) ? 'there' : '') + (getComputedStyle(e).outlineStyle === 'none' ? ' unseen' : '') })()`))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(state, "there") {
			if strings.HasSuffix(state, "unseen") {
				t.Errorf("the focus on %s cannot be seen", selector)
			}
			return true
		}
	}
	return false
}
