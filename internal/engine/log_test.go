package engine

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
)

// fold runs lines through the folder and returns our log's text and the tail.
func fold(t *testing.T, lines ...string) (text, tail string) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	folder := foldLog(read, slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})))
	if _, err := write.WriteString(strings.Join(lines, "\n")); err != nil {
		t.Fatal(err)
	}
	write.Close()
	<-folder.done
	return out.String(), folder.tail()
}

func TestFoldLog(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ line, expected string }{
		"information is detail": {
			`{"date_time":"1.5","level":"Information","query_id":"q1","logger_name":"Context","message":"Loading \/x\/"}`,
			`level=DEBUG msg="Loading /x/" component=engine logger=Context query_id=q1`},
		"notice":  {`{"level":"Notice","logger_name":"A","message":"m"}`, `level=INFO msg=m component=engine logger=A`},
		"warning": {`{"level":"Warning","logger_name":"A","message":"m"}`, `level=WARN msg=m component=engine logger=A`},
		"error":   {`{"level":"Error","logger_name":"MergeTask","message":"m"}`, `level=ERROR msg=m component=engine logger=MergeTask`},
		"fatal":   {`{"level":"Fatal","logger_name":"A","message":"m"}`, `level=ERROR msg=m component=engine logger=A`},
		"a failed query is its sender's": {
			`{"level":"Error","query_id":"q","logger_name":"executeQuery","message":"Code: 62. DB::Exception: no, Stack trace (when copying this message, always include the lines below):\n\n0. ? @ 0x01"}`,
			`level=DEBUG msg="Code: 62. DB::Exception: no" component=engine logger=executeQuery query_id=q`},
		"a refused login is ours": {
			`{"level":"Error","logger_name":"TCPHandler","message":"TCPHandler: Code: 516. DB::Exception: wrong"}`,
			`level=ERROR msg="TCPHandler: Code: 516. DB::Exception: wrong" component=engine logger=TCPHandler`},
		"a stack frame":           {`{"level":"Fatal","logger_name":"A","message":"3. ? @ 0x00ab"}`, `level=DEBUG msg="3. ? @ 0x00ab" component=engine logger=A`},
		"words outside the log":   {`terminate called`, `level=WARN msg="terminate called" component=engine`},
		"an empty record":         {`{"level":"Fatal","logger_name":"A","message":""}`, ``},
		"an empty line":           {``, ``},
		"a line break in a field": {`{"level":"Warning","logger_name":"A","message":"a\nb"}`, `level=WARN msg="a\nb" component=engine logger=A`},
	} {
		if text, _ := fold(t, test.line); strings.TrimSpace(text) != test.expected {
			t.Errorf("%s:\n got %s\nwant %s", name, text, test.expected)
		}
	}
}

func TestFoldLogKeepsTheEnd(t *testing.T) {
	t.Parallel()
	lines := []string{strings.Repeat("x", 100_000)}
	for range 40 {
		lines = append(lines, "one of many")
	}
	text, tail := fold(t, append(lines, "7. ? @ 0x01", "the last words")...)
	if len(text) > 50_000 || !strings.Contains(text, "xxx") {
		t.Errorf("a line of 100 000 characters made a log of %d", len(text))
	}
	if strings.Count(tail, "\n") != tailLines || !strings.HasSuffix(tail, "the last words") || strings.Contains(tail, "0x01") {
		t.Errorf("the tail is %s", tail)
	}
}

func TestLogLevel(t *testing.T) {
	t.Parallel()
	for level, expected := range map[slog.Level]string{slog.LevelDebug: "information", slog.LevelInfo: "warning", slog.LevelError: "warning"} {
		logger := slog.New(slog.NewTextHandler(&bytes.Buffer{}, &slog.HandlerOptions{Level: level}))
		if got := (Options{Logger: logger}).logLevel(); got != expected {
			t.Errorf("a logger at %s asks for %q (enabled %v)", level, got, logger.Enabled(context.Background(), level))
		}
	}
}
