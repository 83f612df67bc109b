package faults

import (
	"context"
	"io"
	"os"
	"syscall"
	"time"

	"utfall/ingest"
	"utfall/schema"
)

// points are the steps of ingest at which something is killed, in the order in which a delivery comes to them.
var points = []string{"clear", "payload half read", "payload kept", "begin", "begun", "stage", "staged", "append", "appended",
	"duplicates", "compare", "quarantine", "attach", "attached", "keep", "while keeping", "kept", "record", "recorded", "unstage", "unstaged"}

// deadly passes every step of ingest on to the real store, and kills at one of them.
type deadly struct {
	ingest.Writer
	point string
	kill  func()
}

// killer kills a process the way that nothing can be done about, and then waits for that to have happened.
func killer(pid int) func() {
	return func() {
		_ = syscall.Kill(pid, syscall.SIGKILL)
		if pid == os.Getpid() {
			select {}
		}
	}
}

func (d *deadly) at(point string) {
	if d.point == point {
		d.point = ""
		d.kill()
	}
}

// payload has a delivery's payload die half way.
func (d *deadly) payload(of ingest.Delivery) ingest.Delivery {
	open := of.Open
	of.Open = func() (io.ReadCloser, error) {
		in, err := open()
		return &dyingPayload{in, of.Size / 2, func() { d.at("payload half read") }}, err
	}
	return of
}

type dyingPayload struct {
	io.ReadCloser
	left int64
	die  func()
}

func (p *dyingPayload) Read(b []byte) (int, error) {
	if p.left <= 0 {
		p.die()
	}
	n, err := p.ReadCloser.Read(b[:min(len(b), 1024)])
	p.left -= int64(n)
	return n, err
}

func (d *deadly) Clear(ctx context.Context, dataset string) ([]uint64, error) {
	d.at("clear")
	return d.Writer.Clear(ctx, dataset)
}

func (d *deadly) Ledger(ctx context.Context, limit int, datasets ...string) ([]schema.Release, error) {
	d.at("payload kept")
	return d.Writer.Ledger(ctx, limit, datasets...)
}

func (d *deadly) Begin(ctx context.Context, r schema.Release) (uint64, error) {
	d.at("begin")
	seq, err := d.Writer.Begin(ctx, r)
	d.at("begun")
	return seq, err
}

func (d *deadly) Stage(ctx context.Context, seq uint64) error {
	d.at("stage")
	err := d.Writer.Stage(ctx, seq)
	d.at("staged")
	return err
}

func (d *deadly) Append(ctx context.Context, seq uint64, b *schema.Batch) error {
	d.at("append")
	err := d.Writer.Append(ctx, seq, b)
	d.at("appended")
	return err
}

func (d *deadly) Duplicates(ctx context.Context, seq uint64) ([]schema.Duplicate, error) {
	d.at("duplicates")
	return d.Writer.Duplicates(ctx, seq)
}

func (d *deadly) Count(ctx context.Context, seq uint64, dataset string) (schema.Counts, error) {
	d.at("compare")
	return d.Writer.Count(ctx, seq, dataset)
}

func (d *deadly) Reject(ctx context.Context, rejects []schema.Reject) error {
	d.at("quarantine")
	return d.Writer.Reject(ctx, rejects)
}

func (d *deadly) Attach(ctx context.Context, files []schema.Artifact) error {
	d.at("attach")
	err := d.Writer.Attach(ctx, files)
	d.at("attached")
	return err
}

func (d *deadly) Keep(ctx context.Context, seq uint64, dataset string, counts schema.Counts) error {
	d.at("keep")
	if d.point == "while keeping" {
		d.point = ""
		time.AfterFunc(2*time.Millisecond, d.kill)
	}
	err := d.Writer.Keep(ctx, seq, dataset, counts)
	d.at("kept")
	return err
}

func (d *deadly) Record(ctx context.Context, r schema.Release) error {
	d.at("record")
	err := d.Writer.Record(ctx, r)
	d.at("recorded")
	return err
}

func (d *deadly) Unstage(ctx context.Context, seq uint64) error {
	d.at("unstage")
	err := d.Writer.Unstage(ctx, seq)
	d.at("unstaged")
	return err
}
