package formats

import (
	"bytes"
	"strings"
)

// HeadSize is how much of a payload Guess wants to see.
const HeadSize = 64 << 10

// Guess recognises a format by a payload's first bytes, unpacked. "" means that it cannot.
func Guess(head []byte) string {
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return "xlsx"
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(text) == 0 || bytes.IndexByte(text, 0) >= 0 || text[0] == '<':
		return ""
	case text[0] == '{' || text[0] == '[':
		return guessJSON(text)
	}
	return guessText(text)
}

// guessJSON goes by member names that only one format has.
func guessJSON(text []byte) string {
	has := func(name string) bool { return bytes.Contains(text, []byte(`"`+name+`"`)) }
	switch {
	case has("@odata.context"):
		return "gho"
	case has("municipality") && (has("kpi") || has("period")), has("isdeleted"):
		return "kolada"
	case has("varde") || has("nasta_sida") || has("regionId"):
		return "socialstyrelsen"
	case has("variables") && has("title") && !has("dimension"):
		return "pxweb-table"
	case has("columns") && has("data") && !has("dimension"):
		return "pxweb"
	case has("dimension") || has("class") || has("dataset"):
		return "jsonstat"
	case has("percent_pending_investigation") || has("data_value") && has("month"):
		return "vsrr-json"
	case text[0] == '[' && len(text) > 1:
		return "socrata"
	}
	return ""
}

func guessText(text []byte) string {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	line := string(bytes.TrimRight(first, "\r"))
	has := func(parts ...string) bool {
		for _, p := range parts {
			if !strings.Contains(line, p) {
				return false
			}
		}
		return true
	}
	switch {
	case isPX(text):
		return "px"
	case has("\t", `\`) && !has(`"`):
		return "eurostat-tsv"
	case has("OBS_VALUE"):
		return "sdmx-csv"
	case has("State", "Year", "Month", "Indicator", "Data Value"):
		return "vsrr"
	case has("Notes", "\t"):
		return "wonder"
	case has("GHO", "Numeric"):
		return "gho-csv"
	case has("Specific_Measure", "Aggregator"):
		return "phac"
	case has("INDHOLD", ";"):
		return "statbank"
	}
	if strings.ContainsAny(line, ",;\t|") {
		return "csv"
	}
	return ""
}

// isPX tells whether a text begins as PX files do: keywords in capitals, each with a value and a semicolon.
func isPX(text []byte) bool {
	for _, keyword := range []string{"CHARSET=", "AXIS-VERSION=", "CODEPAGE=", "LANGUAGE=", "MATRIX=", "SUBJECT-AREA", "SUBJECT-CODE=", "TABLEID="} {
		if bytes.HasPrefix(text, []byte(keyword)) {
			return true
		}
	}
	return false
}
