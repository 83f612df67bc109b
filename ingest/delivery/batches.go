package delivery

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"

	"utfall/ingest/tidy"
	"utfall/schema"
)

// tidy writes rows as a tidy file, one line each below the header.
func (w *Workbook) tidy(rows []row) (io.Reader, error) {
	var b bytes.Buffer
	c := csv.NewWriter(&b)
	if err := c.Write(w.names); err != nil {
		return nil, err
	}
	for _, x := range rows {
		if err := c.Write(x.texts); err != nil {
			return nil, err
		}
	}
	c.Flush()
	return &b, c.Error()
}

// Reader gives a workbook's rows as observations, in batches: an ingest.Batches.
type Reader struct {
	w       *Workbook
	good    []row // those that tidy reads
	tidy    *tidy.Reader
	rejects []schema.Reject // of rows that tidy never sees
	refused uint64
}

// Batches holds the rows against the catalogue. A row with several faults is rejected for the first of them; Faults finds
// them all.
func (w *Workbook) Batches() (*Reader, error) {
	r := &Reader{w: w}
	for _, x := range w.rows {
		if len(x.faults) > 0 {
			r.rejects = append(r.rejects, x.faults[0].Reject)
			r.refused++
			continue
		}
		r.good = append(r.good, x)
	}
	if len(r.good) == 0 && r.refused > 0 {
		return r, nil
	}
	text, err := w.tidy(r.good)
	if err != nil {
		return nil, err
	}
	r.tidy, err = tidy.New(w.Name, text, w.catalogue)
	return r, err
}

// Read gives the number of rows read so far, rejected ones included.
func (r *Reader) Read() uint64 {
	if r.tidy == nil {
		return r.refused
	}
	return r.tidy.Read() + r.refused
}

// Next gives a batch and rejects whose lines and columns are rows and columns of the sheet.
func (r *Reader) Next() (*schema.Batch, []schema.Reject, error) {
	rejects := r.rejects
	r.rejects = nil
	if r.tidy == nil {
		return nil, rejects, io.EOF
	}
	b, more, err := r.tidy.Next()
	var fault *tidy.FileError
	if errors.As(err, &fault) && fault.Line > 1 && fault.Line-2 < len(r.good) {
		f := *fault
		f.Line = r.good[f.Line-2].number
		return nil, nil, &f
	}
	if b != nil {
		for i := range b.Line {
			b.Line[i] = uint64(r.good[b.Line[i]-2].number)
		}
	}
	for _, x := range more {
		rejects = append(rejects, r.w.place(r.good[x.Line-2], x).Reject)
	}
	return b, rejects, err
}
