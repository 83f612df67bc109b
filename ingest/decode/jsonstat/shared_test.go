package jsonstat

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"utfall/ingest/decode"
)

// sharedFile is a file of the payloads that lie beside the module; the test is skipped where they do not.
func sharedFile(t testing.TB, name string) []byte {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	body, err := os.ReadFile(filepath.Join(dir, "..", "shared", "data", filepath.FromSlash(name)))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the shared payload %s is not here", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestSharedPayloads(t *testing.T) {
	for _, c := range []struct {
		file          string
		rows, has     int
		dims          string
		status        string // of the first row that has one
		first, last   string // text
		unit, timeDim string
		metadata      bool
	}{
		{file: "jsonstat/canada.json", rows: 120, has: 120, dims: "country,year,age,concept,sex", status: "a", first: "34880.5", last: "1.0", unit: "thousands of persons", timeDim: "year"},
		{file: "jsonstat/galicia.json", rows: 3960, has: 3956, dims: "birth,age,gender,time,residence,concept", first: "2695880", unit: "persons", timeDim: "time"},
		{file: "jsonstat/hierarchy.json", rows: 132, dims: "commodity"},
		{file: "jsonstat/oecd.json", rows: 432, has: 432, dims: "concept,area,year", status: "e", first: "5.943826289", unit: "%", timeDim: "year"},
		{file: "jsonstat/order.json", rows: 24, dims: "A,B,C", first: "A1B1C1", last: "A3B2C4"},
		{file: "jsonstat/us-gsp.json", rows: 204, has: 204, dims: "year,state,concept", first: "174400", last: "63667", unit: "$ million", timeDim: "year"},
		{file: "dst/HISB3_jsonstat.json", rows: 6, has: 6, dims: "BEVÆGELSE,ContentsCode,Tid", first: "5873", last: "2984", unit: "Antal", timeDim: "Tid"},
		{file: "eurostat/nama_10_gdp.json", rows: 64, has: 64, dims: "freq,unit,na_item,geo,time", status: "d", first: "111.757", last: "-3.7", timeDim: "time"},
		{file: "pxweb1/cso_ie_NQQ25_jsonstat1.json", rows: 1216, has: 1216, dims: "Sector,Quarter,Statistic", first: "19960", last: "12521", unit: "Euro Million", timeDim: "Quarter"},
		{file: "pxweb1/scb_sos_deaths_norrbotten_jsonstat1.json", rows: 1120, has: 1120, dims: "Region,Dodsorsak,Alder,Kon,ContentsCode,Tid", unit: "antal", timeDim: "Tid"},
		{file: "pxweb1/ssb_05300_jsonstat2.json", rows: 432, has: 404, dims: "Avstand1,Kulturtilbud,ContentsCode,Tid", status: ".", first: "16", unit: "prosent", timeDim: "Tid"},
		{file: "pxweb2/TAB6471_data.json", rows: 2772, has: 2772, dims: "Region,Alder,Kon,ContentsCode,Tid", unit: "antal", timeDim: "Tid"},
		{file: "pxweb2/TAB6471_metadata.json", dims: "Region,Alder,Kon,ContentsCode,Tid", timeDim: "Tid", metadata: true},
		{file: "pxweb2/MetadataById_tab004_js2.json", dims: "SECTOR,GREENHOUSEGAS,ContentsCode,TIME", timeDim: "TIME", metadata: true},
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			r := mustOpen(t, string(sharedFile(t, c.file)))
			dims, timeDim := "", ""
			for i, d := range r.Dimensions() {
				if i > 0 {
					dims += ","
				}
				dims += d.ID
				if d.Role == decode.RoleTime {
					timeDim = d.ID
				}
			}
			rows := all(t, r)
			has, status := 0, ""
			for _, row := range rows {
				if row.Has {
					has++
				}
				if status == "" {
					status = row.Status
				}
			}
			if dims != c.dims || timeDim != c.timeDim || len(rows) != c.rows || has != c.has || status != c.status || r.Meta().MetadataOnly != c.metadata {
				t.Fatalf("dimensions %s, time %s, %d rows, %d values, status %q, metadata %v; want %+v", dims, timeDim, len(rows), has, status, r.Meta().MetadataOnly, c)
			}
			if len(rows) == 0 {
				return
			}
			if c.first != "" && rows[0].Text != c.first || c.last != "" && rows[len(rows)-1].Text != c.last || rows[0].Unit != c.unit {
				t.Errorf("first %q, last %q, unit %q; want %+v", rows[0].Text, rows[len(rows)-1].Text, rows[0].Unit, c)
			}
		})
	}
}

// The flattening that came with Eurostat's payload has labels, status and value.
func TestEurostatAsFlattenedByOthers(t *testing.T) {
	body := sharedFile(t, "eurostat/nama_10_gdp.json")
	rows := all(t, mustOpen(t, string(body)))
	same(t, rows, string(sharedFile(t, "eurostat/nama_10_gdp.expected.csv")), true)
}

func TestDenmarkAsFlattenedByOthers(t *testing.T) {
	rows := all(t, mustOpen(t, string(sharedFile(t, "dst/HISB3_jsonstat.json"))))
	same(t, rows, string(sharedFile(t, "dst/HISB3.csv")), false)
}

