package engine

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"
)

const (
	tailLines      = 12
	longestLogLine = 16 << 10
)

// A logFolder reads the engine's log and writes each record to ours, keeping the last lines for a crash report.
type logFolder struct {
	logger *slog.Logger
	done   chan struct{}

	mu   sync.Mutex
	last []string
}

// foldLog reads until the child's end closes the pipe.
func foldLog(pipe *os.File, logger *slog.Logger) *logFolder {
	folder := &logFolder{logger: logger.With("component", "engine"), done: make(chan struct{})}
	go func() {
		defer close(folder.done)
		defer pipe.Close()
		folder.read(pipe)
	}()
	return folder
}

func (f *logFolder) read(source io.Reader) {
	reader := bufio.NewReaderSize(source, longestLogLine)
	for {
		line, err := reader.ReadSlice('\n')
		text := strings.TrimRight(string(line), "\r\n")
		for errors.Is(err, bufio.ErrBufferFull) { // the rest of a very long line is dropped
			_, err = reader.ReadSlice('\n')
		}
		if text != "" {
			f.record(text)
		}
		if err != nil {
			return
		}
	}
}

// engineRecord is a line of ClickHouse's log in its JSON form.
type engineRecord struct {
	Level   string `json:"level"`
	Logger  string `json:"logger_name"`
	Query   string `json:"query_id"`
	Message string `json:"message"`
}

func (f *logFolder) record(line string) {
	var record engineRecord
	if json.Unmarshal([]byte(line), &record) != nil {
		// What the library or the runtime prints outside the log, at its worst the trace of a crash.
		record = engineRecord{Level: "Warning", Message: line}
	}
	record.Message = withoutStack(record.Message)
	if record.Message == "" {
		return
	}
	level := record.level()
	if stackFrame.MatchString(record.Message) {
		level = slog.LevelDebug
	} else {
		f.keep(record.Level + " " + record.Message)
	}
	attributes := make([]slog.Attr, 0, 2)
	if record.Logger != "" {
		attributes = append(attributes, slog.String("logger", record.Logger))
	}
	if record.Query != "" {
		attributes = append(attributes, slog.String("query_id", record.Query))
	}
	f.logger.LogAttrs(context.Background(), level, record.Message, attributes...)
}

// stackFrame matches a line of a crash's trace. The library has no symbols, so it tells nobody anything.
var stackFrame = regexp.MustCompile(`^\d+\. \S+ @ 0x[0-9a-f]+$|^Stack trace:( 0x[0-9a-f]+)+$`)

// withoutStack drops the addresses that ClickHouse appends to an exception: the library has no symbols to name them.
func withoutStack(message string) string {
	before, _, _ := strings.Cut(message, ", Stack trace (when copying this message")
	return strings.TrimSpace(before)
}

// level maps ClickHouse's levels. What it calls information is how it loads its disks and tables, and what it calls
// the error of a query goes to whoever sent the query: both are detail here.
func (r engineRecord) level() slog.Level {
	if (r.Logger == "executeQuery" || r.Logger == "TCPHandler") && strings.HasPrefix(r.Message, "Code: ") {
		return slog.LevelDebug
	}
	// Said at every background task of a busy engine; the task goes on a moment later.
	if strings.HasPrefix(r.Message, "Temporarily pause scheduling of tasks") {
		return slog.LevelDebug
	}
	switch r.Level {
	case "Fatal", "Critical", "Error":
		return slog.LevelError
	case "Warning":
		return slog.LevelWarn
	case "Notice":
		return slog.LevelInfo
	}
	return slog.LevelDebug
}

func (f *logFolder) keep(line string) {
	const longest = 400
	if len(line) > longest {
		line = line[:longest] + "…"
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = append(f.last, line)
	if len(f.last) > tailLines {
		f.last = f.last[1:]
	}
}

// tail is the last lines, indented under an error message, or nothing.
func (f *logFolder) tail() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.last) == 0 {
		return ""
	}
	return ":\n  " + strings.Join(f.last, "\n  ")
}

// wait returns when everything the child wrote has been read; it ended a moment ago, so the pipe is about to.
func (f *logFolder) wait() {
	select {
	case <-f.done:
	case <-time.After(time.Second):
	}
}
