// Package press makes files for paper and for word processors out of a page: PDF by Chromium, DOCX by pandoc, both from
// Debian. Neither is part of the program; where one is absent, the error says what to install.
//
// It owns the two programs' command lines, their time, their processes and what they leave on disk, and the reference
// document that gives a Word file its styles. It may import dashboard for the job that it is given, and nothing else of the
// program. A page to be printed is whole in itself: the programs are let near no network and no other file.
package press

import (
	"context"
	"fmt"
	"os/exec"
	"time"

	"utfall/dashboard"
	"utfall/schema"
)

// Options say which programs are used.
type Options struct {
	Chromium string        // path; "": the first of chromium, chromium-browser and google-chrome in PATH
	Pandoc   string        // path; "": pandoc in PATH
	Time     time.Duration // of one program's run; 0: 30 s
}

// Press makes one file at a time: each takes a processor and 200 MB while it lasts.
type Press struct {
	chromium, pandoc string
	time             time.Duration
	turn             chan struct{}
	queue            chan struct{}
}

// mostWaiting bounds how many files are asked for at once; one more is refused, so that a crowd cannot fill the memory.
const mostWaiting = 16

// New makes a press. Programs that are absent are no error here but when they are needed.
func New(o Options) *Press {
	p := &Press{chromium: found(o.Chromium, "chromium", "chromium-browser", "google-chrome"), pandoc: found(o.Pandoc, "pandoc"),
		time: o.Time, turn: make(chan struct{}, 1), queue: make(chan struct{}, mostWaiting)}
	if p.time == 0 {
		p.time = 30 * time.Second
	}
	return p
}

func found(given string, names ...string) string {
	if given != "" {
		names = []string{given}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

var (
	noChromium = dashboard.ErrNoPress{Text: schema.Text{
		SV: "PDF kan inte göras här: Chromium är inte installerat. På Debian: apt-get install chromium.",
		EN: "PDF cannot be made here: Chromium is not installed. On Debian: apt-get install chromium; or give its path with --chromium."}}
	noPandoc = dashboard.ErrNoPress{Text: schema.Text{
		SV: "Word-filer kan inte göras här: pandoc är inte installerat. På Debian: apt-get install pandoc.",
		EN: "Word files cannot be made here: pandoc is not installed. On Debian: apt-get install pandoc; or give its path with --pandoc."}}
	noPictures = dashboard.ErrNoPress{Text: schema.Text{
		SV: "Word-filer kan inte göras här: Chromium, som ritar diagrammen, är inte installerat. På Debian: apt-get install chromium.",
		EN: "Word files cannot be made here: Chromium, which draws the charts, is not installed. On Debian: apt-get install chromium; or give its path with --chromium."}}
)

// Can tells why files of a kind, pdf or docx, cannot be made; nil if they can.
func (p *Press) Can(kind string) error {
	switch {
	case kind == "pdf" && p.chromium == "":
		return noChromium
	case kind == "docx" && p.pandoc == "":
		return noPandoc
	case kind == "docx" && p.chromium == "":
		return noPictures
	}
	return nil
}

// take waits for the press to be free. The returned function frees it.
func (p *Press) take(ctx context.Context) (free func(), err error) {
	select {
	case p.queue <- struct{}{}:
	default:
		return nil, fmt.Errorf("press: %w", dashboard.ErrBusy)
	}
	select {
	case p.turn <- struct{}{}:
		return func() { <-p.turn; <-p.queue }, nil
	case <-ctx.Done():
		<-p.queue
		return nil, fmt.Errorf("press: waiting for other files: %w", ctx.Err())
	}
}
