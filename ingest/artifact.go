package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"

	"utfall/ingest/tidy"
	"utfall/schema"
)

// keepPayload stores a payload's bytes, compressed, under their SHA-256. What is read later is what was kept, so any
// release can be made again and any number followed to bytes.
func (r *Runner) keepPayload(d Part) (schema.Artifact, error) {
	in, err := d.Open()
	if err != nil {
		return schema.Artifact{}, fmt.Errorf("ingest: open %s: %w", d.Name, err)
	}
	defer func() { _ = in.Close() }()
	dir := filepath.Join(r.o.DataDir, "artifacts")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return schema.Artifact{}, fmt.Errorf("ingest: %w", err)
	}
	tmp, err := os.CreateTemp(dir, "incoming-*")
	if err != nil {
		return schema.Artifact{}, fmt.Errorf("ingest: %w", err)
	}
	defer func() { _ = tmp.Close(); _ = os.Remove(tmp.Name()) }()
	a := schema.Artifact{Name: d.Name}
	if err := r.compress(tmp, in, &a); err != nil {
		return schema.Artifact{}, err
	}
	a.Path = keptPath(a.SHA256)
	target := filepath.Join(dir, a.Path)
	if info, err := os.Stat(target); err == nil {
		a.Stored = info.Size()
		// What is used anew is as good as new: retention must not take it away from under this run.
		if err := os.Chtimes(target, time.Time{}, r.o.Now()); err != nil {
			return schema.Artifact{}, fmt.Errorf("ingest: keep %s: %w", d.Name, err)
		}
		return a, nil
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o750); err != nil {
		return schema.Artifact{}, fmt.Errorf("ingest: %w", err)
	}
	if err := errors.Join(tmp.Sync(), os.Rename(tmp.Name(), target)); err != nil {
		return schema.Artifact{}, fmt.Errorf("ingest: keep %s: %w", d.Name, err)
	}
	return a, nil
}

func (r *Runner) compress(tmp *os.File, in io.Reader, a *schema.Artifact) error {
	z, err := zstd.NewWriter(tmp, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(1<<20))
	if err != nil {
		return fmt.Errorf("ingest: %w", err)
	}
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(z, hash), io.LimitReader(in, r.o.MaxBytes+1))
	if err := errors.Join(err, z.Close()); err != nil {
		return fmt.Errorf("ingest: read %s: %w", a.Name, err)
	}
	if n > r.o.MaxBytes {
		return &tidy.FileError{File: a.Name, Detail: fmt.Sprintf("the file is larger than %d bytes; deliver it in parts, one dataset each, or raise the limit with --max-bytes", r.o.MaxBytes)}
	}
	info, err := tmp.Stat()
	if err != nil {
		return fmt.Errorf("ingest: %w", err)
	}
	a.Size, a.Stored, a.SHA256 = n, info.Size(), hex.EncodeToString(hash.Sum(nil))
	return nil
}

type artifactReader struct {
	*zstd.Decoder
	file *os.File
}

func (a artifactReader) Close() error {
	a.Decoder.Close()
	return a.file.Close()
}

func (r *Runner) openArtifact(a schema.Artifact) (io.ReadCloser, error) {
	f, err := OpenKept(r.o.DataDir, a.SHA256)
	if err != nil {
		return nil, fmt.Errorf("ingest: kept payload of %s: %w", a.Name, err)
	}
	return f, nil
}

// keptPath is where a payload is kept, below the artifact directory.
func keptPath(hash string) string { return filepath.Join(hash[:2], hash+".zst") }

// IsKept tells whether the payload with this SHA-256 (64 hexadecimal digits) is kept below a data directory.
func IsKept(dataDir, hash string) bool {
	if len(hash) != hex.EncodedLen(sha256.Size) {
		return false
	}
	_, err := os.Stat(filepath.Join(dataDir, "artifacts", keptPath(hash)))
	return err == nil
}

// OpenKept reads a kept payload's bytes as they were received.
func OpenKept(dataDir, hash string) (io.ReadCloser, error) {
	if len(hash) != hex.EncodedLen(sha256.Size) {
		return nil, fmt.Errorf("ingest: %q is not the hash of a payload", hash)
	}
	f, err := os.Open(filepath.Join(dataDir, "artifacts", keptPath(hash)))
	if err != nil {
		return nil, fmt.Errorf("ingest: kept payload: %w", err)
	}
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("ingest: kept payload %s: %w", hash, err)
	}
	return artifactReader{z, f}, nil
}
