package source

import (
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"utfall/schema"
)

const good = `id: t
dataset: test/t
enabled: true
verified: made up
publisher: scb
licence: CC0-1.0
attribution: {sv: "Källa: SCB", en: "Source: SCB"}
cite: {source: SCB, citation: Tabell}
schedule: "30 5 * * 1"
calendar: {dates: ["03-31", "2027-01-15"], basis: made up}
request:
  hosts: [api.example.org]
  url: "https://api.example.org/{year}/t?per_page=10"
  expand:
    year: {from: 2000, to: now, batch: 25}
format: jsonstat
map:
  area: {dimension: Region, scheme: se}
  period: {dimension: Tid}
  sex: {dimension: Kon, codes: {"1": M, "2": F}}
figures:
  - {when: {Contents: A}, indicator: population, unit: persons, min: 0, max: 100}
missing: {"..": other}
flags: {p: provisional}
validate:
  totals: [{over: sex, total: T, parts: [F, M], tolerance: 0.1}]
  required: [{area: SE, indicator: population}]
  jump: {factor: 2, above: 10}
`

var loadCatalogue = sync.OnceValues(schema.Load)

func load(t *testing.T, text string) ([]Source, error) {
	t.Helper()
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	return Load(fstest.MapFS{"t.yaml": {Data: []byte(text)}}, c, []string{"jsonstat", "csv"})
}

// Each fault is told with file and line.
func TestFaults(t *testing.T) {
	if _, err := load(t, good); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct{ from, to, says string }{
		"unknown key":          {"licence: CC0-1.0", "licence: CC0-1.0\ncolour: red", "line 7: unknown key colour"},
		"another name":         {"id: t", "id: u", `t.yaml:1: id "u" must be the file's name`},
		"dataset":              {"dataset: test/t", "dataset: t t", "t.yaml:2: t: dataset"},
		"publisher":            {"publisher: scb", "publisher: nobody", `t.yaml:5: t: publisher "nobody"`},
		"licence":              {"licence: CC0-1.0", "licence: \"\"", "licence is empty"},
		"one language":         {`, en: "Source: SCB"`, "", "both sv and en"},
		"off without a reason": {"enabled: true", "enabled: false", "say why the source is not enabled"},
		"on, not verified":     {"verified: made up", "verified: \"\"", "say where the table's id"},
		"on with a reason":     {"verified: made up", "verified: made up\nreason: because", "has no reason"},
		"citation":             {", citation: Tabell", "", "give source and citation"},
		"cron":                 {"30 5 * * 1", "30 25 * * 1", "t.yaml:9: t: schedule"},
		"cron with a zone":     {"30 5 * * 1", "TZ=UTC 30 5 * * 1", "five fields only"},
		"a calendar's date":    {`"03-31"`, `"31 mars"`, `"31 mars" is not a date`},
		"no host":              {"hosts: [api.example.org]", "hosts: [other.example.org]", "own host, api.example.org"},
		"no address":           {`url: "https://api.example.org/{year}/t?per_page=10"`, "url: \"\"", "exactly one of url"},
		"scheme":               {"https://api.example.org", "ftp://api.example.org", "is not an address"},
		"placeholder":          {"{year}/t", "{month}/t", "{month} stands in the address"},
		"batch":                {"batch: 25", "batch: -1", "t.yaml:15: t: batch -1"},
		"method":               {"hosts: [", "method: PUT\n  hosts: [", `method "PUT"`},
		"rate":                 {"hosts: [", "rate: {calls: 0, per: 1s}\n  hosts: [", "at least one call"},
		"format":               {"format: jsonstat", "format: parquet", `t.yaml:16: t: format "parquet" is not one of jsonstat, csv`},
		"area scheme":          {"scheme: se}", "scheme: dk}", `scheme "dk" is not one of se`},
		"area nowhere":         {"area: {dimension: Region, scheme: se}", "area: {}", "area: give is or dimension"},
		"two ways":             {"{dimension: Region, scheme: se}", "{is: SE, dimension: Region}", "keep one"},
		"sex":                  {`"2": F`, `"2": K`, `t.yaml:20: t: sex "K" is not known`},
		"dimension twice":      {"dimension: Kon, codes", "dimension: Tid, codes", "is mapped to"},
		"indicator":            {"indicator: population, unit", "indicator: people, unit", `t.yaml:22: t: indicator "people"`},
		"unit":                 {"unit: persons", "unit: deaths", `unit "deaths", but population is measured in "persons"`},
		"variant":              {"unit: persons", "variant: mine, unit: persons", `has no variant "mine"`},
		"min above max":        {"min: 0", "min: 200", "min 200 is above max 100"},
		"label without code":   {"min: 0", "labels: {Region: x}", "when names no code of it"},
		"missing":              {"other}", "deleted}", "not a reason that a source can have"},
		"flag":                 {"p: provisional", "p: sure", `flag "sure" is not known`},
		"zeros without a span": {"flags:", "absence_means_zero: true\nflags:", "complete go together"},
		"zeros over time":      {"flags:", "absence_means_zero: true\ncomplete: {Tid: [\"2020\"], Region: [\"00\"], Kon: [\"1\"], Contents: [A]}\nflags:", "not published yet, not zero"},
		"zeros not spanned":    {"flags:", "absence_means_zero: true\ncomplete: {Region: [\"00\"], Contents: [A]}\nflags:", "Kon is neither in complete nor fixed"},
		"over":                 {"over: sex", "over: colour", `over "colour"`},
		"tolerance":            {"tolerance: 0.1", "tolerance: 2", "tolerance is a share"},
		"required area":        {"area: SE, indicator", "area: ZZ-9, indicator", `area "ZZ-9" is not known`},
		"required indicator":   {"area: SE, indicator: population", "area: SE, indicator: deaths", "is not one of this source's"},
		"jump":                 {"factor: 2", "factor: 1", "factor is above 1"},
		"select nothing":       {`url: "https://api.example.org/{year}/t?per_page=10"` + "\n  expand:\n    year: {from: 2000, to: now, batch: 25}", "pxweb2: {base: \"https://api.example.org\", select: {}}", "table is empty"},
	} {
		text := strings.Replace(good, x.from, x.to, 1)
		if text == good {
			t.Errorf("%s: %q does not stand in the file", name, x.from)
			continue
		}
		if _, err := load(t, text); err == nil || !strings.Contains(err.Error(), x.says) || !strings.HasPrefix(err.Error(), "t.yaml:") {
			t.Errorf("%s: %v, want an error that says %q", name, err, x.says)
		}
	}
}

