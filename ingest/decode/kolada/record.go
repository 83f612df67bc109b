package kolada

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/jsonscan"
)

func (k *Reader) record() error {
	k.present.kpi, k.present.area, k.present.period = "", "", ""
	k.present.values = k.present.values[:0]
	k.next = 0
	area := ""
	listed := false
	err := k.s.Members(func(key string) (err error) {
		switch key {
		case "kpi":
			k.present.kpi, err = k.code("kpi")
		case "municipality", "ou":
			if area != "" {
				return k.s.Fault("municipality or ou, once", "both or twice", "")
			}
			area = key
			k.present.area, err = k.code(key)
		case "period":
			k.present.period, err = k.period()
		case "values":
			listed = true
			err = k.s.Array(func(int) error { return k.value() })
		case "auspices", "is_deleted":
			err = k.old(key)
		default:
			err = k.s.Skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	missing := ""
	switch {
	case k.present.kpi == "":
		missing = "kpi"
	case area == "":
		missing = "municipality or ou"
	case k.present.period == "":
		missing = "period"
	case !listed:
		missing = "values"
	}
	if missing != "" {
		return k.s.Fault("a row with kpi, municipality or ou, period and values", "none of "+missing, "choose the format of the payload")
	}
	if !k.found {
		k.found = true
		k.area = strings.Clone(area)
	}
	if area != k.area {
		return k.s.Fault(k.area+" in every row", area, "")
	}
	if k.cells += int64(len(k.present.values)); k.cells > k.s.Limits().MaxCells {
		return k.s.Fault(fmt.Sprintf("at most %d values", k.s.Limits().MaxCells), "more", "")
	}
	return nil
}

// code reads a KPI's or an area's id, which is a string.
func (k *Reader) code(name string) (string, error) {
	kind, err := k.s.Peek()
	if err != nil {
		return "", err
	}
	if kind != jsonscan.String {
		return "", k.s.Mismatch("the "+name+" as a string, for its zeros count", kind)
	}
	text, err := k.s.Text()
	if err == nil && text == "" {
		err = k.s.Fault("the "+name, `""`, "")
	}
	return text, err
}

// period reads a year, which is a number in v3 and was a string in v2.
func (k *Reader) period() (string, error) {
	kind, err := k.s.Peek()
	if err != nil {
		return "", err
	}
	switch kind {
	case jsonscan.Number:
		text, err := k.s.Number()
		if err != nil {
			return "", err
		}
		if _, err := strconv.ParseUint(text, 10, 32); err != nil {
			return "", k.s.Fault("a year", decode.Quote(text), "")
		}
		return text, nil
	case jsonscan.String:
		return "", k.old("a period in quotes")
	}
	return "", k.s.Mismatch("a year", kind)
}

func (k *Reader) value() error {
	var v value
	seen := false
	err := k.s.Members(func(key string) (err error) {
		switch key {
		case "gender":
			seen = true
			v.gender, err = k.code("gender")
		case "status":
			v.status, _, err = k.s.Scalar()
		case "isdeleted":
			v.deleted, err = k.s.Boolean()
		case "is_deleted":
			err = k.old(key)
		case "count":
			v.count, err = k.number()
		case "value":
			err = v.read(k.s)
		default:
			err = k.s.Skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	if !seen {
		return k.s.Fault("a value with gender", "none", "")
	}
	if slices.ContainsFunc(k.present.values, func(other value) bool { return other.gender == v.gender }) {
		return k.s.Fault("each gender once", decode.Quote(v.gender)+" twice", "")
	}
	if len(k.present.values) >= maxGenders {
		return k.s.Fault(fmt.Sprintf("at most %d genders", maxGenders), "more", "")
	}
	k.present.values = append(k.present.values, v)
	return nil
}

// maxGenders is far above the three that there are (T, K and M).
const maxGenders = 16

func (v *value) read(s *jsonscan.Scanner) error {
	kind, err := s.Peek()
	if err != nil {
		return err
	}
	switch kind {
	case jsonscan.Null:
		return s.Skip()
	case jsonscan.Number:
		if v.text, err = s.Number(); err != nil {
			return err
		}
		if v.number, v.has = decode.Number(v.text); !v.has {
			return s.Fault("a number that a 64-bit float can hold", decode.Quote(v.text), "")
		}
		return nil
	}
	return s.Mismatch("a number or null", kind)
}

func (k *Reader) number() (int, error) {
	text, ok, err := k.s.Scalar()
	if err != nil || !ok {
		return 0, err
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, k.s.Fault("a whole number", decode.Quote(text), "")
	}
	return int(n), nil
}
