package schema

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// Level says what sort of area a code names.
type Level string

// The levels of area, widest first.
const (
	World        Level = "world"
	Group        Level = "group"   // of countries: EU, EU15+NO
	Country      Level = "country" // ISO 3166-1 alpha-2, and GB-SCT, which counts its own deaths
	Region       Level = "region"  // Swedish region and county: SE-14; elsewhere ISO 3166-2
	Municipality Level = "municipality"
	Place        Level = "place" // a city or a single service, with a code of our own
)

var levels = []Level{World, Group, Country, Region, Municipality, Place}

// Area is a place that figures are about.
type Area struct {
	Code   string // SE, SE-14, SE-1480, DK, GB-SCT
	Name   Text
	Level  Level
	Parent string // code of the area that it lies in, "" at the top
}

// Areas is every area that the program knows.
type Areas struct {
	list  []Area
	index map[string]int
}

// Get gives an area by its code.
func (a *Areas) Get(code string) (Area, bool) {
	i, ok := a.index[code]
	if !ok {
		return Area{}, false
	}
	return a.list[i], true
}

// All gives every area in the order of the file: a parent comes before its children.
func (a *Areas) All() []Area { return slices.Clone(a.list) }

// Children gives the areas directly below code.
func (a *Areas) Children(code string) []Area {
	var out []Area
	for _, v := range a.list {
		if v.Parent == code {
			out = append(out, v)
		}
	}
	return out
}

var areaHeader = []string{"code", "name_sv", "name_en", "level", "parent", "source"}

// loadAreas reads the area file: CSV with the columns of areaHeader.
func loadAreas(fsys fs.FS, name string) (*Areas, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("areas: %w", err)
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	r.FieldsPerRecord = len(areaHeader)
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !slices.Equal(head, areaHeader) {
		return nil, fmt.Errorf("%s:1: columns are %s, expected %s", name, strings.Join(head, ","), strings.Join(areaHeader, ","))
	}
	a := &Areas{index: map[string]int{}}
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return a, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := r.FieldPos(0)
		if err := a.add(rec); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
	}
}

func (a *Areas) add(rec []string) error {
	v := Area{Code: rec[0], Name: Text{SV: rec[1], EN: rec[2]}, Level: Level(rec[3]), Parent: rec[4]}
	switch {
	case v.Code == "" || strings.ContainsAny(v.Code, " \t,;?&=/"):
		return fmt.Errorf("area code %q cannot be used in an address", v.Code)
	case !slices.Contains(levels, v.Level):
		return fmt.Errorf("area %s: level %q is not one of %s", v.Code, v.Level, joined(levels))
	case rec[5] == "":
		return fmt.Errorf("area %s: the source of the code is not stated", v.Code)
	}
	if err := v.Name.check("area " + v.Code); err != nil {
		return err
	}
	if _, ok := a.index[v.Code]; ok {
		return fmt.Errorf("area %s is there twice", v.Code)
	}
	if _, ok := a.index[v.Parent]; v.Parent != "" && !ok {
		return fmt.Errorf("area %s: parent %q must stand above it in the file", v.Code, v.Parent)
	}
	a.index[v.Code] = len(a.list)
	a.list = append(a.list, v)
	return nil
}
