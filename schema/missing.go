package schema

import (
	"fmt"
	"slices"
	"strings"
)

// Missing says why a cell has no value. The empty Missing means that there is one.
type Missing string

// The reasons for a missing value.
const (
	Present             Missing = ""
	NotApplicable       Missing = "not_applicable"
	NotCollected        Missing = "not_collected"
	NotPublishedYet     Missing = "not_published_yet"
	SuppressedPrimary   Missing = "suppressed_primary"
	SuppressedSecondary Missing = "suppressed_secondary"
	Unreliable          Missing = "unreliable"
	Deleted             Missing = "deleted"
	OtherMissing        Missing = "other"
)

// MissingReasons lists every reason, in the order that legends print them.
func MissingReasons() []Missing {
	return []Missing{NotApplicable, NotCollected, NotPublishedYet, SuppressedPrimary, SuppressedSecondary, Unreliable, Deleted, OtherMissing}
}

// Suppressed tells whether a value is withheld because it, or one that it gives away, is small.
func (m Missing) Suppressed() bool { return m == SuppressedPrimary || m == SuppressedSecondary }

// publicSuppressed is how every withheld value is written outside the house.
const publicSuppressed = "suppressed"

// Public gives the reason as it is published. Who could tell a count that is small itself from one that is withheld to
// protect another would know that the first is below the threshold, so both are written alike.
func (m Missing) Public() string {
	if m.Suppressed() {
		return publicSuppressed
	}
	return string(m)
}

// ParseMissing reads a reason, as it is kept or as it is published; the empty string is Present.
func ParseMissing(s string) (Missing, error) {
	m := Missing(s)
	if s == publicSuppressed {
		return SuppressedPrimary, nil
	}
	if m == Present || slices.Contains(MissingReasons(), m) {
		return m, nil
	}
	return "", fmt.Errorf("missing reason %q is not known; use one of %s, or leave it empty", s, joined(MissingReasons()))
}

// Flag is what a source says about a value that is there.
type Flag string

// The flags. A value may carry several.
const (
	Provisional    Flag = "provisional"     // the source will revise it
	Revised        Flag = "revised"         // the source says that it replaced an earlier figure
	FirstPublished Flag = "first_published" // an earlier figure that the source has replaced since
	Estimated      Flag = "estimated"       // the source's own estimate
	Rounded        Flag = "rounded"         // printed rounded
	Approximate    Flag = "approximate"     // "about", "nearly"
	LowerBound     Flag = "lower_bound"     // "more than"
	Partial        Flag = "partial"         // part of the period or of the units only
	SeriesBreak    Flag = "break"           // not comparable with the period before
	Secondary      Flag = "secondary"       // read from a relay, not in the producer's own publication
	Decoded        Flag = "decoded"         // digits separated by us by a stated rule
	Derived        Flag = "derived"         // computed from printed figures, never printed itself
	Predicted      Flag = "predicted"       // a model's figure, not a count
	GeneralLevel   Flag = "level"           // a general level over a span of years, no yearly value
)

// Flags lists every flag, in the order that Normalise writes them.
func Flags() []Flag {
	return []Flag{Provisional, Revised, FirstPublished, Estimated, Rounded, Approximate, LowerBound, Partial, SeriesBreak, Secondary, Decoded, Derived, Predicted, GeneralLevel}
}

// ParseFlags reads flags separated by spaces and gives them back in one order, each once.
func ParseFlags(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	seen := map[Flag]bool{}
	for f := range strings.FieldsSeq(s) {
		if !slices.Contains(Flags(), Flag(f)) {
			return "", fmt.Errorf("flag %q is not known; use %s, separated by spaces", f, joined(Flags()))
		}
		seen[Flag(f)] = true
	}
	var out []string
	for _, f := range Flags() {
		if seen[f] {
			out = append(out, string(f))
		}
	}
	return strings.Join(out, " "), nil
}

// HasFlag tells whether normalised flags hold f.
func HasFlag(flags string, f Flag) bool {
	return slices.Contains(strings.Fields(flags), string(f))
}

func joined[T ~string](list []T) string {
	s := make([]string, len(list))
	for i, v := range list {
		s[i] = string(v)
	}
	return strings.Join(s, ", ")
}
