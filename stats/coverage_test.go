package stats

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// notFuzzed are the functions that take no figures from outside.
var notFuzzed = map[string]bool{
	"Refuse": true, "ReasonOf": true, // make and read errors
	"Error": true, "Has": true, "Names": true, // methods of an error and of flags
	"CalendarYears": true, // makes the periods of a year from two years
}

// Every function that takes figures is called by a fuzz target of its package: a new one that is not fails here.
func TestEveryFunctionIsFuzzed(t *testing.T) {
	for _, dir := range []string{".", "process", "effect", "vintage"} {
		exported, called := map[string]string{}, map[string]bool{}
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, %v", dir, len(paths), err)
		}
		for _, path := range paths {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, src, 0)
			if err != nil {
				t.Fatal(err)
			}
			isTest := strings.HasSuffix(path, "_test.go")
			if isTest && !strings.Contains(string(src), "func Fuzz") && !strings.HasSuffix(path, "finite_test.go") {
				continue
			}
			for _, decl := range file.Decls {
				f, ok := decl.(*ast.FuncDecl)
				switch {
				case !ok:
				case isTest:
					ast.Inspect(f, func(n ast.Node) bool {
						if id, ok := n.(*ast.Ident); ok {
							called[id.Name] = true
						}
						return true
					})
				case f.Name.IsExported():
					exported[f.Name.Name] = path
				}
			}
		}
		for name, path := range exported {
			if !called[name] && !notFuzzed[name] {
				t.Errorf("%s: %s is in no fuzz target", path, name)
			}
		}
	}
}
