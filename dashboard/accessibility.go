package dashboard

import (
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/format"
)

//go:embed static/accessibility.json
var accessibilityFile embed.FS

// Organisation is who answers for the pages: an accessibility statement must name them and how to reach them.
type Organisation struct {
	Name    string // "Göteborgs Stad"
	Contact string // an e-mail address or a web address
}

// Assessment is what the last run of the browser tests found, page by page. The browser tests write it.
type Assessment struct {
	Date     string   `json:"date"`     // 2026-11-24
	Checker  string   `json:"checker"`  // name and version
	Browser  string   `json:"browser"`  // name and version
	Standard string   `json:"standard"` // WCAG 2.1 AA
	Pages    []string `json:"pages"`    // addresses that were checked
	Faults   []Fault  `json:"faults"`   // what was found, empty when nothing was
}

// Fault is a rule that a page broke.
type Fault struct {
	Page string `json:"page"`
	Rule string `json:"rule"`
	Help string `json:"help"`
}

type accessibilityPage struct {
	*view
	Assessment
	Organisation
	Assessed string
}

// accessibility is the statement that the law (2018:1937) asks for, written from the last test run.
func (s *Server) accessibility(_ *fiber.Ctx, v *view) (asset, error) {
	v.Title = v.T("Tillgänglighetsredogörelse", "Accessibility statement")
	raw, err := accessibilityFile.ReadFile("static/accessibility.json")
	if err != nil {
		return asset{}, fmt.Errorf("accessibility statement: %w", err)
	}
	p := accessibilityPage{view: v, Organisation: s.Organisation}
	if err := json.Unmarshal(raw, &p.Assessment); err != nil {
		return asset{}, fmt.Errorf("accessibility statement: %w", err)
	}
	day, err := time.Parse(time.DateOnly, p.Date)
	if err != nil {
		return asset{}, fmt.Errorf("accessibility statement: date: %w", err)
	}
	p.Assessed = format.Date(day, v.Lang)
	return s.html("accessibility", p)
}
