package press

import (
	"archive/zip"
	"bytes"
	"embed"
	"fmt"
	"path"
	"text/template"

	"utfall/dashboard"
	"utfall/schema"
)

// word holds the parts of the reference document: page size and margins, the styles of a tjänsteutlåtande, and what stands
// over and under each page. It is kept as text, so that a change of it can be read.
//
//go:embed word/*.xml
var word embed.FS

// inside says where each part stands in the document.
var inside = []struct{ file, name string }{
	{"types.xml", "[Content_Types].xml"}, {"package.xml", "_rels/.rels"}, {"document.xml", "word/document.xml"}, {"relations.xml", "word/_rels/document.xml.rels"},
	{"styles.xml", "word/styles.xml"}, {"settings.xml", "word/settings.xml"}, {"header.xml", "word/header1.xml"}, {"footer.xml", "word/footer1.xml"},
}

// reference writes the reference document of a job. The same job gives the same bytes.
func reference(job dashboard.PrintJob) ([]byte, error) {
	parts, err := template.ParseFS(word, "word/*.xml")
	if err != nil {
		return nil, fmt.Errorf("press: reference document: %w", err)
	}
	data := struct {
		dashboard.PrintJob
		Locale, Page, Of string
	}{job, locale(job.Lang), schema.Text{SV: "Sida", EN: "Page"}.In(job.Lang), schema.Text{SV: "av", EN: "of"}.In(job.Lang)}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range inside {
		w, err := z.Create(p.name)
		if err != nil {
			return nil, fmt.Errorf("press: reference document: %w", err)
		}
		if err := parts.ExecuteTemplate(w, path.Base(p.file), data); err != nil {
			return nil, fmt.Errorf("press: reference document: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("press: reference document: %w", err)
	}
	return out.Bytes(), nil
}

func locale(l schema.Lang) string {
	if l == schema.EN {
		return "en-GB"
	}
	return "sv-SE"
}
