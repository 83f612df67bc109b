package browser

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// sections are the headings of a tjänsteutlåtande in their order.
var sections = []string{"Sammanfattning", "Bedömning ur ekonomisk dimension", "Bedömning ur ekologisk dimension", "Bedömning ur social dimension",
	"Bedömning utifrån barnrättsperspektivet", "Beskrivning av ärendet", "Det här vet vi inte", "Förvaltningens bedömning", "Källor", "Ordlista"}

// A briefing is published, printed, and stays what it was: through newer figures, a restart and a correction.
func TestBriefings(t *testing.T) {
	bin, dir := build(t), t.TempDir()
	p := up(t, bin, dir)
	for _, id := range []string{"brukarrum", "narkotikadodlighet"} {
		_, _, page := p.get(t, "/genomgang/"+id)
		if !strings.Contains(page, "Utkast") || strings.Contains(page, "måste rättas") {
			t.Errorf("%s is no sound draft", id)
		}
		printed(t, "the draft of "+id, p.file(t, "/genomgang/"+id+".pdf"), "Utkast, inte publicerat")
	}
	first := p.publish(t, "brukarrum")
	frozen := p.shows(t, "/genomgang/brukarrum", first)
	printed(t, "brukarrum", p.file(t, "/genomgang/brukarrum.pdf"), first.hash)
	opened(t, p.file(t, "/genomgang/brukarrum.docx"), first.hash)
	if out, err := p.run(t, "brief", "publish", "brukarrum"); err == nil || !strings.Contains(out, "has to say in Swedish and English what it corrects") {
		t.Errorf("published again without a word: %v\n%s", err, out)
	}

	p.deliver(t, "drug_induced_deaths", ",SE,2023,T,TOT,474,", ",SE,2023,T,TOT,480,")
	time.Sleep(1100 * time.Millisecond) // the ledger's state is asked for once a second
	_, _, page := p.get(t, "/genomgang/brukarrum")
	for _, want := range []string{"En av ", " siffror har reviderats sedan genomgången publicerades", ">474<", ">480<", "Genomgången nedan är oförändrad"} {
		if !strings.Contains(page, want) {
			t.Errorf("after newer figures the page does not say %q", want)
		}
	}
	if again := p.shows(t, "/genomgang/brukarrum", first); again != frozen {
		t.Error("newer figures changed the briefing")
	}

	p.stop(t)
	p = up(t, bin, dir)
	if again := p.shows(t, "/genomgang/brukarrum", first); again != frozen {
		t.Error("a restart changed the briefing")
	}
	second := p.publish(t, "brukarrum", "--correction-sv", "Dödsfallen 2023 har räknats om.", "--correction-en", "The deaths of 2023 were counted anew.")
	time.Sleep(1100 * time.Millisecond)
	if second.hash == first.hash || second.version != 2 {
		t.Errorf("the correction is version %d with hash %s", second.version, second.hash)
	}
	if text := p.shows(t, "/genomgang/brukarrum", second); !strings.Contains(text, "rättar version 1") || !strings.Contains(text, "480") {
		t.Error("the correction does not name what it corrects, or lacks the new figure")
	}
	if again := p.shows(t, "/genomgang/brukarrum?version=1", first); again != frozen {
		t.Error("the correction changed the version before it")
	}
	if _, _, page := p.get(t, "/genomgang/brukarrum?version=1"); !strings.Contains(page, "Det finns en senare version, 2") {
		t.Error("the first version does not point to the second")
	}
}

type publication struct {
	version    int
	asOf, hash string
}

func (p *program) publish(t *testing.T, id string, flags ...string) publication {
	t.Helper()
	out, err := p.run(t, append([]string{"brief", "publish", id}, flags...)...)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var x publication
	if _, err := fmt.Sscanf(out, id+": published as version %d, figures as of %s\nSHA-256 %s", &x.version, &x.asOf, &x.hash); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	time.Sleep(1100 * time.Millisecond) // what was published is asked for once a second
	return x
}

