package main

import (
	"context"

	"utfall/dashboard/web"
	"utfall/internal/engine"
	"utfall/internal/press"
)

// pressChecks make a small PDF and a small Word file, so that a program that is there and does not work is found out.
func pressChecks(ctx context.Context, p *press.Press) []engine.Check {
	var out []engine.Check
	for _, x := range p.Examine(ctx) {
		out = append(out, engine.Check{Name: x.Name, OK: x.OK, Found: x.Found, Remedy: x.Remedy, Extra: true})
	}
	return out
}

// assetCheck tells whether the program was built with the pages' script and fonts.
func assetCheck() engine.Check {
	if _, _, err := web.Files(); err != nil {
		return engine.Check{Name: "pages' script and fonts", Found: err.Error(), Remedy: "make deps build"}
	}
	return engine.Check{Name: "pages' script and fonts", OK: true, Found: "built in"}
}
