package export

import (
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	pq "github.com/apache/arrow-go/v18/parquet/schema"

	"utfall/schema"
)

// parquetWriter writes one row group for each part that it is given. Texts are UTF-8 strings, numbers are doubles that may
// be null, the release is an unsigned integer, and its moment a timestamp in microseconds of UTC.
type parquetWriter struct {
	about   About
	columns []column
	out     *file.Writer
}

func newParquet(w io.Writer, a About) (Writer, error) {
	p := &parquetWriter{about: a, columns: a.columns()}
	fields := make(pq.FieldList, len(p.columns))
	for i, k := range p.columns {
		var err error
		if fields[i], err = k.node(); err != nil {
			return nil, fmt.Errorf("column %s: %w", k.name, err)
		}
	}
	root, err := pq.NewGroupNode("figures", parquet.Repetitions.Required, fields, -1)
	if err != nil {
		return nil, err
	}
	p.out, err = file.NewParquetWriterWithError(struct{ io.Writer }{w}, root, // the library closes what can be closed
		file.WithWriterProps(parquet.NewWriterProperties(
			parquet.WithCompression(compress.Codecs.Snappy), parquet.WithCreatedBy("Utfall"))))
	if err != nil {
		return nil, err
	}
	for _, l := range a.general() {
		if err := p.out.AppendKeyValueMetadata(l.name, l.text); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (k column) node() (pq.Node, error) {
	must := parquet.Repetitions.Required
	switch k.kind {
	case number:
		return pq.NewPrimitiveNode(k.name, parquet.Repetitions.Optional, parquet.Types.Double, -1, -1)
	case whole:
		return pq.NewPrimitiveNodeLogical(k.name, must, pq.NewIntLogicalType(64, false), parquet.Types.Int64, -1, -1)
	case moment:
		return pq.NewPrimitiveNodeLogical(k.name, must, pq.NewTimestampLogicalType(true, pq.TimeUnitMicros), parquet.Types.Int64, -1, -1)
	}
	return pq.NewPrimitiveNodeLogical(k.name, must, pq.StringLogicalType{}, parquet.Types.ByteArray, -1, -1)
}

func (p *parquetWriter) Write(figures []schema.Observation) error {
	if len(figures) == 0 {
		return nil
	}
	group, err := p.out.AppendRowGroupChecked()
	if err != nil {
		return err
	}
	for _, k := range p.columns {
		to, err := group.NextColumn()
		if err != nil {
			return err
		}
		if err := k.write(to, figures, p.about); err != nil {
			return fmt.Errorf("column %s: %w", k.name, err)
		}
		if err := to.Close(); err != nil {
			return err
		}
	}
	return group.Close()
}

// write fills one column of a row group.
func (k column) write(to file.ColumnChunkWriter, figures []schema.Observation, a About) error {
	var err error
	switch to := to.(type) {
	case *file.Float64ColumnChunkWriter:
		var values []float64
		there := make([]int16, len(figures)) // 1 where there is a number
		for i, o := range figures {
			if v := k.get(o, a); v.number != nil {
				values, there[i] = append(values, *v.number), 1
			}
		}
		_, err = to.WriteBatch(values, there, nil)
	case *file.Int64ColumnChunkWriter:
		values := make([]int64, len(figures))
		for i, o := range figures {
			if v := k.get(o, a); k.kind == whole {
				values[i] = int64(v.whole)
			} else {
				values[i] = v.moment.UnixMicro()
			}
		}
		_, err = to.WriteBatch(values, nil, nil)
	case *file.ByteArrayColumnChunkWriter:
		values := make([]parquet.ByteArray, len(figures))
		for i, o := range figures {
			values[i] = parquet.ByteArray(k.get(o, a).text)
		}
		_, err = to.WriteBatch(values, nil, nil)
	default:
		err = fmt.Errorf("a column of type %T cannot be written", to)
	}
	return err
}

func (p *parquetWriter) Close() error { return p.out.Close() }
