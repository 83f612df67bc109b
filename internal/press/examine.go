package press

import (
	"context"
	"errors"
	"fmt"

	"utfall/dashboard"
	"utfall/schema"
)

// Finding is what was found of one kind of file.
type Finding struct {
	Name, Found, Remedy string
	OK                  bool
}

// Examine makes a small file of each kind and tells what came of it.
func (p *Press) Examine(ctx context.Context) []Finding {
	job := dashboard.PrintJob{Title: "Prov", Lang: schema.SV, HTML: []byte("<!doctype html><html lang=\"sv\"><title>Prov</title><p>Prov"),
		Word: []byte("<!doctype html><html lang=\"sv\"><title>Prov</title><p>Prov")}
	var out []Finding
	for _, x := range []struct {
		name, path string
		make       func(context.Context, dashboard.PrintJob) ([]byte, error)
	}{{"PDF of briefings", p.chromium, p.PDF}, {"Word files of briefings", p.pandoc, p.DOCX}} {
		content, err := x.make(ctx, job)
		var absent dashboard.ErrNoPress
		switch {
		case errors.As(err, &absent):
			out = append(out, Finding{Name: x.name, Found: "not to be had", Remedy: absent.Text.EN})
		case err != nil:
			out = append(out, Finding{Name: x.name, Found: err.Error(), Remedy: "run " + x.path + " by hand and see what it says"})
		default:
			out = append(out, Finding{Name: x.name, OK: true, Found: fmt.Sprintf("%s made a page of %d kB", x.path, (len(content)+1023)/1024)})
		}
	}
	return out
}
