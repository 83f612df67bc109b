package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"utfall/internal/engine"
)

func TestStart(t *testing.T) {
	s := time.Now()
	e, err := engine.Start(context.Background(), engine.Options{DataDir: t.TempDir(), Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("ready", time.Since(s))
	c, err := clickhouse.Open(&clickhouse.Options{Addr: []string{e.Address()}, Auth: clickhouse.Auth{Username: e.User(), Password: e.Password(), Database: e.Database()}})
	if err != nil {
		t.Fatal(err)
	}
	var v string
	if err := c.QueryRow(context.Background(), "select version() || ' ' || timezone()").Scan(&v); err != nil {
		t.Fatal(err)
	}
	t.Log(v, e.Connection())
	s = time.Now()
	if err := e.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Log("stop", time.Since(s))
}
