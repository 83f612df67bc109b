package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"utfall/ingest"
	"utfall/ingest/schedule"
	"utfall/schema"
)

// takeDelivered takes a file of the watched folder in. A fault of the file is an answer, not an error.
func (d *desk) takeDelivered(ctx context.Context, path string) (schedule.Answer, error) {
	deliveries, err := fileDelivery(path, "")
	var wrong usageError
	if errors.As(err, &wrong) {
		return schedule.Answer{Text: wrong.Error()}, nil
	}
	if err != nil {
		return schedule.Answer{}, err
	}
	one := deliveries[0]
	one.Name = filepath.Base(path)
	for i := range one.Parts {
		one.Parts[i].Name = one.Name
	}
	r, fault := d.runner.Run(ctx, one)
	d.observe(one.Dataset, r)
	answer := schedule.Answer{Taken: fault == nil, Text: answerText(one.Dataset, r, fault)}
	if fault != nil && r.Release.Outcome != schema.Refused {
		return answer, fault
	}
	if workbook(path) && (fault != nil || r.Release.Counts.Rejected > 0) {
		// A workbook that cannot be read at all has no cells to mark; the text has said so.
		if files, n, err := workbookAnswer(path); err == nil && n > 0 {
			answer.Files = files
		}
	}
	if fault == nil {
		return answer, d.deriveNow(ctx, r)
	}
	return answer, nil
}

// answerText tells who delivered a file what became of it.
func answerText(dataset string, r ingest.Result, fault error) string {
	var b strings.Builder
	if fault != nil {
		fmt.Fprintf(&b, "Inte mottagen: %v\n", fault)
	} else {
		c := r.Release.Counts
		fmt.Fprintf(&b, "%s: %s. Lästa %d, nya %d, ändrade %d, borttagna %d, oförändrade %d, avvisade %d.\n", dataset, swedishOutcome(r.Release.Outcome),
			c.Read, c.New, c.Changed, c.Deleted, c.Unchanged, c.Rejected)
		if _, hidden := tallyWithheld(r.Withheld); hidden > 0 {
			fmt.Fprintf(&b, "%d tal visas inte, eftersom de är små eller skulle avslöja andra små tal.\n", hidden)
		}
	}
	for _, x := range r.Rejects {
		fmt.Fprintln(&b, ingest.Place(x))
	}
	return strings.TrimRight(b.String(), "\n")
}

func swedishOutcome(o schema.Outcome) string {
	switch o {
	case schema.Published:
		return "mottagen och publicerad"
	case schema.Unchanged:
		return "mottagen, inget nytt"
	case schema.Held:
		return "mottagen, väntar på beslut innan den publiceras"
	}
	return string(o)
}
