package jsonscan

import (
	"strconv"
	"strings"

	"utfall/ingest/decode"
)

// Problem gathers what a service says of itself instead of giving data: an `error` that is a string, a list or an
// object, Eurostat's `warning`, a plain `message`, or the members of RFC 9457 (problem+json).
type Problem struct {
	failed  *decode.Refusal // from error
	warned  *decode.Refusal // from warning
	title   string
	detail  string
	message string
	status  int
}

// Member reads the value of key if it is one of those that a Problem is made of, and tells whether it did.
func (p *Problem) Member(s *Scanner, key string) (bool, error) {
	var err error
	switch key {
	case "error", "errors":
		p.failed, err = s.refusal(p.failed)
	case "warning":
		p.warned, err = s.refusal(p.warned)
	case "message", "detail", "title":
		kind, peek := s.Peek()
		if peek != nil {
			return true, peek
		}
		if kind != String {
			return true, s.Skip()
		}
		var text string
		if text, err = s.Text(); err != nil {
			return true, err
		}
		*map[string]*string{"message": &p.message, "detail": &p.detail, "title": &p.title}[key] = strings.Clone(text)
	default:
		return false, nil
	}
	return true, err
}

// Status reads the number of a `status` member.
func (p *Problem) Status(s *Scanner) error {
	text, _, err := s.Scalar()
	if err == nil {
		p.status, _ = strconv.Atoi(text)
	}
	return err
}

// Failed is the refusal that an `error` member makes, or nil: it stands whatever else the payload holds.
func (p *Problem) Failed() *decode.Refusal { return p.failed }

// Title is the text of a `title` member.
func (p *Problem) Title() string { return p.title }

// Instead is the refusal that the payload makes where it holds no data, or nil.
func (p *Problem) Instead() *decode.Refusal {
	switch {
	case p.failed != nil:
		return p.failed
	case p.warned != nil:
		return p.warned
	case p.message == "" && p.detail == "" && (p.title == "" || p.status == 0):
		return nil // a title alone is a table's title as well
	}
	var parts []string
	for _, part := range []string{p.title, p.detail, p.message} {
		if part != "" {
			parts = append(parts, brief(part))
		}
	}
	return &decode.Refusal{Status: p.status, Message: strings.Join(parts, ": "), Asynchronous: p.status == 413}
}

// Warning is the text of a `warning` member, "" if there is none.
func (p *Problem) Warning() string {
	if p.warned == nil {
		return ""
	}
	return strings.TrimSpace(p.warned.Code + " " + p.warned.Message)
}

// refusal reads the value of an error or warning. null and an empty list say that there is none.
func (s *Scanner) refusal(before *decode.Refusal) (*decode.Refusal, error) {
	kind, err := s.Peek()
	if err != nil {
		return nil, err
	}
	out := before
	switch kind {
	case Array:
		err = s.Array(func(int) error {
			r, err := s.refusal(nil)
			if r != nil {
				out = merge(out, r)
			}
			return err
		})
	case Object:
		r := &decode.Refusal{}
		if err = s.refusalObject(r); err == nil {
			out = merge(out, r)
		}
	case String:
		var text string
		if text, err = s.Text(); err == nil {
			out = merge(out, &decode.Refusal{Message: brief(text)})
		}
	default:
		err = s.Skip()
	}
	return out, err
}

func (s *Scanner) refusalObject(r *decode.Refusal) error {
	return s.Object(func(key string) error {
		kind, err := s.Peek()
		if err != nil {
			return err
		}
		if kind != String && kind != Number {
			return s.Skip()
		}
		text, _, err := s.Scalar()
		if err != nil {
			return err
		}
		switch key {
		case "status":
			r.Status, _ = strconv.Atoi(text)
		case "id", "code":
			r.Code = brief(text)
		case "label", "message", "detail", "title", "text":
			r.Message = brief(strings.TrimPrefix(r.Message+"; "+text, "; "))
		}
		r.Asynchronous = r.Status == 413 || strings.Contains(r.Message, "ASYNCHRONOUS")
		return nil
	})
}

// merge puts what several errors of one body say into one.
func merge(a, b *decode.Refusal) *decode.Refusal {
	if a == nil {
		return b
	}
	m := *a
	if m.Status == 0 {
		m.Status = b.Status
	}
	if m.Code == "" {
		m.Code = b.Code
	}
	m.Message = brief(strings.TrimPrefix(m.Message+"; "+b.Message, "; "))
	m.Asynchronous = m.Asynchronous || b.Asynchronous
	return &m
}

// Refuse makes the error for a refusal.
func (s *Scanner) Refuse(r *decode.Refusal, want string) error {
	e := &decode.Error{Format: s.format, Offset: -1, Want: want, Err: r}
	switch {
	case r.Asynchronous:
		e.Fix = "split the query, or ask for fewer periods or areas"
	case r.Status == 404:
		e.Fix = "check table, codes and language of the query"
	default:
		e.Fix = "check the query against the table's metadata"
	}
	return e
}