func same(t *testing.T, rows []decode.Row, table string, status bool) {
	t.Helper()
	want, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(want) != len(rows)+1 {
		t.Fatalf("%d rows, want %d", len(rows), len(want)-1)
	}
	for i, row := range rows {
		got := append([]string(nil), row.Labels...)
		if status {
			got = append(got, row.Status)
		}
		got = append(got, row.Text)
		for j, field := range want[i+1] {
			if got[j] != field {
				t.Errorf("row %d: %q, want %q", i+1, got, want[i+1])
				break
			}
		}
		if v, err := strconv.ParseFloat(row.Text, 64); err != nil || v != row.Value {
			t.Errorf("row %d: %v beside %q", i+1, row.Value, row.Text)
		}
	}
}

func TestSharedRefusals(t *testing.T) {
	for file, message := range map[string]string{
		"pxweb1/ssb_error_400_parameter.json":       "Parameter error",
		"pxweb1/ssb_error_400_variable.json":        "The request for variable 'Avstand1' has an error. Please check your query.",
		"pxweb1/ssb_error_403_too_many_values.json": "Too many values selected",
	} {
		_, err := Open(strings.NewReader(string(sharedFile(t, file))), decode.Limits{})
		var refusal *decode.Refusal
		if !errors.As(err, &refusal) || refusal.Message != message {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, file := range []string{"jsonstat/collection.json", "pxweb2/config.json", "pxweb2/TableById_tab004.json", "pxweb1/ssb_05300_metadata.json",
		"pxweb1/pxweb_api_catalogue.json", "kolada/v3_data_N21704_2023_recorded.json", "socialstyrelsen/skador_rows_recorded_excerpt.json",
		"px/TAB003.px", "eurostat/nama_10_gdp.expected.csv"} {
		if r, err := Open(strings.NewReader(string(sharedFile(t, file))), decode.Limits{}); err == nil {
			t.Errorf("%s is taken for JSON-stat: %v", file, r.Dimensions())
		} else {
			t.Log(err)
		}
	}
}

func all(t testing.TB, r decode.Reader) []decode.Row {
	t.Helper()
	var out []decode.Row
	var row decode.Row
	for {
		err := r.Next(&row)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		keep := row
		keep.Codes = append([]string(nil), row.Codes...)
		keep.Labels = append([]string(nil), row.Labels...)
		out = append(out, keep)
	}
}

// Every shared dataset is flattened a second time here, the slow way, with encoding/json.
func TestSharedAgreesWithEncodingJSON(t *testing.T) {
	for _, file := range []string{"jsonstat/canada.json", "jsonstat/galicia.json", "jsonstat/hierarchy.json", "jsonstat/oecd.json", "jsonstat/order.json", "jsonstat/us-gsp.json",
		"dst/HISB3_jsonstat.json", "eurostat/nama_10_gdp.json", "pxweb1/cso_ie_NQQ25_jsonstat1.json", "pxweb1/scb_sos_deaths_norrbotten_jsonstat1.json",
		"pxweb1/ssb_05300_jsonstat2.json", "pxweb2/TAB6471_data.json"} {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body := sharedFile(t, file)
			want := slowly(t, body)
			for i, row := range all(t, mustOpen(t, string(body))) {
				got := strings.Join(row.Codes, "|") + "=" + row.Text + "/" + row.Status
				if got != want[i] {
					t.Fatalf("row %d: %s, want %s", i, got, want[i])
				}
			}
		})
	}
}

func slowly(t *testing.T, body []byte) []string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var root map[string]any
	if err := d.Decode(&root); err != nil {
		t.Fatal(err)
	}
	if inner, ok := root["dataset"].(map[string]any); ok {
		root = inner
	}
	dimension := root["dimension"].(map[string]any)
	ids, ok := root["id"].([]any)
	if !ok {
		ids = dimension["id"].([]any)
	}
	cells := []string{""}
	for _, id := range ids {
		category := dimension[id.(string)].(map[string]any)["category"].(map[string]any)
		codes := map[int]string{}
		switch index := category["index"].(type) {
		case []any:
			for i, code := range index {
				codes[i] = code.(string)
			}
		case map[string]any:
			for code, at := range index {
				n, _ := strconv.Atoi(fmt.Sprint(at))
				codes[n] = code
			}
		default:
			for code := range category["label"].(map[string]any) {
				codes[0] = code
			}
		}
		var next []string
		for _, cell := range cells {
			for i := range len(codes) {
				next = append(next, strings.TrimPrefix(cell+"|"+codes[i], "|"))
			}
		}
		cells = next
	}
	at := func(member any, i int) string {
		var v any
		switch list := member.(type) {
		case []any:
			if len(list) == 1 {
				v = list[0]
			} else {
				v = list[i]
			}
		case map[string]any:
			v = list[strconv.Itoa(i)]
		case string:
			v = list
		}
		if v == nil {
			return ""
		}
		return fmt.Sprint(v)
	}
	for i := range cells {
		cells[i] += "=" + at(root["value"], i) + "/" + at(root["status"], i)
	}
	return cells
}
