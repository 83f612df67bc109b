// Command carry makes the reference collection out of the collected figures: it applies the rules of rules.yaml to
// every row, and writes one tidy CSV file per indicator, its earlier editions, and the list of what was left out.
//
//	go run ./ingest/reference/carry -from DIR -to ingest/reference
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("carry", flag.ContinueOnError)
	flags.SetOutput(stderr)
	from := flags.String("from", "", "file of collected figures (CSV)")
	to := flags.String("to", "ingest/reference", "folder to write to")
	if err := flags.Parse(args); err != nil || *from == "" || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "usage: carry -from FIGURES.csv [-to DIR]")
		return 2
	}
	result, err := carryFile(*from)
	if err == nil {
		err = result.write(*to)
	}
	if err != nil {
		fmt.Fprintln(stderr, "carry:", err)
		return 1
	}
	fmt.Fprintln(stdout, result.summary())
	return 0
}
