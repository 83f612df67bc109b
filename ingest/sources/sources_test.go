package sources_test

import (
	"testing"

	"utfall/ingest/decode/formats"
	"utfall/ingest/source"
	"utfall/ingest/sources"
	"utfall/schema"
)

// Every description that comes with the program is without faults, and those that could not be verified are off and say why.
func TestShipped(t *testing.T) {
	c, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	list, err := source.Load(sources.Files(), c, formats.Names())
	if err != nil {
		t.Fatal(err)
	}
	on := 0
	for _, s := range list {
		if s.Enabled {
			on++
		} else if len(s.Reason) < 30 {
			t.Errorf("%s is off and hardly says why: %q", s.ID, s.Reason)
		}
	}
	if on < 8 {
		t.Errorf("only %d of %d sources are on", on, len(list))
	}
}
