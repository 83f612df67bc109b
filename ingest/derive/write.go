package derive

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"utfall/schema"
)

var header = []string{"indicator", "variant", "area", "period", "sex", "age", "breakdown", "value", "unit", "lower", "upper", "missing", "symbol", "flags", "source", "citation", "note"}

// CSV writes computed figures as a tidy delivery. Equal figures give equal bytes.
func CSV(ind schema.Indicator, figures []schema.Observation) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(header); err != nil {
		return nil, fmt.Errorf("derive: %w", err)
	}
	for _, o := range figures {
		value := ""
		if o.Missing == schema.Present {
			value = number(o.Value)
		}
		row := []string{o.Indicator, o.Variant, o.Area, o.Period.String(), string(o.Sex), o.Age, o.Breakdown, value, ind.Unit, limit(o.Lower), limit(o.Upper),
			string(o.Missing), o.Symbol, o.Flags, o.Source, o.Citation, o.Note}
		if err := w.Write(row); err != nil {
			return nil, fmt.Errorf("derive: %w", err)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func limit(v *float64) string {
	if v == nil {
		return ""
	}
	return number(*v)
}
