package pxweb

import (
	"io"
	"strconv"
	"time"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

// Config are the limits that a service states: read them, for they change and differ between installations.
type Config struct {
	APIVersion      string // "2.2.0"; "" in PxWeb 1
	MaxCells        int64  // of one answer (maxDataCells; maxCells or, if smaller, maxValues in PxWeb 1)
	MaxCalls        int    // in Window
	Window          time.Duration
	Languages       []string
	DefaultLanguage string
	License         string            // address
	SourceReference map[string]string // by language: how to cite
	Formats         []string
	DefaultFormat   string
}

// ReadConfig reads /config of PxWebApi 2, or what ?config answers in PxWeb 1.
func ReadConfig(r io.Reader, limits decode.Limits) (*Config, error) {
	limits = limits.WithDefaults()
	limits.MaxBytes = min(limits.MaxBytes, 1<<20)
	c := &Config{SourceReference: map[string]string{}}
	err := document(r, limits, "the limits of a PxWeb service", func(s *jsonscan.Scanner, key string) (found bool, err error) {
		var n int64
		switch key {
		case "apiVersion":
			c.APIVersion, _, err = s.Scalar()
		case "maxDataCells", "maxCells", "maxValues":
			if n, err = count(s); err == nil && (c.MaxCells == 0 || n < c.MaxCells) {
				c.MaxCells = n
			}
			found = true
		case "maxCallsPerTimeWindow", "maxCalls":
			n, err = count(s)
			c.MaxCalls = int(n)
		case "timeWindow":
			n, err = count(s)
			c.Window = time.Duration(n) * time.Second
		case "languages":
			c.Languages, err = languages(s)
		case "defaultLanguage":
			c.DefaultLanguage, _, err = s.Scalar()
		case "license":
			c.License, _, err = s.Scalar()
		case "sourceReferences":
			err = c.references(s)
		case "dataFormats":
			c.Formats, err = s.Texts()
		case "defaultDataFormat":
			c.DefaultFormat, _, err = s.Scalar()
		default:
			err = s.Skip()
		}
		return found, err
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// count reads a whole number above 0.
func count(s *jsonscan.Scanner) (int64, error) {
	text, _, err := s.Scalar()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n <= 0 {
		return 0, s.Fault("a whole number above 0", decode.Quote(text), "")
	}
	return n, nil
}

// languages reads ["sv"] or [{id:"sv"}].
func languages(s *jsonscan.Scanner) ([]string, error) {
	var out []string
	err := s.Array(func(int) error {
		kind, err := s.Peek()
		if err != nil {
			return err
		}
		id := ""
		if kind == jsonscan.Object {
			err = s.Object(func(key string) (err error) {
				if key != "id" {
					return s.Skip()
				}
				id, _, err = s.Scalar()
				return err
			})
		} else {
			id, _, err = s.Scalar()
		}
		out = append(out, id)
		return err
	})
	return out, err
}

func (c *Config) references(s *jsonscan.Scanner) error {
	return s.Array(func(int) error {
		language, text := "", ""
		err := s.Object(func(key string) (err error) {
			switch key {
			case "language":
				language, _, err = s.Scalar()
			case "text":
				text, _, err = s.Scalar()
			default:
				err = s.Skip()
			}
			return err
		})
		c.SourceReference[language] = text
		return err
	})
}
