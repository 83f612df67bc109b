package dashboard

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"utfall/dashboard/briefing"
	"utfall/schema"
)

func TestTmp(t *testing.T) {
	s := server(t, &stubReader{figures: referenceFigures(t)})
	list, err := briefing.Load(s.Catalogue)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		snap, faults, err := s.compose(context.Background(), d, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range faults {
			fmt.Println("FAULT", f)
		}
		b, h, _ := snap.Encode()
		fmt.Println(d.ID, len(b), h, len(snap.Pins), len(snap.SV.Sources))
		for _, lang := range []schema.Lang{schema.SV} {
			for _, sec := range snap.In(lang).Sections {
				fmt.Println("##", sec.Heading)
				for _, k := range sec.Blocks {
					fmt.Println("  -", k.Heading, k.HTML)
					for _, p := range k.Points {
						fmt.Println("     *", p.HTML, p.Note)
					}
					if k.Figure != nil {
						fmt.Println("   FIG", k.Figure.Title, "|", k.Figure.HTML, k.Figure.Note, k.Figure.Table.Head, len(k.Figure.Table.Rows), k.Figure.Table.Rows[0])
					}
					for _, i := range k.List {
						fmt.Println("   ITEM", i.Title, "[", i.Tag, "]", strings.Join(i.Text, " // "))
					}
					if k.Table != nil {
						fmt.Println("   TAB", k.Table.Caption, len(k.Table.Rows), k.Table.Rows)
					}
				}
			}
		}
	}
}
