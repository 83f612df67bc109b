package browser

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// What a reader's first page and the next may weigh, in bytes on the wire and in requests.
const (
	firstBytes, firstRequests = 200_000, 12
	nextBytes                 = 40_000
)

type load struct {
	Requests, Bytes int
	Paint           float64 // ms until the largest part of the page was painted
}

// measure asks the browser what the open page has cost.
const measure = `new Promise(done => {
	new PerformanceObserver((list, o) => {
		const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
		o.disconnect()
		done(JSON.stringify({ Requests: entries.length, Bytes: entries.reduce((n, e) => n + e.transferSize, 0), Paint: list.getEntries().at(-1).startTime }))
	}).observe({ type: 'largest-contentful-paint', buffered: true })
})`

// weight opens two pages in a fresh browser that is slowed four times, in three browsers one after the other: the first also
// waits for Chromium's own files. The chart can be read as soon as the page is painted, because it is part of the page. Time
// is printed and not tested: machines differ.
func weight(t *testing.T, p *program) {
	var first, next []float64
	for _, nth := range []string{"one", "two", "three"} { // each browser ends before the next begins
		t.Run(nth, func(t *testing.T) {
			a, b := weigh(t, p)
			first, next = append(first, a), append(next, b)
		})
	}
	if t.Failed() {
		return
	}
	slices.Sort(first)
	slices.Sort(next)
	t.Logf("largest paint, median of three: first page %.0f ms, next %.0f ms", first[1], next[1])
}

func weigh(t *testing.T, p *program) (firstPaint, nextPaint float64) {
	t.Helper()
	ctx := tab(t)
	slow := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4})
		return err
	})
	open := func(path string) load {
		if err := chromedp.Do(ctx, chromedp.Navigate(p.url+path)); err != nil {
			t.Fatal(err)
		}
		out, err := chromedp.Run(ctx, chromedp.Evaluate[string](measure, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		var l load
		if err := json.Unmarshal([]byte(out), &l); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: largest paint %.0f ms with the processor slowed 4 times, %d bytes in %d requests", path, l.Paint, l.Bytes, l.Requests)
		return l
	}
	if err := chromedp.Do(ctx, slow, chromedp.EmulateViewport(1280, 900)); err != nil {
		t.Fatal(err)
	}
	first := open("/indikator/drug_induced_deaths?area=SE")
	if first.Bytes > firstBytes || first.Requests > firstRequests {
		t.Errorf("the first page weighs %d bytes in %d requests; at most %d in %d", first.Bytes, first.Requests, firstBytes, firstRequests)
	}
	next := open("/indikator/lvm_in_care")
	if next.Bytes > nextBytes {
		t.Errorf("the next page weighs %d bytes; at most %d", next.Bytes, nextBytes)
	}
	return first.Paint, next.Paint
}
