package main

import (
	"utfall/dashboard/web"
	"utfall/internal/engine"
)

// assetCheck tells whether the program was built with the pages' script and fonts.
func assetCheck() engine.Check {
	if _, _, err := web.Files(); err != nil {
		return engine.Check{Name: "pages' script and fonts", Found: err.Error(), Remedy: "make deps build"}
	}
	return engine.Check{Name: "pages' script and fonts", OK: true, Found: "built in"}
}
