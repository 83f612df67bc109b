package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"utfall/schema"
)

// What is published is read back byte for byte by another connection, and is never rewritten.
func TestBriefingsAreWrittenOnce(t *testing.T) {
	s := open(t)
	body := []byte(`{"sv":"å, ‘ och \u0000"}` + strings.Repeat("x", 300_000))
	sum := sha256.Sum256(body)
	b := schema.FrozenBriefing{ID: "prov", Version: 1, Title: schema.Text{SV: "Prov", EN: "Trial"}, Number: "SLK-2024-00743", AsOf: time.Date(2026, 11, 24, 12, 0, 0, 123456000, time.UTC),
		Published: time.Date(2026, 11, 24, 12, 0, 1, 0, time.UTC), Program: "test", Hash: hex.EncodeToString(sum[:]), Body: body}
	if err := s.KeepBriefing(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	again := b
	again.Body = []byte("other")
	if err := s.KeepBriefing(t.Context(), again); !errors.Is(err, schema.ErrVersionTaken) {
		t.Errorf("a second writing: %v", err)
	}
	second := b
	second.Version, second.Corrects = 2, 1
	if err := s.KeepBriefing(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	other := open(t)
	kept, ok, err := other.BriefingBody(t.Context(), "prov", 1)
	if err != nil || !ok || string(kept) != string(body) {
		t.Errorf("%d bytes came back, want %d (%v, %v)", len(kept), len(body), ok, err)
	}
	list, err := other.Briefings(t.Context())
	if err != nil || len(list) != 2 || list[0].Version != 2 || list[0].Corrects != 1 || list[1].Version != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	list[1].Body = body
	if got := list[1]; !got.AsOf.Equal(b.AsOf) || !got.Published.Equal(b.Published) || got.Hash != b.Hash || got.Title != b.Title || got.Number != b.Number {
		t.Errorf("%+v", got)
	}
	for _, id := range []string{"nope", "' OR 1=1 --", ""} {
		if _, ok, err := s.BriefingBody(t.Context(), id, 1); ok || err != nil {
			t.Errorf("%q: %v, %v", id, ok, err)
		}
	}
	for name, bad := range map[string]schema.FrozenBriefing{"no version": {ID: "x", Hash: b.Hash, Body: body}, "no body": {ID: "x", Version: 1, Hash: b.Hash}, "no hash": {ID: "x", Version: 1, Body: body}} {
		if err := s.KeepBriefing(t.Context(), bad); err == nil {
			t.Errorf("%s: was kept", name)
		}
	}
}
