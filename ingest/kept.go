package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"utfall/schema"
)

// VerifyKept reads every kept payload through and tells, a sentence each, which files are not what the ledger says, and
// which releases have a content hash that their payloads do not give. older counts the releases from before the ledger said
// what a content hash is made of; of those only the payloads are compared. artifacts stand in the order of the deliveries.
func VerifyKept(ctx context.Context, dataDir string, artifacts []schema.Artifact, ledger []schema.Release) (faults []string, older int, err error) {
	read := map[string]bool{}
	of := map[uint64][]schema.Artifact{}
	for _, a := range artifacts {
		of[a.Release] = append(of[a.Release], a)
		if read[a.SHA256] {
			continue
		}
		read[a.SHA256] = true
		if err := ctx.Err(); err != nil {
			return faults, older, err
		}
		if fault := verifyPayload(dataDir, a); fault != "" {
			faults = append(faults, fault)
		}
	}
	for _, l := range ledger {
		files := of[l.Seq]
		switch {
		case len(files) == 0:
			if l.Outcome == schema.Published || l.Outcome == schema.Held {
				faults = append(faults, fmt.Sprintf("release %d of %s: the ledger names no payload for it", l.Seq, l.Dataset))
			}
		case files[0].Part == 0:
			older++
		case contentHash(l.Recipe, files) != l.ContentHash:
			faults = append(faults, fmt.Sprintf("release %d of %s: its payloads give the content hash %s, the ledger says %s", l.Seq, l.Dataset, contentHash(l.Recipe, files), l.ContentHash))
		}
	}
	return faults, older, nil
}

// verifyPayload says what is wrong with one payload, or nothing.
func verifyPayload(dataDir string, a schema.Artifact) string {
	path := a.SHA256
	if len(a.SHA256) == hex.EncodedLen(sha256.Size) {
		path = filepath.Join(dataDir, "artifacts", keptPath(a.SHA256))
	}
	what := fmt.Sprintf("%s (%s of release %d)", path, a.Name, a.Release)
	f, err := OpenKept(dataDir, a.SHA256)
	if errors.Is(err, fs.ErrNotExist) {
		return what + ": the file is missing; restore it from a backup"
	}
	if err != nil {
		return fmt.Sprintf("%s: %v; restore it from a backup", what, err)
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, f)
	switch sum := hex.EncodeToString(h.Sum(nil)); {
	case err != nil:
		return fmt.Sprintf("%s: it cannot be read through (%v); restore it from a backup", what, err)
	case n != a.Size:
		return fmt.Sprintf("%s: it holds %d bytes, received were %d; restore it from a backup", what, n, a.Size)
	case sum != a.SHA256:
		return fmt.Sprintf("%s: its bytes have the SHA-256 %s; restore it from a backup", what, sum)
	}
	return ""
}

// needed says of which outcomes a release's payloads are kept for good. Of the others there is nothing to rebuild: what
// was refused, failed or brought nothing new is kept only so that somebody can look at it for a while. A withdrawn release
// is a published one: it is still shown as of the days before.
var needed = []schema.Outcome{schema.Published, schema.Held, schema.Begun}

// LeastKept is how long a payload is kept whatever a rule says: a run that is under way has not named its payloads yet.
const LeastKept = 24 * time.Hour

// Dispensable gives the kept payload files that no release needs and that were kept before a moment, as paths below the data
// directory, sorted, and how many bytes they take.
func Dispensable(dataDir string, artifacts []schema.Artifact, ledger []schema.Release, before time.Time) (paths []string, bytes int64, err error) {
	keep := map[string]bool{}
	outcome := map[uint64]schema.Outcome{}
	for _, l := range ledger {
		outcome[l.Seq] = l.Outcome
		if slices.Contains(needed, l.Outcome) {
			keep[l.ContentHash] = true // of a plain file it is the payload's own
		}
	}
	for _, a := range artifacts {
		if slices.Contains(needed, outcome[a.Release]) {
			keep[a.SHA256] = true
		}
	}
	root := filepath.Join(dataDir, "artifacts")
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		hash := strings.TrimSuffix(entry.Name(), ".zst")
		partial := filepath.Dir(path) == root && strings.HasPrefix(entry.Name(), "incoming-")
		if keep[hash] || !partial && path != filepath.Join(root, hash[:min(2, len(hash))], hash+".zst") {
			return nil // not a payload of ours: leave it alone
		}
		info, err := entry.Info()
		if err != nil || !info.ModTime().Before(before) {
			return err
		}
		rel, err := filepath.Rel(dataDir, path)
		paths, bytes = append(paths, rel), bytes+info.Size()
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("ingest: %w", err)
	}
	return paths, bytes, nil
}

// Remove takes payload files away that Dispensable gave.
func Remove(dataDir string, paths []string) error {
	for _, p := range paths {
		if err := os.Remove(filepath.Join(dataDir, p)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("ingest: %w", err)
		}
	}
	return nil
}
