package briefing

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// mostPicture bounds a picture, which is carried inside the frozen briefing.
const mostPicture = 400 << 10

var pictureKinds = map[string]string{".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}

// parse reads Markdown as CommonMark has it.
func parse(source []byte) ast.Node { return goldmark.New().Parser().Parse(text.NewReader(source)) }

// markdown finds what a text may not hold: HTML, scripts, addresses that are no web addresses, pictures that are not there,
// headings, which are parts of their own.
func (f *faults) markdown(md string, keys ...any) {
	source := []byte(md)
	_ = ast.Walk(parse(source), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if err := f.node(n, source); err != nil {
			f.errs = append(f.errs, &Fault{Keys: keys, Place: f.lineIn(md, n.Pos(), keys...), ID: f.d.ID, Err: err})
		}
		return ast.WalkContinue, nil
	})
}

func (f *faults) node(n ast.Node, source []byte) error {
	switch x := n.(type) {
	case *ast.HTMLBlock, *ast.RawHTML:
		return Wrong("HTML får inte stå i en text: %s; skriv Markdown", "HTML is not allowed in a text: %s; write Markdown", excerpt(source, n.Pos()))
	case *ast.Heading:
		return Wrong("en rubrik inne i en text; gör den till en egen del: heading: {sv: …, en: …}", "a heading inside a text; make it a part of its own: heading: {sv: …, en: …}")
	case *ast.Link:
		if !webAddress(string(x.Destination)) {
			return Wrong("adressen %q är varken https:// eller en sida här, som /metod", "the address %q is neither https:// nor a page of this site such as /metod", x.Destination)
		}
	case *ast.AutoLink:
		if a := string(x.URL(source)); !webAddress(a) {
			return Wrong("adressen %q är ingen webbadress", "the address %q is not a web address", a)
		}
	case *ast.Image:
		_, err := f.d.picture(string(x.Destination))
		if err == nil && x.FirstChild() == nil {
			return Wrong("bilden %[1]s har ingen text för den som inte ser den: ![vad den visar](%[1]s)", "picture %[1]s has no text for those who cannot see it: ![what it shows](%[1]s)", x.Destination)
		}
		return err
	}
	return nil
}

// lineIn gives file:line of a place inside a text. A text of several lines stands below its key.
func (f *faults) lineIn(md string, pos int, keys ...any) string {
	at := f.d.doc.At(keys...)
	file, line, ok := cutLast(at, ":")
	n, err := strconv.Atoi(line)
	if !ok || err != nil || pos < 0 || pos > len(md) || !strings.Contains(strings.TrimRight(md, "\n"), "\n") {
		return at
	}
	return file + ":" + strconv.Itoa(n+1+strings.Count(md[:pos], "\n"))
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func excerpt(source []byte, pos int) string {
	if pos < 0 || pos >= len(source) {
		return "here"
	}
	line, _, _ := bytes.Cut(source[pos:], []byte("\n"))
	if len(line) > 30 {
		line = append(bytes.ToValidUTF8(line[:30], nil), "…"...)
	}
	return strconv.Quote(string(line))
}

func webAddress(a string) bool {
	if strings.HasPrefix(a, "/") && !strings.HasPrefix(a, "//") {
		return true
	}
	u, err := url.Parse(a)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// picture reads a picture that stands in pictures/ beside the briefing.
func (d *Definition) picture(name string) ([]byte, error) {
	kind := pictureKinds[strings.ToLower(path.Ext(name))]
	if kind == "" || strings.Contains(name, "/") {
		return nil, Wrong("bilden %q är inte namnet på en .png eller .jpg i pictures/", "picture %q is not the name of a .png or .jpg in pictures/", name)
	}
	b, err := fs.ReadFile(d.fs, path.Join("pictures", name))
	if err != nil {
		return nil, Wrong("bilden %q finns inte i pictures/ bredvid genomgången", "picture %q is not in pictures/ beside the briefing", name)
	}
	if len(b) > mostPicture {
		return nil, Wrong("bilden %s har %d kB; håll den under %d", "picture %s has %d kB; keep it below %d", name, len(b)>>10, mostPicture>>10)
	}
	return b, nil
}

// Render turns a checked text into HTML, with its pictures inside. Whatever HTML a text might hold is left out.
func (d Definition) Render(md string) (template.HTML, error) {
	source := []byte(md)
	doc := parse(source)
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if x, ok := n.(*ast.Image); ok && entering {
			b, err := d.picture(string(x.Destination))
			if err != nil {
				return ast.WalkStop, err
			}
			name := string(x.Destination)
			x.Destination = []byte("data:" + pictureKinds[strings.ToLower(path.Ext(name))] + ";base64," + base64.StdEncoding.EncodeToString(b))
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := goldmark.New().Renderer().Render(&out, source, doc); err != nil {
		return "", fmt.Errorf("briefing %s: %w", d.ID, err)
	}
	return template.HTML(strings.TrimSpace(out.String())), nil
}

// Plain gives a text without its marks, for counting words.
func Plain(md string) string {
	source := []byte(md)
	var b strings.Builder
	_ = ast.Walk(parse(source), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch x := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(x.Segment.Value(source))
				if x.SoftLineBreak() || x.HardLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.Paragraph, *ast.ListItem, *ast.TextBlock:
			if !entering {
				b.WriteByte('\n')
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}
