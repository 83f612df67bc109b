package formats

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"utfall/ingest/decode"
)

// shared gives the folder of recorded payloads, or skips.
func shared(t testing.TB) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "..", "shared", "data")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the recorded payloads are not on this machine (../shared/data)")
	}
	return dir
}

// rows reads a payload to its end.
func rows(name string, payload []byte, o Options) (list []decode.Row, dims []decode.Dimension, err error) {
	r, err := Open(name, bytes.NewReader(payload), o)
	if err != nil {
		return nil, nil, err
	}
	var row decode.Row
	for {
		if err := r.Next(&row); errors.Is(err, io.EOF) {
			return list, r.Dimensions(), nil
		} else if err != nil {
			return list, r.Dimensions(), err
		}
		if len(row.Codes) != len(r.Dimensions()) || len(row.Labels) != len(row.Codes) {
			return list, nil, errors.New("a row with another number of codes or labels than there are dimensions")
		}
		copied := row
		copied.Codes, copied.Labels = nil, nil
		for i := range row.Codes {
			copied.Codes, copied.Labels = append(copied.Codes, strings.Clone(row.Codes[i])), append(copied.Labels, strings.Clone(row.Labels[i]))
		}
		list = append(list, copied)
	}
}

// Every recorded payload is recognised without being told what it is and read whole, or refused with a word of why.
func TestEveryRecordedPayload(t *testing.T) {
	dir := shared(t)
	for name, want := range map[string]struct {
		format string
		rows   int    // -1: any number above zero
		says   string // of the error
	}{
		"jsonstat/canada.json":                              {"jsonstat", 120, ""},
		"jsonstat/galicia.json":                             {"jsonstat", 3960, ""},
		"jsonstat/hierarchy.json":                           {"jsonstat", 132, ""},
		"jsonstat/oecd.json":                                {"jsonstat", 432, ""},
		"jsonstat/order.json":                               {"jsonstat", 24, ""},
		"jsonstat/us-gsp.json":                              {"jsonstat", 204, ""},
		"jsonstat/collection.json":                          {"jsonstat", 0, "8 addresses"},
		"eurostat/nama_10_gdp.json":                         {"jsonstat", 64, ""},
		"eurostat/sdmx_csv_lfsa_argan.csv":                  {"sdmx-csv", 2, ""},
		"eurostat/sdmx_csv_migr_resfirst.csv":               {"sdmx-csv", 2, ""},
		"eurostat/weekly_deaths_mock.tsv":                   {"eurostat-tsv", 9, ""},
		"dst/HISB3_jsonstat.json":                           {"jsonstat", 6, ""},
		"dst/HISB3.csv":                                     {"csv", 6, ""},
		"dst/komgrp.csv":                                    {"csv", -1, ""},
		"pxweb1/cso_ie_NQQ25_jsonstat1.json":                {"jsonstat", -1, ""},
		"pxweb1/scb_sos_deaths_norrbotten_jsonstat1.json":   {"jsonstat", -1, ""},
		"pxweb1/ssb_05300_jsonstat2.json":                   {"jsonstat", 432, ""},
		"pxweb1/ssb_05300_metadata.json":                    {"pxweb-table", -1, ""},
		"pxweb2/TAB6471_data.json":                          {"jsonstat", 2772, ""},
		"pxweb2/TAB6471_metadata.json":                      {"jsonstat", 0, ""},
		"pxweb2/MetadataById_tab004_js2.json":               {"jsonstat", 0, ""},
		"px/BE0101A1.px":                                    {"px", -1, ""},
		"px/TAB003.px":                                      {"px", -1, ""},
		"px/TAB004.px":                                      {"px", -1, ""},
		"kolada/v3_data_N21704_2023_recorded.json":          {"kolada", 15, ""},
		"kolada/N35001_raw.csv":                             {"csv", 7255, ""},
		"kolada/N01951_invanare_total.csv":                  {"csv", 9036, ""},
		"socialstyrelsen/skador_rows_recorded_excerpt.json": {"socialstyrelsen", 47, ""},
		"socialstyrelsen/indikatorer_datapoints_ci.csv":     {"csv", -1, ""},
		"who_gho/odata_fragment_WSH_HYGIENE_BASIC.json":     {"gho", -1, ""},
		"who_gho/RSUD_590.csv":                              {"gho-csv", -1, ""},
		"who_gho/SA_0000001404.csv":                         {"gho-csv", -1, ""},
		"cdc/VSRR_vintage_2019-07.csv":                      {"vsrr", 13912, ""},
		"cdc/state_naloxone_dispensing_rates.csv":           {"csv", -1, ""},
		"phac/SubstanceHarmsData_deaths_overall.csv":        {"phac", -1, ""},
		"scotland/NRSdata_trend.csv":                        {"csv", -1, ""},
		"scotland/SuspectedDRDs_OctDec2023.xlsx":            {"xlsx", -1, ""},
		"bccdc/monthly-deaths.csv":                          {"csv", 136, ""},
		"bccdc/ops-visits.csv":                              {"csv", 53, ""},
	} {
		payload, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if got := Guess(payload[:min(len(payload), HeadSize)]); got != want.format {
			t.Errorf("%s is taken for %q, is %q", name, got, want.format)
			continue
		}
		list, _, err := rows(want.format, payload, Options{})
		switch {
		case want.says != "" && (err == nil || !strings.Contains(err.Error(), want.says)):
			t.Errorf("%s: %v, want an error that says %q", name, err, want.says)
		case want.says == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case want.rows >= 0 && len(list) != want.rows, want.rows < 0 && len(list) == 0:
			t.Errorf("%s: %d rows, want %d", name, len(list), want.rows)
		}
	}
}

