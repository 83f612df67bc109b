package dashboard

import (
	"fmt"
	"html/template"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// printPage is a briefing as it is printed.
type printPage struct {
	*briefingPage
	Style template.CSS
}

// printJob makes the print page with everything in it, and its likeness for a word processor.
func (s *Server) printJob(p *briefingPage) (PrintJob, error) {
	style, err := s.wholeStyle()
	if err != nil {
		return PrintJob{}, err
	}
	job := PrintJob{Title: p.Title, Number: p.numberLine(), Sources: p.sourceLine(), Stamp: p.Stamp(), Lang: p.Lang}
	p.Paper = true
	page := printPage{p, style + job.pageRules(p.T("Sida", "Page"), p.T("av", "of"))}
	for _, x := range []struct {
		name string
		into *[]byte
	}{{"briefing_print", &job.HTML}, {"briefing_word", &job.Word}, {"briefing_charts", &job.ChartPage}} {
		b, err := s.render(x.name, page)
		if err != nil {
			return PrintJob{}, err
		}
		*x.into = withoutSiteLinks(b)
	}
	for _, f := range p.Drawn() {
		size := svgSize.FindStringSubmatch(string(f.SVG))
		if size == nil {
			return PrintJob{}, fmt.Errorf("dashboard: chart %s of briefing %s does not say its size", f.ID, p.Snap.ID)
		}
		c := PrintedChart{Name: p.Picture(f.ID)}
		c.Width, _ = strconv.Atoi(size[1])
		c.Height, _ = strconv.Atoi(size[2])
		job.Charts = append(job.Charts, c)
	}
	return job, nil
}

// svgSize finds the size that a chart was drawn in: notes make it higher.
var svgSize = regexp.MustCompile(`^<svg [^>]*\bwidth="([0-9]{1,4})" height="([0-9]{1,4})"`)

var siteLink = regexp.MustCompile(`(?s)<a [^>]*href="/[^"]*"[^>]*>(.*?)</a>`)

// withoutSiteLinks leaves of a link into this site its words: a file does not know where the site is.
func withoutSiteLinks(page []byte) []byte { return siteLink.ReplaceAll(page, []byte("$1")) }

func (p briefingPage) numberLine() string {
	if p.Snap.Number == "" {
		return p.T("Diarienummer: ej angivet", "Registry number: none")
	}
	return p.T("Diarienummer ", "Registry number ") + p.Snap.Number
}

func (p briefingPage) sourceLine() string {
	return fmt.Sprintf(p.T("Källor: %d, sist i genomgången. Siffror %s.", "Sources: %d, at the end. Figures of %s."), len(p.Body.Sources), p.Moment())
}

// pageRules put title and number over each printed page, and sources, hash and page number under it.
func (j PrintJob) pageRules(page, of string) template.CSS {
	const line = "font: 7pt/1.4 Inter, sans-serif; color: #3d4653; white-space: pre-line;"
	return template.CSS(`
@media print { @page { size: A4; margin: 17mm 18mm 17mm;
  @top-left { ` + line + ` width: 70%; vertical-align: bottom; padding-bottom: 3mm; content: ` + cssString(j.Title) + ` }
  @top-right { ` + line + ` width: 30%; vertical-align: bottom; padding-bottom: 3mm; text-align: right; content: ` + cssString(j.Number) + ` }
  @bottom-left { ` + line + ` width: 85%; vertical-align: top; padding-top: 3mm; content: ` + cssString(j.Sources+"\n"+j.Stamp) + ` }
  @bottom-right { ` + line + ` width: 15%; vertical-align: top; padding-top: 3mm; text-align: right; content: ` +
		cssString(page+" ") + ` counter(page) ` + cssString(" "+of+" ") + ` counter(pages) }
} }
`)
}

// cssString writes a string of CSS. All but letters, digits and spaces are written by number, so that no text ends the
// string, the rule or the style element.
func cssString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == ' ' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\%06x `, r) // the space ends the number and is no part of the string
		}
	}
	return b.String() + `"`
}

// Drawn lists the figures that have a chart, in the order of the page.
func (p briefingPage) Drawn() []drawn {
	var out []drawn
	for _, s := range p.Body.Sections {
		for _, b := range s.Blocks {
			if b.Figure != nil && b.Figure.Paper != "" {
				out = append(out, drawn{b.Figure.ID, b.Figure.SafePaper()})
			}
		}
	}
	return out
}

type drawn struct {
	ID  string
	SVG template.HTML
}

// Picture is the name of a figure's chart in a word processor's page.
func (briefingPage) Picture(id string) string {
	return "diagram-" + strings.ReplaceAll(id, "_", "-") + ".png"
}
