package jsonscan

import (
	"strings"

	"utfall/ingest/decode"
)

// Object reads an object and calls member for every name; member has to read the value. While it runs, the path ends
// with the name.
func (s *Scanner) Object(member func(key string) error) error {
	if err := s.EnterObject(); err != nil {
		return err
	}
	path := s.path
	for {
		key, ok, err := s.NextKey()
		if err != nil || !ok {
			return err
		}
		s.path = join(path, key)
		if err := member(key); err != nil {
			return err
		}
		s.path = path
	}
}

// Members is Object for one with many members: the path stays as it is, which saves an allocation for each.
func (s *Scanner) Members(member func(key string) error) error {
	if err := s.EnterObject(); err != nil {
		return err
	}
	for {
		key, ok, err := s.NextKey()
		if err != nil || !ok {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
	}
}

// Array reads an array and calls element for every value; element has to read it.
func (s *Scanner) Array(element func(i int) error) error {
	if err := s.EnterArray(); err != nil {
		return err
	}
	for i := 0; ; i++ {
		more, err := s.More()
		if err != nil || !more {
			return err
		}
		if err := element(i); err != nil {
			return err
		}
	}
}

// join makes a path.
func join(path, key string) string {
	if path != "" {
		key = path + "." + key
	}
	return brief(strings.Clone(key))
}

// brief shortens text of the payload that goes into an error.
func brief(text string) string {
	const longest = 300
	if len(text) > longest {
		return strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// Skip passes one value of any kind.
func (s *Scanner) Skip() error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	switch kind {
	case Object:
		if err := s.EnterObject(); err != nil {
			return err
		}
		for {
			if _, ok, err := s.NextKey(); err != nil || !ok {
				return err
			}
			if err := s.Skip(); err != nil {
				return err
			}
		}
	case Array:
		if err := s.EnterArray(); err != nil {
			return err
		}
		for {
			if more, err := s.More(); err != nil || !more {
				return err
			}
			if err := s.Skip(); err != nil {
				return err
			}
		}
	case String:
		_, err = s.Text()
	case Number:
		_, err = s.Number()
	default:
		_, err = s.Literal()
	}
	return err
}

// Scalar reads a string, a number or null as text: sources write the same code now in one way, now in the other. null
// is "" and false.
func (s *Scanner) Scalar() (text string, ok bool, err error) {
	kind, err := s.Peek()
	if err != nil {
		return "", false, err
	}
	switch kind {
	case String:
		text, err = s.Text()
		return text, true, err
	case Number:
		text, err = s.Number()
		return text, true, err
	case Null:
		_, err = s.Literal()
		return "", false, err
	}
	return "", false, s.Mismatch("a string or a number", kind)
}

// Boolean reads true or false. Some sources write them as strings or as 1 and 0.
func (s *Scanner) Boolean() (bool, error) {
	kind, err := s.Peek()
	if err != nil {
		return false, err
	}
	if kind == String || kind == Number {
		text, _, err := s.Scalar()
		if err != nil {
			return false, err
		}
		switch strings.ToLower(text) {
		case "true", "1":
			return true, nil
		case "false", "0":
			return false, nil
		}
		return false, s.Fault("true or false", decode.Quote(text), "")
	}
	if kind, err = s.Literal(); err != nil {
		return false, err
	}
	return kind == True, nil
}

// Texts reads a string, or an array of strings, or null. Numbers in the array count as text.
func (s *Scanner) Texts() ([]string, error) {
	kind, err := s.Peek()
	if err != nil {
		return nil, err
	}
	if kind != Array {
		text, ok, err := s.Scalar()
		if err != nil || !ok {
			return nil, err
		}
		return []string{text}, nil
	}
	var out []string
	err = s.Array(func(int) error {
		text, ok, err := s.Scalar()
		if err == nil && ok {
			out = append(out, text)
		}
		return err
	})
	return out, err
}

// Mismatch is the error for a value of the wrong kind.
func (s *Scanner) Mismatch(want string, got Kind) error {
	return s.Fault(want, got.String(), "")
}
