package press

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"

	"utfall/dashboard"
)

// DOCX turns a page into a Word file with real headings, tables and pictures with their texts, in the styles of the
// reference document.
func (p *Press) DOCX(ctx context.Context, job dashboard.PrintJob) ([]byte, error) {
	if err := p.Can("docx"); err != nil {
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
	if err := p.pictures(ctx, dir, job); err != nil {
		return nil, err
	}
	if _, err := write(dir, "page.html", job.Word); err != nil {
		return nil, err
	}
	styles, err := reference(job)
	if err != nil {
		return nil, err
	}
	if _, err := write(dir, "reference.docx", styles); err != nil {
		return nil, err
	}
	out := filepath.Join(dir, "page.docx")
	if err := p.run(ctx, dir, p.pandoc, "+RTS", "-M512M", "-RTS", "--from=html", "--to=docx", "--reference-doc=reference.docx",
		"--metadata=lang:"+locale(job.Lang), "--resource-path="+dir, "--fail-if-warnings", "--output="+out, "page.html"); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(out)
	if err != nil || !bytes.HasPrefix(b, []byte("PK")) {
		return nil, errors.Join(errors.New("press: pandoc ended and left no Word file"), err)
	}
	return b, nil
}