// shows checks a published page and gives the same page as one file, which holds nothing but what was frozen.
func (p *program) shows(t *testing.T, path string, x publication) string {
	t.Helper()
	status, _, page := p.get(t, path)
	if status != http.StatusOK || !strings.Contains(page, "SHA-256 "+x.hash) {
		t.Fatalf("%s: status %d, without hash %s", path, status, x.hash)
	}
	links := regexp.MustCompile(`<a href="/(?:indikator|pastaenden)/[^"]*"`).FindAllString(page, -1)
	pinned := "as_of=" + strings.ReplaceAll(x.asOf, ":", "%3A")
	for _, l := range links {
		if !strings.Contains(l, pinned) {
			t.Errorf("%s has a link without the pinned moment %s: %s", path, pinned, l)
		}
	}
	if len(links) == 0 {
		t.Errorf("%s has no links to its figures", path)
	}
	for _, bad := range []string{"Publicera med", "LIX", ".yaml:"} {
		if strings.Contains(page, bad) {
			t.Errorf("the published page %s shows the author's %q", path, bad)
		}
	}
	return string(p.file(t, strings.Replace(path, "/genomgang/brukarrum", "/genomgang/brukarrum.html", 1)))
}

func (p *program) file(t *testing.T, path string) []byte {
	t.Helper()
	status, header, body := p.get(t, path)
	if status != http.StatusOK || !strings.HasPrefix(header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%s: status %d: %s", path, status, body[:min(len(body), 500)])
	}
	return []byte(body)
}

// deliver takes a changed edition of a reference file in.
func (p *program) deliver(t *testing.T, id, old, changed string) {
	t.Helper()
	text, err := os.ReadFile("../../ingest/reference/figures/" + id + ".csv")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(old)) {
		t.Fatalf("%s.csv does not hold %q", id, old)
	}
	path := filepath.Join(t.TempDir(), "changed.csv")
	if err := os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(changed), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := p.run(t, "ingest", "--file", path, "--dataset", "reference/"+id); err != nil || !strings.Contains(out, "changed 1,") {
		t.Fatalf("%v\n%s", err, out)
	}
}

// printed looks into a PDF: two to four pages, tagged, Swedish, with an outline, read in the order of the sections, title
// and number over each page, sources and hash under it.
func printed(t *testing.T, name string, pdf []byte, stamp string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	info := tool(t, "pdfinfo", path)
	if !regexp.MustCompile(`Pages: +[2-4]\n`).MatchString(info) || !strings.Contains(info, "Tagged:          yes") {
		t.Errorf("%s:\n%s", name, info)
	}
	for _, want := range []string{"/Lang (sv)", "/Outlines"} {
		if !bytes.Contains(pdf, []byte(want)) {
			t.Errorf("%s lacks %s", name, want)
		}
	}
	text := tool(t, "pdftotext", "-layout", path, "-")
	inOrder(t, name, text, sections)
	for page := range strings.SplitSeq(strings.TrimSuffix(text, "\f"), "\f") {
		for _, want := range []string{"Diarienummer", "Källor: ", "Sida ", stamp} {
			if !strings.Contains(page, want) {
				t.Errorf("a page of %s lacks %q", name, want)
			}
		}
	}
	if dir := os.Getenv("UTFALL_SCREENSHOTS"); dir != "" {
		tool(t, "pdftoppm", "-r", "80", "-png", path, filepath.Join(dir, "briefing-"+strings.ReplaceAll(name, " ", "-")))
	}
}

// opened lets LibreOffice open a Word file, and reads what it shows.
func opened(t *testing.T, docx []byte, stamp string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "x.docx")
	if err := os.WriteFile(path, docx, 0o600); err != nil {
		t.Fatal(err)
	}
	tool(t, "soffice", "-env:UserInstallation=file://"+t.TempDir(), "--headless", "--convert-to", "pdf", "--outdir", dir, path)
	text := tool(t, "pdftotext", "-layout", filepath.Join(dir, "x.pdf"), "-")
	inOrder(t, "the Word file", text, append([]string{"Diarienummer SLK-2024-00743"}, sections...))
	if !strings.Contains(text, stamp) {
		t.Error("the Word file lacks the hash")
	}
}

func inOrder(t *testing.T, name, text string, words []string) {
	t.Helper()
	rest := text
	for _, w := range words {
		_, after, ok := strings.Cut(rest, w)
		if !ok {
			t.Errorf("%s: %q is not there, or out of order", name, w)
			return
		}
		rest = after
	}
}

func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}
