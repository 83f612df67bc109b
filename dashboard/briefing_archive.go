package dashboard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"utfall/dashboard/briefing"
	"utfall/schema"
)

// Archive is what the pages of briefings need of a store. Nothing that is kept there is ever rewritten.
type Archive interface {
	Briefings(ctx context.Context) ([]schema.FrozenBriefing, error)
	BriefingBody(ctx context.Context, id string, version int) (body []byte, ok bool, err error)
}

// Keeper keeps a published briefing. It refuses a version that is there with schema.ErrVersionTaken.
type Keeper interface {
	Archive
	KeepBriefing(ctx context.Context, b schema.FrozenBriefing) error
}

// BriefingConfig says where briefings come from and how they become files. Every field may be empty.
type BriefingConfig struct {
	Drafts   *briefing.Shelf // nil: those that the program ships
	DraftKey string          // who gives it may save drafts; "": nobody may
	Archive  Archive         // nil: nothing was published
	Press    Press           // nil: no files of other kinds than HTML
}

// published lists a briefing's versions that had been published at a moment, newest first; the zero moment is now.
func (s *Server) published(ctx context.Context, id string, asOf time.Time) ([]schema.FrozenBriefing, error) {
	if s.Archive == nil {
		return nil, nil
	}
	all, err := s.Archive.Briefings(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(b schema.FrozenBriefing) bool {
		return id != "" && b.ID != id || !asOf.IsZero() && b.Published.After(asOf)
	}), nil
}

// frozen reads a published version back. The bytes must be those that were published.
func (s *Server) frozen(ctx context.Context, b schema.FrozenBriefing) (briefing.Snapshot, error) {
	body, ok, err := s.Archive.BriefingBody(ctx, b.ID, b.Version)
	if err != nil {
		return briefing.Snapshot{}, err
	}
	if !ok {
		return briefing.Snapshot{}, fmt.Errorf("briefing %s, version %d, is in the list and has no body", b.ID, b.Version)
	}
	return briefing.Decode(body, b.Hash)
}

// Publication says how a briefing is published.
type Publication struct {
	AsOf       time.Time   // the moment whose figures are pinned; zero for now
	Correction schema.Text // what a version after the first corrects; empty for the first
}

// Publish freezes a briefing with the figures of a moment and keeps it. A version after the first needs to say what it
// corrects, and names the one before. The error joins the author's faults, each with file and line.
func (s *Server) Publish(ctx context.Context, keeper Keeper, id string, p Publication) (schema.FrozenBriefing, error) {
	def, ok := s.Drafts.Get(id)
	if !ok {
		return schema.FrozenBriefing{}, fmt.Errorf("there is no briefing %q; `utfall brief list` lists them", id)
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	asOf := p.AsOf.UTC().Truncate(time.Microsecond)
	if p.AsOf.IsZero() {
		asOf = now
	}
	if asOf.After(now) {
		return schema.FrozenBriefing{}, fmt.Errorf("the moment %s has not been yet", asOf.Format(time.RFC3339))
	}
	versions, err := keeper.Briefings(ctx)
	if err != nil {
		return schema.FrozenBriefing{}, err
	}
	version := 1
	for _, v := range versions {
		if v.ID == id {
			version = max(version, v.Version+1)
		}
	}
	if err := checkCorrection(id, version, p.Correction); err != nil {
		return schema.FrozenBriefing{}, err
	}
	snap, faults, err := s.compose(ctx, def, asOf)
	if err := errors.Join(append(faults, err)...); err != nil {
		return schema.FrozenBriefing{}, err
	}
	snap.Version, snap.Corrects, snap.Correction, snap.Published = version, version-1, p.Correction, now
	body, hash, err := snap.Encode()
	if err != nil {
		return schema.FrozenBriefing{}, err
	}
	out := schema.FrozenBriefing{ID: id, Version: version, Corrects: version - 1, Title: def.Title, Number: def.Number, AsOf: asOf, Published: now,
		Program: s.Version, Hash: hash, Body: body}
	return out, keeper.KeepBriefing(ctx, out)
}

func checkCorrection(id string, version int, why schema.Text) error {
	said := why != schema.Text{}
	switch {
	case version == 1 && said:
		return fmt.Errorf("%s was never published: there is nothing to correct", id)
	case version > 1 && (why.SV == "" || why.EN == ""):
		return fmt.Errorf("%s was published as version %d, which stays as it is; a new version has to say in Swedish and English what it corrects", id, version-1)
	}
	return nil
}

// since says what has happened to a frozen briefing's figures.
type since struct {
	Revised   []briefing.Difference
	Withdrawn []uint64 // releases that it rests on
	Newer     []newer
}

type newer struct {
	Indicator, Area string
	Period          schema.Period
}

// since compares a frozen briefing with the figures of now.
func (s *Server) since(ctx context.Context, snap briefing.Snapshot) (since, error) {
	var out since
	ctx, cancel := context.WithTimeout(ctx, briefingTimeout)
	defer cancel()
	var ids []string
	for _, p := range snap.Pins {
		ids = append(ids, p.Indicator)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		return out, nil
	}
	figures, err := s.Reader.Series(ctx, schema.Query{Indicators: ids})
	if err != nil {
		return out, err
	}
	out.Revised, out.Newer = snap.Differences(figures), newerThan(snap.Pins, figures)
	for _, id := range ids {
		releases, err := s.Reader.Releases(ctx, id, time.Time{})
		if err != nil {
			return out, err
		}
		for _, r := range releases {
			pinned := slices.ContainsFunc(snap.Releases, func(p briefing.Release) bool { return p.Seq == r.Seq })
			if pinned && !r.WithdrawnAt.IsZero() && !slices.Contains(out.Withdrawn, r.Seq) {
				out.Withdrawn = append(out.Withdrawn, r.Seq)
			}
		}
	}
	slices.Sort(out.Withdrawn)
	return out, nil
}

// newerThan finds series that have got a figure of a later period than the briefing shows.
func newerThan(pins []briefing.Pin, figures []schema.Observation) []newer {
	type series struct{ indicator, variant, area, age, breakdown, sex string }
	last := map[series]schema.Period{}
	for _, p := range pins {
		key := series{p.Indicator, p.Variant, p.Area, p.Age, p.Breakdown, string(p.Sex)}
		if q, err := schema.ParsePeriod(p.Period); err == nil && q.End.After(last[key].End) {
			last[key] = q
		}
	}
	found := map[series]schema.Period{}
	for _, o := range figures {
		key := series{o.Indicator, o.Variant, o.Area, o.Age, o.Breakdown, string(o.Sex)}
		if l, ok := last[key]; ok && o.Missing == schema.Present && o.Period.Kind == l.Kind && o.Period.Start.After(l.End) && o.Period.End.After(found[key].End) {
			found[key] = o.Period
		}
	}
	var out []newer
	for _, p := range pins { // in the order of the briefing
		key := series{p.Indicator, p.Variant, p.Area, p.Age, p.Breakdown, string(p.Sex)}
		if q, ok := found[key]; ok {
			out = append(out, newer{p.Indicator, p.Area, q})
			delete(found, key)
		}
	}
	return out
}
