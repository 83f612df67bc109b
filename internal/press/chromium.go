package press

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"utfall/dashboard"
)

// flags are the same for every run: a profile of its own, no network, nothing that outlives the run.
func flags(dir string) []string {
	list := []string{"--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-sync",
		"--disable-background-networking", "--disable-component-update", "--disable-breakpad", "--disable-crash-reporter", "--no-pings",
		"--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars", "--lang=sv-SE",
		"--user-data-dir=" + filepath.Join(dir, "profile")}
	if os.Geteuid() == 0 { // Chromium refuses to start its sandbox as root; the page runs no script and reaches no network
		list = append(list, "--no-sandbox")
	}
	return list
}

// PDF prints a page: tagged, with the language of the page and an outline of its headings. What stands over and under each
// page is in the page's own @page rules.
func (p *Press) PDF(ctx context.Context, job dashboard.PrintJob) ([]byte, error) {
	if err := p.Can("pdf"); err != nil {
		return nil, err
	}
	free, err := p.take(ctx)
	if err != nil {
		return nil, err
	}
	defer free()
	dir, remove, err := folder()
	if err != nil {
		return nil, err
	}
	defer remove()
	address, err := write(dir, "page.html", job.HTML)
	if err != nil {
		return nil, err
	}
	out := filepath.Join(dir, "page.pdf")
	if err := p.run(ctx, dir, p.chromium, append(flags(dir), "--no-pdf-header-footer", "--generate-pdf-document-outline", "--print-to-pdf="+out, address)...); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(out)
	if err != nil || !bytes.HasPrefix(b, []byte("%PDF-")) {
		return nil, errors.Join(errors.New("press: Chromium ended and left no PDF"), err)
	}
	return b, nil
}

func write(dir, name string, content []byte) (address string, err error) {
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return "", fmt.Errorf("press: %w", err)
	}
	return (&url.URL{Scheme: "file", Path: path}).String(), nil
}

// sharpness is how many pixels of a picture stand for one unit of the chart: 760 units on 160 mm of paper are 240 to the
// inch.
const sharpness = 2

// pictures draws the charts of a job into a folder, one PNG for each. The page has them under each other; one picture of
// the whole is taken and cut.
func (p *Press) pictures(ctx context.Context, dir string, job dashboard.PrintJob) error {
	if len(job.Charts) == 0 {
		return nil
	}
	address, err := write(dir, "charts.html", job.ChartPage)
	if err != nil {
		return err
	}
	const bar = 200 // what Chromium takes off a window's height for bars that it does not show
	height, width := bar, 0
	for _, c := range job.Charts {
		height, width = height+c.Height, max(width, c.Width)
	}
	shot := filepath.Join(dir, "charts.png")
	size := fmt.Sprintf("--window-size=%d,%d", max(width, 500), height)
	if err := p.run(ctx, dir, p.chromium, append(flags(dir), "--force-device-scale-factor="+strconv.Itoa(sharpness), size, "--screenshot="+shot, address)...); err != nil {
		return err
	}
	f, err := os.Open(shot)
	if err != nil {
		return fmt.Errorf("press: Chromium ended and left no picture: %w", err)
	}
	defer func() { _ = f.Close() }()
	whole, err := png.Decode(f)
	if err != nil {
		return fmt.Errorf("press: the charts' picture: %w", err)
	}
	top := 0
	for _, c := range job.Charts {
		from := image.Rect(0, top*sharpness, c.Width*sharpness, (top+c.Height)*sharpness)
		if !from.In(whole.Bounds()) {
			return fmt.Errorf("press: chart %s lies outside the picture of %v", c.Name, whole.Bounds())
		}
		part := image.NewRGBA(image.Rect(0, 0, from.Dx(), from.Dy()))
		draw.Draw(part, part.Bounds(), whole, from.Min, draw.Src)
		var b bytes.Buffer
		if err := png.Encode(&b, part); err != nil {
			return fmt.Errorf("press: chart %s: %w", c.Name, err)
		}
		if _, err := write(dir, c.Name, b.Bytes()); err != nil {
			return err
		}
		top += c.Height
	}
	return nil
}