// Where somebody else has flattened a payload, ours is the same: labels, values and flags, in whatever order their columns
// stand.
func TestFlattenedByOthers(t *testing.T) {
	dir := shared(t)
	for payload, expected := range map[string]string{"eurostat/nama_10_gdp.json": "eurostat/nama_10_gdp.expected.csv", "dst/HISB3_jsonstat.json": "dst/HISB3.csv"} {
		body, err := os.ReadFile(filepath.Join(dir, payload))
		if err != nil {
			t.Fatal(err)
		}
		list, dims, err := rows("jsonstat", body, Options{})
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, expected))
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range list {
			cells := map[string]string{"status": r.Status, "value": strconv.FormatFloat(r.Value, 'f', -1, 64)}
			for i, d := range dims {
				cells[d.Label] = r.Labels[i]
			}
			var line []string
			for _, h := range records[0] {
				v, ok := cells[h]
				if !ok {
					t.Fatalf("%s has a column %q that %s lacks", expected, h, payload)
				}
				line = append(line, v)
			}
			got = append(got, strings.Join(line, "|"))
		}
		var want []string
		for _, r := range records[1:] {
			want = append(want, strings.Join(r, "|"))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d rows, %s has %d; the first: %q and %q", payload, len(got), expected, len(want), got[0], want[0])
		}
	}
}

// Our own small payloads, so that the list works where nothing recorded is at hand.
func TestGuess(t *testing.T) {
	for text, want := range map[string]string{
		`{"version":"2.0","class":"dataset"}`:                                   "jsonstat",
		` {"dataset":{"dimension":{}}}`:                                         "jsonstat",
		`{"values":[{"kpi":"N1","municipality":"0180","period":2023}]}`:         "kolada",
		`{"data":[{"regionId":"00","varde":"1,5"}]}`:                            "socialstyrelsen",
		`{"@odata.context":"x","value":[]}`:                                     "gho",
		`{"columns":[{"code":"Tid"}],"data":[{"key":["2022"],"values":["1"]}]}`: "pxweb",
		`[{"state":"AK","data_value":"1","month":"May"}]`:                       "vsrr-json",
		`[{"a":"1"}]`: "socrata",
		"\xef\xbb\xbfCHARSET=\"ANSI\";\nAXIS-VERSION=\"2013\";": "px",
		"unit,geo\\TIME_PERIOD\t2020 \t2021\nNR,SE\t1 \t2":      "eurostat-tsv",
		"DATAFLOW,LAST UPDATE,geo,TIME_PERIOD,OBS_VALUE\n":      "sdmx-csv",
		"a;b\n1;2\n":                       "csv",
		"PK\x03\x04rest":                   "xlsx",
		"<!doctype html><p>":               "",
		"":                                 "",
		"just some words\n":                "",
		"a,b\x00\n":                        "",
		"\"OMRÅDE\";\"TID\";\"INDHOLD\"\n": "statbank",
	} {
		if got := Guess([]byte(text)); got != want {
			t.Errorf("%q is taken for %q, is %q", text, got, want)
		}
	}
}

// Every name that Guess can give is in the list, and whatever the bytes no format panics or hands out a nil reader.
func FuzzOpen(f *testing.F) {
	for _, s := range []string{"", "{", "[{}]", `{"class":"dataset"}`, "a,b\n1,2\n", "PK\x03\x04", "CHARSET=\"ANSI\";", "\x1f\x8b\x08"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		if g := Guess(payload); g != "" && !slices.Contains(Names(), g) {
			t.Fatalf("the guess %q is no format", g)
		}
		for _, name := range Names() {
			r, err := Open(name, bytes.NewReader(payload), Options{})
			if (r == nil) == (err == nil) {
				t.Fatalf("%s: reader %v, error %v", name, r, err)
			}
		}
	})
}

func TestUnknown(t *testing.T) {
	_, err := Open("parquet", strings.NewReader(""), Options{})
	var unknown *UnknownError
	if !errors.As(err, &unknown) || !strings.Contains(err.Error(), "jsonstat") {
		t.Error(err)
	}
}
