package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed rules.yaml
var rulesFile []byte

type rules struct {
	Status map[string]struct {
		Flags   string `yaml:"flags"`
		Missing string `yaml:"missing"`
		Out     string `yaml:"out"`
	} `yaml:"status"`
	Units map[string]struct {
		Unit  string `yaml:"unit"`
		Flags string `yaml:"flags"`
		Out   string `yaml:"out"`
	} `yaml:"units"`
	Indicators map[string]struct {
		ID      string `yaml:"id"`
		Variant string `yaml:"variant"`
		Flags   string `yaml:"flags"`
		Out     string `yaml:"out"`
	} `yaml:"indicators"`
	Rows []struct {
		When    when   `yaml:"when"`
		ID      string `yaml:"id"`
		Variant string `yaml:"variant"`
	} `yaml:"rows"`
	Areas   map[string]string `yaml:"areas"`
	Notes   map[string]string `yaml:"notes"`
	Vintage struct {
		Status     map[string]int `yaml:"status"`
		Earlier    []when         `yaml:"earlier"`
		EarlierIDs []string       `yaml:"earlier_ids"`
	} `yaml:"vintage"`
}

// when holds for a row if every field that is given equals the row's.
type when struct {
	Indicator string `yaml:"indicator"`
	Org       string `yaml:"org"`
	Unit      string `yaml:"unit"`
}

func (w when) holds(r collected) bool {
	return (w.Indicator == "" || w.Indicator == r.indicator) && (w.Org == "" || strings.HasPrefix(r.org, w.Org) && !strings.Contains(r.org, "SCB")) &&
		(w.Unit == "" || w.Unit == r.unit)
}

func loadRules() (*rules, error) {
	var out rules
	d := yaml.NewDecoder(bytes.NewReader(rulesFile))
	d.KnownFields(true)
	if err := d.Decode(&out); err != nil {
		return nil, fmt.Errorf("rules.yaml: %w", err)
	}
	return &out, nil
}
