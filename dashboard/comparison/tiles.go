package comparison

import (
	"bytes"
	_ "embed" // the layout
	"encoding/csv"
	"fmt"
	"strconv"
)

//go:embed tiles.csv
var layout []byte

// Tile is where a region stands in the map of equal squares, and its name in one or two lines.
type Tile struct {
	Area        string
	Column, Row int
	Lines       [2]string
}

// Tiles reads the layout of Sweden's 21 regions. It was drawn for this program by which regions lie beside each other; no
// border was copied from anywhere.
func Tiles() ([]Tile, error) {
	rows, err := csv.NewReader(bytes.NewReader(layout)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("comparison: tiles.csv: %w", err)
	}
	var out []Tile
	for i, r := range rows[1:] {
		column, errC := strconv.Atoi(r[1])
		row, errR := strconv.Atoi(r[2])
		if errC != nil || errR != nil {
			return nil, fmt.Errorf("comparison: tiles.csv:%d: column %q and row %q must be whole numbers", i+2, r[1], r[2])
		}
		out = append(out, Tile{r[0], column, row, [2]string{r[3], r[4]}})
	}
	return out, nil
}