// A source that nobody knows how to ask is described and nothing more is wanted of it.
func TestDescribedOnly(t *testing.T) {
	list, err := load(t, "id: t\ndataset: a/b\nenabled: false\nreason: the id was not verified\npublisher: scb\nlicence: unknown\nattribution: {sv: a, en: b}\n")
	if err != nil || len(list) != 1 || list[0].Enabled {
		t.Errorf("%v, %v", list, err)
	}
}

func TestCodes(t *testing.T) {
	for in, want := range map[[2]string]string{{"se", "00"}: "SE", {"se", "0000"}: "SE", {"se", "14"}: "SE-14", {"se", "1480"}: "SE-1480", {"se", "148"}: "", {"se", "G1"}: "",
		{"kolada", "0000"}: "SE", {"kolada", "0014"}: "SE-14", {"kolada", "0114"}: "SE-0114", {"kolada", "G1234"}: "", {"eurostat", "EL"}: "GR", {"eurostat", "UK"}: "GB",
		{"eurostat", "SE"}: "SE", {"eurostat", "EU27_2020"}: "EU", {"eurostat", "SE11"}: "", {"own", "GB-SCT"}: "GB-SCT", {"nonsense", "SE"}: ""} {
		got, ok := Area(in[0], in[1])
		if ok != (want != "") || ok && got != want {
			t.Errorf("Area%q = %q, %t; want %q", in, got, ok, want)
		}
	}
	for in, want := range map[string]string{"1": "M", "2": "F", "1+2": "T", "TotSa": "T", "K": "F", "00": "T", "02": "F", "x": "", "": ""} {
		if got, ok := Sex("se_sex", in); ok != (want != "") || got != want {
			t.Errorf("Sex(%q) = %q, %t; want %q", in, got, ok, want)
		}
	}
	for in, want := range map[string]string{"tot": "TOT", "TOTAL": "TOT", "TotSA": "TOT", "15-64": "15-64", "85+": "85+", "100+10": "100+", "-4": "0-4", "Y15-64": "15-64", "Y_GE85": "85+",
		"15-19 år": "15-19", "18": "18", "Y_LT5": "", "unknown": "", "": ""} {
		if got, ok := AgeCode("age", in); ok != (want != "") || ok && got != want {
			t.Errorf("AgeCode(%q) = %q, %t; want %q", in, got, ok, want)
		}
	}
	for in, want := range map[string]string{"2022": "2022", "2022M05": "2022-05", "2022-05": "2022-05", "2022K3": "2022Q3", "2022Q3": "2022Q3", "2022-Q3": "2022Q3", "2022H1": "2022H1",
		"2022-S1": "2022H1", "2022V07": "2022-W07", "2022W07": "2022-W07", "2022-W07": "2022-W07", "2016-2020": "2016/2020", "2016/2020": "2016/2020", "2022-11-01": "2022-11-01",
		"2022M13": "", "22": "", "": "", "2022-": "", "latest": ""} {
		if got, err := Period(in); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("Period(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestCalendar(t *testing.T) {
	c := &Calendar{Dates: []string{"03-31", "10-15", "2026-12-01"}}
	day := func(s string) time.Time { d, _ := time.Parse(time.DateOnly, s); return d }
	for after, want := range map[string]string{"2026-01-01": "2026-03-31", "2026-03-31": "2026-03-31", "2026-04-01": "2026-10-15", "2026-11-01": "2026-12-01", "2026-12-02": "2027-03-31"} {
		if got := c.Next(day(after).Add(13 * time.Hour)).Format(time.DateOnly); got != want {
			t.Errorf("after %s: %s, want %s", after, got, want)
		}
	}
	if !(*Calendar)(nil).Next(day("2026-01-01")).IsZero() {
		t.Error("a date was made up")
	}
}

// The fingerprint changes with what the figures mean, not with when and how they are asked for.
func TestFingerprint(t *testing.T) {
	of := func(from, to string) string {
		list, err := load(t, strings.Replace(good, from, to, 1))
		if err != nil {
			t.Fatal(err)
		}
		return list[0].Fingerprint()
	}
	same := of("", "")
	if of("30 5 * * 1", "30 6 * * 1") != same || of("factor: 2", "factor: 3") != same {
		t.Error("another schedule or check makes another mapping")
	}
	if of("max: 100", "max: 101") == same || of("p: provisional", "p: estimated") == same || of(`"2": F`, `"2": T`) == same {
		t.Error("another mapping goes unnoticed")
	}
}

func FuzzPeriod(f *testing.F) {
	for _, s := range []string{"2022", "2022M05", "2022-Q3", "2016-2020", "2022-W07", "-", "20225"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := Period(s); err == nil {
			if again, err := Period(p); err != nil || again != p {
				t.Errorf("%q becomes %q, which becomes %q, %v", s, p, again, err)
			}
		}
	})
}
